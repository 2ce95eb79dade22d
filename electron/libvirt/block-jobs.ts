import type { Progress } from '../../shared/schema.ts';
import { countOf } from './bounds.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/**
 * How far the block jobs of some disks are, taken together; null while none of them runs.
 * @throws ConnectionError
 */
export async function blockJobProgress(
  caller: Caller,
  uuid: string,
  targets: readonly string[],
  startedAt: number,
): Promise<Progress | null> {
  const domain = domainRef(uuid);
  const jobs = await Promise.all(
    targets.map((path) =>
      caller.call(procedures.domainGetBlockJobInfo, { domain, path, flags: 0 }).catch((error: unknown) => {
        if (error instanceof LibvirtError) return null; // no such disk, or the domain is off
        throw error;
      }),
    ),
  );
  const running = jobs.flatMap((job) => (job?.found ? [job] : []));
  if (running.length === 0) return null;
  const sum = (of: (job: (typeof running)[number]) => bigint) =>
    countOf(running.reduce((all, job) => all + of(job), 0n)) ?? 0;
  const totalBytes = sum(({ end }) => end);
  return {
    elapsedMs: Date.now() - startedAt,
    doneBytes: totalBytes > 0 ? sum(({ current }) => current) : null,
    totalBytes: totalBytes > 0 ? totalBytes : null,
  };
}

/**
 * Cancels every block job of a domain in QEMU itself (QMP query-block-jobs, block-job-cancel): while libvirt deletes a
 * snapshot, its own virDomainBlockJobAbort waits for the end of that (seen on 9.0–12.8).
 * @returns how many there were.
 * @throws LibvirtError where the connection may not speak to the monitor; ConnectionError
 */
export async function cancelBlockJobs(caller: Caller, uuid: string): Promise<number> {
  const domain = domainRef(uuid);
  const monitor = async (command: object): Promise<unknown> => {
    const cmd = JSON.stringify(command);
    const { result } = await caller.call(procedures.domainMonitorCommand, { domain, cmd, flags: 0 });
    return returnedIn(result);
  };
  const jobs = await monitor({ execute: 'query-block-jobs' });
  const devices = (Array.isArray(jobs) ? jobs : []).flatMap((job: unknown) => {
    const { device } = Object(job) as { device?: unknown };
    return typeof device === 'string' ? [device] : [];
  });
  for (const device of devices) await monitor({ execute: 'block-job-cancel', arguments: { device, force: true } });
  return devices.length;
}

/** What a monitor’s answer returns; nothing where it is none. */
function returnedIn(answer: string): unknown {
  try {
    return (Object(JSON.parse(answer)) as { return?: unknown }).return;
  } catch {
    return undefined;
  }
}
