import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { problemOf } from '../../../shared/errors.ts';
import { type Disk, hostPath, isWritable } from '../../../shared/libvirt/disks.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import { safetyDescription, safetyRequestOf } from '../../../shared/safety.ts';
import type { RevertFacts, SafetyReport, Snapshot } from '../../../shared/schema.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { abortJob } from '../../libvirt/jobs.ts';
import { createSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { escapeXml, parseXml } from '../../libvirt/xml.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { followJob } from '../job-progress.ts';
import type { OperationHandle } from '../operations.ts';
import { ProblemError, toProblem } from '../problems.ts';
import { gatherSafety } from './facts.ts';

export interface TakenSafety {
  readonly report: SafetyReport;
  /** Present when libvirt has it. */
  readonly taken: { readonly requestId: string; readonly snapshot: Snapshot } | null;
}

/**
 * Takes a safety snapshot and waits until libvirt shows it. Whatever goes wrong is in the report; nothing is thrown
 * but what kept libvirt from being asked.
 * @throws ProblemError SAFETY_UNAVAILABLE, JOURNAL_FAILED; LibvirtError and ConnectionError of the reads before.
 */
export async function takeSafety(
  session: HostSession,
  facts: RevertFacts,
  operation: OperationHandle,
  ground: Ground,
): Promise<TakenSafety> {
  const { offer, disks } = await gatherSafety(session, facts, ground.settings.get().safetyNamePattern);
  if (!offer.available || offer.kind === null)
    throw new ProblemError('SAFETY_UNAVAILABLE', { reason: offer.reasons[0]?.text ?? '' });
  const { host } = session;
  const { uuid, name: domainName } = facts.domain;
  const { name } = offer;
  const requestId = randomUUID();
  const description = safetyDescription(facts.snapshot.name, requestId);
  // Offline external snapshots are made with DISK_ONLY; virsh's way, and the flag is what 9.x wants.
  const flags = offer.kind === 'external' && !offer.memory ? createFlag.diskOnly : 0;
  const xml = safetyXml({ name, description, kind: offer.kind, memory: offer.memory, domainName, disks });
  const failed = (result: SafetyReport['result'], problem: SafetyReport['problem']): TakenSafety => ({
    report: { name, result, takenAt: null, ...(problem ? { problem } : {}) },
    taken: null,
  });
  const picture = await ground.thumbnails.capture(session, uuid);
  if (operation.signal.aborted) return failed('cancelled', undefined);
  await ground.journal.begin(
    {
      operationId: operation.id,
      kind: 'safety-snapshot',
      host,
      domain: { uuid, name: domainName },
      snapshot: name,
      flags,
      plan: [`A safety snapshot (${offer.kind}${offer.memory ? ', with memory' : ''}) before a revert`],
      currentBefore: facts.current,
    },
    requestId,
  );
  const stop = offer.memory ? followJob(session, uuid, operation) : () => {};
  const abort = () => void abortJob(session.reads, uuid).catch(() => {}); // then it ends by itself
  operation.signal.addEventListener('abort', abort, { once: true });
  try {
    const value = await ground.journal.answer(requestId, host.name, () =>
      createSnapshot(session.writes, uuid, xml, flags),
    );
    const snapshot = await lookUp(session, uuid, value);
    if (safetyRequestOf(snapshot.description) !== requestId)
      return failed('unknown', problemOf('SAFETY_FAILED', { snapshot: name }, 'libvirt shows another snapshot'));
    await ground.thumbnails.keep(host, uuid, snapshot, picture);
    return { report: { name, result: 'taken', takenAt: snapshot.createdAt }, taken: { requestId, snapshot } };
  } catch (error) {
    if (error instanceof ConnectionError) {
      ground.journal.abandon(requestId);
      return failed('unknown', problemOf('SAFETY_UNKNOWN', { host: host.name, snapshot: name }, error.message));
    }
    const aborted = operation.signal.aborted && error instanceof LibvirtError;
    return failed(aborted ? 'cancelled' : 'failed', toProblem(error, host.name, 'take'));
  } finally {
    operation.signal.removeEventListener('abort', abort);
    stop();
  }
}

async function lookUp(session: HostSession, uuid: string, name: string): Promise<Snapshot> {
  const xml = await snapshotXml(session.reads, uuid, name);
  return { ...parseSnapshot(parseXml(xml, 'domainsnapshot', true)), name };
}

interface SafetySpec {
  readonly name: string;
  readonly description: string;
  readonly kind: 'internal' | 'external';
  readonly memory: boolean;
  readonly domainName: string;
  readonly disks: readonly Disk[];
}

/**
 * The `<domainsnapshot>` to ask for (libvirt formatsnapshot). External memory has no place of its own in libvirt, so it
 * goes beside the first disk's image.
 */
export function safetyXml({ name, description, kind, memory, domainName, disks }: SafetySpec): string {
  const image =
    disks.find((disk) => isWritable(disk) && hostPath(disk.image) !== null)?.image?.path ?? '/var/lib/libvirt/images/';
  const file = posix.join(posix.dirname(image), `${domainName.replaceAll('/', '-')}.${name}.mem`);
  const memoryXml = kind === 'external' && memory ? `<memory snapshot='external' file='${escapeXml(file)}'/>` : '';
  return `<domainsnapshot><name>${escapeXml(name)}</name><description>${escapeXml(description)}</description>${memoryXml}</domainsnapshot>`;
}
