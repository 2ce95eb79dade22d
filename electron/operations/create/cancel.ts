import { setTimeout as sleep } from 'node:timers/promises';
import type { HostSession } from '../../hosts/host-session.ts';
import { abortJob } from '../../libvirt/jobs.ts';
import { followJob } from '../engine/job-progress.ts';
import type { OperationHandle } from '../engine/operations.ts';

/** How soon it is tried again, milliseconds: libvirt begins the job a moment after it is asked for the snapshot. */
const AGAIN_MS = 150;

/**
 * While external memory is written: tells how far it is, and aborts it when the person cancels. For any other snapshot
 * neither may be asked: both calls would wait for its end.
 * @returns the way to stop.
 */
export function followMemory(session: HostSession, uuid: string, operation: OperationHandle): () => void {
  let over = false;
  const stop = followJob(session, uuid, operation);
  const abort = async () => {
    // Refused until the job has begun; whoever waits for the snapshot sees what came of it.
    while (
      !over &&
      !(await abortJob(session.reads, uuid).then(
        () => true,
        () => false,
      ))
    )
      await sleep(AGAIN_MS, undefined, { ref: false });
  };
  const onAbort = () => void abort();
  operation.signal.addEventListener('abort', onAbort, { once: true });
  if (operation.signal.aborted) onAbort();
  return () => {
    over = true;
    operation.signal.removeEventListener('abort', onAbort);
    stop();
  };
}
