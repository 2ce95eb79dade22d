import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyType } from '../../../shared/operations/operation.ts';
import type { Gate } from '../../hosts/gate.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { readJob } from '../../libvirt/jobs.ts';
import { XmlError } from '../../libvirt/xml.ts';
import type { Work } from './driver.ts';

/** How long a lost host may stay away before its answer is given up, milliseconds. */
const PATIENCE_MS = 120_000;
/** How often a job that outlived its connection is looked at, milliseconds. */
const JOB_MS = 500;
/** How soon what waits in libvirt for a job to end has begun, milliseconds. */
const TURN_MS = 200;

/**
 * Asks libvirt how things are after an operation, waiting for a connection that was lost. null: it cannot be asked, as
 * when the domain is gone or the person has disconnected from the host.
 */
export async function lookAfterwards<T>(session: HostSession, read: (reads: Gate) => Promise<T>): Promise<T | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    if (session.host.connection.status === 'disconnected') return null;
    if (!session.isConnected) {
      await session.nextChange(patience);
      continue;
    }
    try {
      return await read(session.reads);
    } catch (error) {
      if (error instanceof LibvirtError || error instanceof XmlError) return null;
      await sleep(500, undefined, { signal: patience, ref: false }).catch(() => {});
    }
  }
  return null;
}

/** The same, once libvirt is at nothing any more where its last answer was lost. */
export function lookAtWork<T>(
  { session, asked, plan: { uuid } }: Pick<Work<AnyType>, 'session' | 'asked' | 'plan'>,
  read: (reads: Gate) => Promise<T>,
): Promise<T | null> {
  const wasLost = asked.at(-1)?.result === 'unknown';
  return lookAfterwards(session, async (reads) => {
    if (wasLost) await whenIdle(reads, uuid);
    return read(reads);
  });
}

/**
 * Waits until libvirt is at nothing with a domain, and nothing has waited for that: it goes on with what it was asked,
 * whether or not anybody waits.
 * @throws ConnectionError
 */
export async function whenIdle(reads: Gate, uuid: string): Promise<void> {
  do {
    while (await isBusy(reads, uuid)) await sleep(JOB_MS, undefined, { ref: false });
    await sleep(TURN_MS, undefined, { ref: false });
  } while (await isBusy(reads, uuid));
}

async function isBusy(reads: Gate, uuid: string): Promise<boolean> {
  const job = await readJob(reads, uuid).catch((error: unknown) => {
    if (error instanceof LibvirtError) return null; // the domain is gone, or its driver knows no jobs
    throw error;
  });
  return job !== null;
}
