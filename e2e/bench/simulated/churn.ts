import { setTimeout as sleep } from 'node:timers/promises';
import type { Hands } from '../../../electron/simulator/hands.ts';
import type { Simulator } from '../../../electron/simulator/simulator.ts';

/** How often changes are made, milliseconds: a few at a time, as on so many hosts at once. */
const TICK_MS = 20;
/** Of this many changes one is a snapshot that is taken, which libvirt tells nobody of. */
const SNAPSHOTS = 20;

/** Changes domains of hosts at random, each `guest-N`. @returns how many changes there were */
export async function churn(
  simulators: readonly Simulator[],
  domains: number,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<number> {
  const random = randoms(1);
  const began = performance.now();
  let done = 0;
  for (let passed = 0; passed < seconds * 1_000; passed = performance.now() - began) {
    for (const wanted = (passed / 1_000) * perSecond; done < wanted; done++) {
      const { hands } = simulators[random(simulators.length)] as Simulator;
      change(hands, `guest-${random(domains)}`, done);
    }
    await sleep(TICK_MS);
  }
  return done;
}

function change(hands: Hands, name: string, number: number): void {
  const { state } = hands.domain(name);
  if (number % SNAPSHOTS === 0) hands.createSnapshot(name, `churn-${number}`);
  else if (state === 'shutoff') hands.start(name);
  else if (state === 'paused') hands.resume(name);
  else if (number % 3 === 0) hands.destroy(name);
  else hands.suspend(name);
}

/** Numbers below the one that is given, always the same (a linear congruence modulo 2³²). */
function randoms(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
