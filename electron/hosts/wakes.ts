import { networkInterfaces } from 'node:os';

const LOOK_MS = 2_000;
/** A timer that is so late has slept with the computer. Milliseconds. */
const SLEPT_MS = 15_000;

export interface WakeSource {
  readonly now: () => number;
  readonly addresses: () => string;
}

/** The wall clock goes on while the computer sleeps; timers and the monotonic clock do not, everywhere. */
const system: WakeSource = { now: () => Date.now(), addresses: addressesOfThisComputer };

/**
 * Calls back when connections may have gone without anybody being told: the computer has slept, or has other addresses
 * than before.
 * @returns ends it
 */
export function onWake(changed: () => void, source = system, lookMs = LOOK_MS): () => void {
  let before = source.now();
  let addresses = source.addresses();
  const timer = setInterval(() => {
    const now = source.now();
    const present = source.addresses();
    const slept = now - before - lookMs > SLEPT_MS;
    before = now;
    if (!slept && present === addresses) return;
    addresses = present;
    changed();
  }, lookMs).unref();
  return () => clearInterval(timer);
}

function addressesOfThisComputer(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
