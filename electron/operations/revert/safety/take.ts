import { randomUUID } from 'node:crypto';
import { problemOf } from '../../../../shared/errors.ts';
import { assessCreate } from '../../../../shared/operations/create/assess.ts';
import { createXml } from '../../../../shared/operations/create/xml.ts';
import type { revertType } from '../../../../shared/operations/revert/type.ts';
import { safetyDraft } from '../../../../shared/safety.ts';
import { safetyDescription, safetyRequestOf } from '../../../../shared/safety-names.ts';
import type { SafetyReport, Snapshot } from '../../../../shared/schema.ts';
import { ProblemError } from '../../../hosts/problems.ts';
import { LibvirtError } from '../../../libvirt/errors.ts';
import { createSnapshot } from '../../../libvirt/snapshots.ts';
import { followMemory } from '../../create/cancel.ts';
import { differencesOfTaken } from '../../create/promises.ts';
import { type CreateExpected, type CreateSeen, readCreated } from '../../create/verify.ts';
import type { Work } from '../../engine/driver.ts';
import { lookAtWork } from '../../engine/look.ts';
import { gatherSafety } from './facts.ts';

export interface TakenSafety {
  readonly report: SafetyReport;
  /** Present when libvirt has it, whatever was told of the answer. */
  readonly taken: { readonly requestId: string; readonly snapshot: Snapshot } | null;
}

/**
 * Takes a safety snapshot and waits until libvirt shows it. Whatever goes wrong is in the report; nothing is thrown
 * but what kept libvirt from being asked.
 * @throws ProblemError SAFETY_UNAVAILABLE; LibvirtError and ConnectionError of the reads before.
 */
export async function takeSafety(work: Work<typeof revertType>): Promise<TakenSafety> {
  const { session, services, facts, operation } = work;
  const { offer, create } = await gatherSafety(session, facts, services.settings.get().safetyNamePattern);
  if (!offer.available || offer.kind === null)
    throw new ProblemError('SAFETY_UNAVAILABLE', { reason: offer.reasons[0]?.text ?? '' });
  const { host } = session;
  const { uuid, name: domainName } = facts.domain;
  const { name } = offer;
  const requestId = randomUUID();
  const draft = safetyDraft(facts, create, name, safetyDescription(facts.snapshot.name, requestId));
  const { row, files, disks } = assessCreate(create, draft, { uri: null, domain: domainName });
  if (row === null) throw new ProblemError('SAFETY_UNAVAILABLE', { reason: '' });
  const { flags } = row;
  const xml = createXml(create, draft, row);
  const report = (result: SafetyReport['result'], problem?: SafetyReport['problem']): SafetyReport => ({
    name,
    result,
    takenAt: null,
    ...(problem ? { problem } : {}),
  });
  const shot = await services.thumbnails.shoot(session, uuid);
  if (operation.signal.aborted) return { report: report('cancelled'), taken: null };
  const stop = offer.memory ? followMemory(session, uuid, operation) : () => {}; // without memory it ends by itself
  const answer = await work
    .ask(
      {
        requestId,
        kind: 'safety-snapshot',
        snapshot: name,
        flags,
        plan: [`A safety snapshot (${offer.kind}${offer.memory ? ', with memory' : ''}) before a revert`],
        currentBefore: facts.current,
      },
      () => createSnapshot(session.writes, uuid, xml, flags),
    )
    .finally(stop);
  const isLost = answer.result === 'unknown';
  if (answer.result !== 'done' && !isLost) {
    const aborted = operation.signal.aborted && answer.error instanceof LibvirtError;
    return { report: report(aborted ? 'cancelled' : 'failed', answer.problem), taken: null };
  }
  const expected = { name: answer.result === 'done' ? answer.value : name, row, files, disks, before: create };
  const seen = await lookAtWork(work, (reads) => readCreated(reads, expected));
  const snapshot = seen?.snapshot;
  const isOurs = snapshot && safetyRequestOf(snapshot.description) === requestId;
  const taken = isOurs ? { requestId, snapshot } : null;
  if (isLost) {
    if (taken) work.proven.add(requestId);
    const problem = problemOf('SAFETY_UNKNOWN', { host: host.name, snapshot: name }, answer.problem.detail);
    return { report: report('unknown', problem), taken };
  }
  if (!seen || !taken)
    return {
      report: report('unknown', problemOf('SAFETY_FAILED', { snapshot: name }, 'libvirt shows another snapshot')),
      taken: null,
    };
  const broken = brokenPromises(seen, expected);
  if (broken.length > 0)
    return { report: report('failed', problemOf('SAFETY_FAILED', { snapshot: name }, broken.join(' '))), taken: null };
  await services.thumbnails.keep(host, uuid, taken.snapshot, shot);
  return { report: { name, result: 'taken', takenAt: taken.snapshot.createdAt }, taken };
}

/** What is not as promised of the snapshot itself; what has become of the guest meanwhile is looked at afterwards. */
function brokenPromises(seen: CreateSeen, expected: CreateExpected): string[] {
  const state = seen.snapshot?.state === 'paused' ? 'paused' : expected.before.state;
  return differencesOfTaken({ ...seen, state }, { ...expected, before: { ...expected.before, state } });
}
