import type { SnapshotList } from '../../shared/schema.ts';
import { ConnectionError, LibvirtError } from '../libvirt/errors.ts';
import type { HostSession } from './host-session.ts';

/** libvirt tells nothing when a snapshot is made or deleted (9.0–12.8), so an open domain is looked at this often. */
const LOOK_AGAIN_MS = 2_000;
/** Looking takes at most one part in this many of the time, however long the list. */
const SHARE = 20;

/**
 * The snapshots of one domain, now and whenever they change, until the signal.
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
  let last = '';
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
        const text = JSON.stringify(list);
        if (text !== last) yield list;
        last = text;
      }
      await bell.wait(Math.max(LOOK_AGAIN_MS, (performance.now() - started) * SHARE), signal);
    }
  } finally {
    stop();
  }
}

async function readUnlessLost(session: HostSession, uuid: string): Promise<SnapshotList | null> {
  try {
    return (await session.readSnapshots(uuid)).list;
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

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => wake(), ms);
        const wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    this.#wake = undefined;
    this.#rung = false;
  }
}
