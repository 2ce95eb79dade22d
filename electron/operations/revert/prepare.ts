import { expectedAfter, withKnownBefore } from '../../../shared/after-safety.ts';
import { problemOf } from '../../../shared/errors.ts';
import { assessRevert, staleness } from '../../../shared/operations/revert/risk.ts';
import type { Assessment, Problem, RevertFacts, RevertOutcome, SafetyReport } from '../../../shared/schema.ts';
import { removeManagedSave } from '../../libvirt/domains.ts';
import { ConnectionError } from '../../libvirt/errors.ts';
import type { Ground } from '../../hosts/ground.ts';
import type { OperationHandle } from '../../hosts/operations.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import { type TakenSafety, takeSafety } from './safety/take.ts';
import { choiceIn } from './choice.ts';
import { consent } from './consent.ts';
import { gatherRevertFacts } from './facts.ts';
import type { RevertRequest } from './run.ts';

/** A plan that holds, with the consents that it needs. */
export interface Checked {
  readonly facts: RevertFacts;
  readonly assessment: Assessment;
  readonly mayForce: boolean;
}
/** Why the revert must not go on, as an outcome. */
type Stop = Pick<RevertOutcome, 'result' | 'problem' | 'differences'>;
export interface Prepared {
  /** What was done before the revert. */
  readonly report: Pick<RevertOutcome, 'safety' | 'managedSaveRemoved'>;
  /** The request that made the safety snapshot; null when there is none. */
  readonly safetyRequestId: string | null;
  readonly next: { readonly go: Checked } | { readonly stop: Stop };
}
interface Work {
  readonly request: RevertRequest;
  readonly checked: Checked;
  readonly operation: OperationHandle;
  readonly ground: Ground;
}

/**
 * Takes the safety snapshot and removes the managed save image, as asked, and then makes sure that nothing but that has
 * changed. Nothing is thrown: whatever goes wrong stops the revert.
 */
export async function prepare(work: Work): Promise<Prepared> {
  const { request, checked, ground, operation } = work;
  const choice = choiceIn(request);
  const removes = choice.removeManagedSave && checked.facts.domain.managedSave;
  if (!choice.safetySnapshot && !removes) return { report: {}, safetyRequestId: null, next: { go: checked } };
  let report: Prepared['report'] = {};
  let safety: TakenSafety['taken'] = null;
  const prepared = (next: Prepared['next']): Prepared => ({
    report,
    safetyRequestId: safety?.requestId ?? null,
    next,
  });
  try {
    if (choice.safetySnapshot) {
      const taken = await takeFirst(work);
      report = { safety: taken.report };
      safety = taken.taken;
      if (operation.signal.aborted) return prepared(refused(problemOf('OPERATION_CANCELLED'), 'cancelled'));
      if (!safety) return prepared(refused(whyNoSafety(taken.report)));
    }
    if (removes) {
      await dropManagedSave(work);
      report = { ...report, managedSaveRemoved: true };
    }
    operation.phase('reverting');
    return prepared(await lookAgain(work, safety, removes));
  } catch (error) {
    ground.log(`${request.session.host.name}: a revert was not begun: ${error}`);
    return prepared(refused(toProblem(error, request.session.host.name)));
  }
}

async function takeFirst({ request, checked, operation, ground }: Work): Promise<TakenSafety> {
  const { session, plan } = request;
  const { domain } = checked.facts;
  operation.phase('snapshotting');
  const take = () => takeSafety(session, checked.facts, operation, ground);
  // While qemu-img works on a domain that is off, libvirt keeps everybody else away from it.
  const { report, taken } = await (domain.state === 'shutoff' ? session.holding(domain.uuid, take) : take());
  if (taken) {
    const { name, createdAt } = taken.snapshot;
    const mark = { uuid: domain.uuid, name, createdAt, requestId: taken.requestId };
    await ground.marks
      .addSafety(session.host, { ...mark, revertedTo: plan.facts.snapshot.name })
      .catch((error: unknown) => ground.log(`the marks could not be written: ${error}`));
  }
  return { report, taken };
}

function whyNoSafety({ name, problem }: SafetyReport): Problem {
  if (problem?.code === 'SAFETY_UNKNOWN') return problem;
  const reason = problem ? [problem.what, problem.detail].filter(Boolean).join(' ') : undefined;
  return problemOf('SAFETY_FAILED', { snapshot: name }, reason);
}

/** @throws ProblemError MANAGED_SAVE_STAYS, JOURNAL_FAILED */
async function dropManagedSave({ request, checked, operation, ground }: Work): Promise<void> {
  const { session, plan } = request;
  const { uuid, name } = plan.facts.domain;
  operation.phase('removing-managed-save');
  const requestId = await ground.journal.begin({
    operationId: operation.id,
    kind: 'remove-managed-save',
    host: session.host,
    domain: { uuid, name },
    snapshot: plan.facts.snapshot.name,
    flags: 0,
    plan: ['The managed save image is removed, so that its memory cannot meet the reverted disks'],
    currentBefore: checked.facts.current,
  });
  try {
    await session.holding(uuid, () =>
      ground.journal.answer(requestId, session.host.name, () => removeManagedSave(session.writes, uuid)),
    );
  } catch (error) {
    if (error instanceof ConnectionError) ground.journal.abandon(requestId);
    const { what, detail } = toProblem(error, session.host.name);
    throw new ProblemError('MANAGED_SAVE_STAYS', {}, detail ?? what);
  }
}

/** Whether the plan still holds, apart from what was just done on purpose. */
async function lookAgain(
  { request, checked, ground }: Work,
  safety: TakenSafety['taken'],
  managedSaveRemoved: boolean,
): Promise<Prepared['next']> {
  const { session, plan, acknowledged } = request;
  const target = { kind: 'named', name: plan.facts.snapshot.name } as const; // what is current has just changed
  const found = await gatherRevertFacts(
    session,
    plan.facts.domain.uuid,
    target,
    checked.facts.riskReported,
    ground.marks,
  );
  const expected = expectedAfter(checked.facts, safety?.snapshot ?? null, managedSaveRemoved);
  const now = withKnownBefore(found, expected);
  const changes = staleness(expected, now);
  if (changes.length > 0) return refused(problemOf('STALE_AFTER_SAFETY'), 'refused', changes);
  const assessment = assessRevert(now, { ...choiceIn(request), safetySnapshot: false });
  const { mayForce, refusal } = consent(assessment, acknowledged);
  if (refusal) return refused(problemOf('BLOCKED_AFTER_SAFETY', { reason: refusal.reason }));
  return { go: { facts: now, assessment, mayForce } };
}

function refused(problem: Problem, result: Stop['result'] = 'refused', differences: string[] = []): { stop: Stop } {
  return { stop: { result, problem, differences } };
}
