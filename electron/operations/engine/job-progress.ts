import type { HostSession } from '../../hosts/host-session.ts';
import { readJob } from '../../libvirt/jobs.ts';
import type { OperationHandle } from './operations.ts';

const EVERY_MS = 500;
/** Sessions in which a question about a job is open: at most one takes a place from the other reads. */
const asking = new WeakSet<HostSession>();

/**
 * Tells how far libvirt is with a domain's job, twice a second.
 * @returns the way to stop.
 */
export function followJob(session: HostSession, uuid: string, operation: OperationHandle, everyMs = EVERY_MS) {
  let last = '';
  let stopped = false;
  const timer = setInterval(async () => {
    if (asking.has(session) || !session.isConnected) return;
    asking.add(session);
    try {
      const progress = await readJob(session.reads, uuid);
      const text = JSON.stringify(progress);
      if (text !== last && !stopped) operation.progress(progress);
      last = text;
    } catch {
      // Nothing to tell; the operation itself tells what went wrong.
    } finally {
      asking.delete(session);
    }
  }, everyMs);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
