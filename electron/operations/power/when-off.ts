import type { HostSession } from '../../hosts/host-session.ts';
import { readDomain } from '../../libvirt/domains.ts';
import type { Turns } from '../engine/domain-queue.ts';

/** How often a guest that shuts down is looked at where no event tells, milliseconds. */
const LOOK_MS = 2_000;

interface Patience {
  readonly turns: Turns;
  /** Aborted when the person will not wait any longer. */
  readonly signal: AbortSignal;
  readonly patienceMs: number;
}

/**
 * Waits until a domain is off or gone; but no longer than told, nor when something else is to be done with it, since
 * that has to wait behind this.
 */
export async function whenOff(
  session: HostSession,
  uuid: string,
  { turns, signal, patienceMs }: Patience,
): Promise<void> {
  const over = new AbortController();
  const enough = AbortSignal.any([signal, over.signal, AbortSignal.timeout(patienceMs)]);
  void turns.nextFor(`${session.host.id}/${uuid}`, enough).then(() => over.abort());
  try {
    while (!enough.aborted && session.isConnected) {
      const domain = await readDomain(session.reads, uuid);
      if (!domain || domain.state === 'shutoff') return;
      await session.nextChange(AbortSignal.any([enough, AbortSignal.timeout(LOOK_MS)]));
    }
  } catch {
    // Whether it is off is asked once more afterwards.
  } finally {
    over.abort();
  }
}
