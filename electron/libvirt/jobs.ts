import { jobType } from '../../shared/libvirt/flags.ts';
import type { Progress } from '../../shared/schema.ts';
import { countOf } from './bounds.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/**
 * The job that libvirt has under way on a domain, or null when there is none, as always with a driver that knows none.
 * @throws LibvirtError, ConnectionError
 */
export async function readJob(caller: Caller, uuid: string): Promise<Progress | null> {
  try {
    const info = await caller.call(procedures.domainGetJobInfo, { domain: domainRef(uuid) });
    if (info.type !== jobType.bounded && info.type !== jobType.unbounded) return null;
    const count = (told: bigint) => countOf(told) ?? 0;
    const total = count(info.dataTotal);
    // Pages of zeros are never among those processed, so only what remains tells how far it is.
    const done = Math.max(count(info.dataProcessed), total - count(info.dataRemaining));
    return {
      elapsedMs: count(info.timeElapsed),
      doneBytes: total > 0 ? Math.min(done, total) : null,
      totalBytes: total > 0 ? total : null,
    };
  } catch (error) {
    if (error instanceof LibvirtError && error.is('NO_SUPPORT', 'OPERATION_INVALID')) return null;
    throw error;
  }
}

/** Whether libvirt is at a job of a domain, as a backup; null where it does not tell. @throws ConnectionError */
export async function hasJob(caller: Caller, uuid: string): Promise<boolean | null> {
  try {
    return (await readJob(caller, uuid)) !== null;
  } catch (error) {
    if (error instanceof LibvirtError) return null;
    throw error;
  }
}

/**
 * Asks libvirt to abort the job of a domain; whoever waits for the job gets OPERATION_ABORTED.
 * @throws LibvirtError OPERATION_INVALID when there is none, or one that cannot be aborted.
 */
export async function abortJob(caller: Caller, uuid: string): Promise<void> {
  await caller.call(procedures.domainAbortJob, { domain: domainRef(uuid) });
}
