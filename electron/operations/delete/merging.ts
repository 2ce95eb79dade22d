import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from '../../hosts/gate.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { blockJobProgress, cancelBlockJobs } from '../../libvirt/block-jobs.ts';
import { ConnectionError } from '../../libvirt/errors.ts';
import type { OperationHandle } from '../engine/operations.ts';

const EVERY_MS = 300;

/** What was seen of a merge so far. */
export interface Merging {
  /** A block job was running, so that the lower image is written to. */
  readonly began: boolean;
  /** Why it could not be cancelled, in libvirt's words. */
  readonly notCancelled: string | null;
  stop(): void;
}

/**
 * While libvirt merges the overlays of a snapshot: tells how far it is, and cancels the jobs when the person wants that.
 * A job may begin after the wish to cancel it: libvirt starts a domain that is off first.
 * @param targets of the disks that are merged.
 */
export function followMerge(
  session: HostSession,
  uuid: string,
  targets: readonly string[],
  operation: Pick<OperationHandle, 'signal' | 'progress'>,
  log: (line: string) => void,
): Merging {
  const over = new AbortController();
  const seen = { began: false, notCancelled: null as string | null };
  const startedAt = Date.now();
  const look = async () => {
    const progress = await blockJobProgress(session.reads, uuid, targets, startedAt);
    if (progress !== null) seen.began = true;
    if (!over.signal.aborted) operation.progress(progress);
    if (!operation.signal.aborted || progress === null) return;
    try {
      await cancelBlockJobs(session.reads, uuid);
      seen.notCancelled = null;
    } catch (error) {
      if (error instanceof ConnectionError) throw error;
      seen.notCancelled = error instanceof Error ? error.message : String(error);
    }
  };
  const follow = async () => {
    while (!over.signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal: over.signal, ref: false });
      await look();
    }
  };
  follow().catch((error: unknown) => {
    if (!over.signal.aborted) log(`${session.host.name}: a merge could not be followed: ${error}`);
  });
  return {
    get began() {
      return seen.began;
    },
    get notCancelled() {
      return seen.notCancelled;
    },
    stop: () => over.abort(),
  };
}

/**
 * Waits while block jobs of these disks get on, also without a job of the domain. One that is ready stays so until
 * somebody ends it.
 * @throws ConnectionError
 */
export async function whenMerged(reads: Gate, uuid: string, targets: readonly string[]): Promise<void> {
  for (;;) {
    const progress = await blockJobProgress(reads, uuid, targets, Date.now());
    if (progress === null || (progress.doneBytes !== null && progress.doneBytes === progress.totalBytes)) return;
    await sleep(EVERY_MS, undefined, { ref: false });
  }
}
