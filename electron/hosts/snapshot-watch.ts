import type { SnapshotList } from '../../shared/schema.ts';
import { snapshotChange } from '../../shared/snapshot-change.ts';
import { ConnectionError, LibvirtError } from '../libvirt/errors.ts';
import type { HostSession } from './host-session.ts';

/** libvirt tells nothing when a snapshot is made or deleted (9.0–12.8), so an open domain is looked at this often. */
const LOOK_AGAIN_MS = 2_000;
/** Looking takes at most one part in this many of the time, however long the list. */
const SHARE = 20;
/** Where libvirt goes on telling of much, it is looked at this often, and takes at most one part in so many of the time. */
const GAP_MS = 250;
const BUSY_SHARE = 4;
/** So many looks in a row are at once: what one change, or a person, has libvirt tell of. */
const AT_ONCE = 4;

/**
 * The snapshots of one domain, now and whenever they change, until the signal. What somebody else does is seen so soon: a
 * snapshot that is new or gone, and which one is current, within `LOOK_AGAIN_MS`, as is a snapshot that moves to another
 * place in the tree; what is edited and changes no place within as many seconds as there are snapshots.
 * @throws LibvirtError NO_DOMAIN when the domain is gone.
 */
export async function* watchSnapshots(
  session: HostSession,
  uuid: string,
  signal: AbortSignal,
): AsyncGenerator<SnapshotList> {
  const bell = new Bell();
  const stop = session.onChange((changed) => {
    if (changed === uuid || changed === null) bell.ring();
  });
  let last: SnapshotList | null = null;
  let inRow = 0;
  try {
    while (!signal.aborted) {
      await session.whenConnected(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return;
      const started = performance.now();
      const list = session.isHeld(uuid) ? null : await readUnlessLost(session, uuid);
      if (list) {
        session.noteSnapshotCount(uuid, list.snapshots.length);
        if (snapshotChange(last, list)) yield list;
        last = list;
      }
      const took = performance.now() - started;
      const gap = inRow < AT_ONCE ? 0 : Math.max(GAP_MS, took * BUSY_SHARE);
      const rung = await bell.wait(gap, Math.max(LOOK_AGAIN_MS, took * SHARE), signal);
      inRow = rung ? inRow + 1 : 0;
    }
  } finally {
    stop();
  }
}

async function readUnlessLost(session: HostSession, uuid: string): Promise<SnapshotList | null> {
  try {
    return (await session.readSnapshots(uuid, 'glance')).list;
  } catch (error) {
    if (error instanceof ConnectionError) return null;
    // The one beside a snapshot that is being taken: “name in virGetDomainSnapshot must not be NULL” (observed on 9.0).
    if (error instanceof LibvirtError && error.is('INVALID_ARG')) return null;
    // Some drivers know no snapshots at all: an empty list is the truth.
    if (error instanceof LibvirtError && error.is('NO_SUPPORT')) return { snapshots: [], current: null };
    throw error;
  }
}

/** Ends a wait early; a ring while nobody waits is not lost. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** @param least how long at least, and `most` at most; milliseconds. @returns whether it was rung */
  async wait(least: number, most: number, signal: AbortSignal): Promise<boolean> {
    const began = performance.now();
    if (!this.#rung) await this.#pause(most, signal, true);
    await this.#pause(least - (performance.now() - began), signal, false);
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }

  async #pause(ms: number, signal: AbortSignal, mayEnd: boolean): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (mayEnd) this.#wake = end;
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
