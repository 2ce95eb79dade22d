import { setTimeout as sleep } from 'node:timers/promises';
import { blockJobProgress, cancelBlockJobs } from '../../libvirt/block-jobs.ts';
import type { DeedHandle } from '../deeds/run-deed.ts';
import type { HostSession } from '../host-session.ts';

const EVERY_MS = 300;

/**
 * While libvirt merges the overlays of a snapshot: tells how far it is, and cancels the jobs when the person wants that.
 * @param targets of the disks that are merged.
 * @returns the way to stop.
 */
export function followMerge(
  session: HostSession,
  uuid: string,
  targets: readonly string[],
  operation: DeedHandle,
  log: (line: string) => void,
): () => void {
  const over = new AbortController();
  const startedAt = Date.now();
  const follow = async () => {
    while (!over.signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal: over.signal, ref: false });
      const progress = await blockJobProgress(session.reads, uuid, targets, startedAt);
      if (!over.signal.aborted) operation.progress(progress);
      // A job may begin after the wish to cancel it: libvirt starts a domain that is off first.
      if (operation.signal.aborted && progress !== null) await cancelBlockJobs(session.reads, uuid);
    }
  };
  follow().catch((error: unknown) => {
    if (!over.signal.aborted) log(`${session.host.name}: a merge could not be followed: ${error}`);
  });
  return () => over.abort();
}
