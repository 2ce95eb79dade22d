import { randomUUID } from 'node:crypto';
import { assessCreate } from '../../../../shared/create/assess.ts';
import { createXml } from '../../../../shared/create/xml.ts';
import { problemOf } from '../../../../shared/errors.ts';
import { safetyDescription, safetyDraft, safetyRequestOf } from '../../../../shared/safety.ts';
import type { RevertFacts, SafetyReport, Snapshot } from '../../../../shared/schema.ts';
import { ConnectionError, LibvirtError } from '../../../libvirt/errors.ts';
import { createSnapshot } from '../../../libvirt/snapshots.ts';
import { followMemory } from '../../../hosts/create/cancel.ts';
import { differencesOfTaken } from '../../../hosts/create/promises.ts';
import { type CreateExpected, type CreateSeen, lookAtCreate } from '../../../hosts/create/verify.ts';
import type { Ground } from '../../../hosts/ground.ts';
import type { HostSession } from '../../../hosts/host-session.ts';
import type { OperationHandle } from '../../../hosts/operations.ts';
import { ProblemError, toProblem } from '../../../hosts/problems.ts';
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
  const { offer, create } = await gatherSafety(session, facts, ground.settings.get().safetyNamePattern);
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
  const stop = offer.memory ? followMemory(session, uuid, operation) : () => {}; // without memory it ends by itself
  try {
    const value = await ground.journal.answer(requestId, host.name, () =>
      createSnapshot(session.writes, uuid, xml, flags),
    );
    const expected = { name: value, row, files, disks, before: create };
    const seen = await lookAtCreate(session, expected, false);
    const snapshot = seen?.snapshot;
    if (!snapshot || safetyRequestOf(snapshot.description) !== requestId)
      return failed('unknown', problemOf('SAFETY_FAILED', { snapshot: name }, 'libvirt shows another snapshot'));
    const broken = brokenPromises(seen, expected);
    if (broken.length > 0) return failed('failed', problemOf('SAFETY_FAILED', { snapshot: name }, broken.join(' ')));
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
    stop();
  }
}

/** What is not as promised of the snapshot itself; what has become of the guest meanwhile is looked at afterwards. */
function brokenPromises(seen: CreateSeen, expected: CreateExpected): string[] {
  const state = seen.snapshot?.state === 'paused' ? 'paused' : expected.before.state;
  return differencesOfTaken({ ...seen, state }, { ...expected, before: { ...expected.before, state } });
}
