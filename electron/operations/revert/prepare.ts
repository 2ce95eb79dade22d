import { expectedAfter, withKnownBefore } from '../../../shared/after-safety.ts';
import { problemOf } from '../../../shared/errors.ts';
import { missingConsent } from '../../../shared/operations/operation.ts';
import { staleness } from '../../../shared/operations/revert/risk.ts';
import { assessWithConsents, type revertType } from '../../../shared/operations/revert/type.ts';
import type { Outcome, Problem, SafetyReport } from '../../../shared/schema.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import { removeManagedSave } from '../../libvirt/domains.ts';
import type { Work } from '../engine/driver.ts';
import { gatherRevert } from './facts.ts';
import type { Ready, RevertDone, Stop } from './judge.ts';
import { type TakenSafety, takeSafety } from './safety/take.ts';

type RevertWork = Work<typeof revertType>;
export interface Prepared extends Pick<RevertDone, 'report' | 'safetyRequestId'> {
  readonly next: { readonly go: Ready } | { readonly stop: Stop };
}

/**
 * Takes the safety snapshot and removes the managed save image, as asked, and then makes sure that nothing but that has
 * changed. Nothing is thrown: whatever goes wrong stops the revert.
 */
export async function prepare(work: RevertWork): Promise<Prepared> {
  const { session, choice, facts, assessment, services, operation } = work;
  const removes = choice.removeManagedSave && facts.domain.managedSave;
  if (!choice.safetySnapshot && !removes)
    return { report: {}, safetyRequestId: null, next: { go: { facts, assessment } } };
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
      if (!safety || taken.report.result !== 'taken') return prepared(refused(whyNoSafety(taken.report)));
    }
    if (removes) {
      await dropManagedSave(work);
      report = { ...report, managedSaveRemoved: true };
    }
    operation.phase('reverting');
    return prepared(await lookAgain(work, safety, removes));
  } catch (error) {
    services.log(`${session.host.name}: a revert was not started: ${error}`);
    return prepared(refused(toProblem(error, session.host.name)));
  }
}

async function takeFirst(work: RevertWork): Promise<TakenSafety> {
  const { session, plan, facts, operation, services } = work;
  operation.phase('snapshotting');
  const take = () => takeSafety(work);
  // While qemu-img works on a domain that is off, libvirt keeps everybody else away from it.
  const taken = await (facts.domain.state === 'shutoff' ? session.holding(plan.uuid, take) : take());
  if (taken.taken) {
    const { requestId, snapshot } = taken.taken;
    const mark = { uuid: plan.uuid, name: snapshot.name, createdAt: snapshot.createdAt, requestId };
    await services.marks
      .addSafety(session.host, { ...mark, revertedTo: plan.facts.snapshot.name })
      .catch((error: unknown) => services.log(`the marks could not be written: ${error}`));
  }
  return taken;
}

function whyNoSafety({ name, problem }: SafetyReport): Problem {
  if (problem?.code === 'SAFETY_UNKNOWN') return problem;
  const reason = problem ? [problem.what, problem.detail].filter(Boolean).join(' ') : undefined;
  return problemOf('SAFETY_FAILED', { snapshot: name }, reason);
}

/** @throws ProblemError MANAGED_SAVE_STAYS, MANAGED_SAVE_UNKNOWN */
async function dropManagedSave({ session, plan, facts, operation, ask }: RevertWork): Promise<void> {
  operation.phase('removing-managed-save');
  const answer = await ask(
    {
      kind: 'remove-managed-save',
      snapshot: plan.facts.snapshot.name,
      flags: 0,
      plan: ['The managed save image is removed, because its memory does not match the reverted disks'],
      currentBefore: facts.current,
    },
    () => removeManagedSave(session.writes, plan.uuid),
  );
  if (answer.result === 'done') return;
  const { what, detail } = answer.problem;
  if (answer.result === 'unknown') throw new ProblemError('MANAGED_SAVE_UNKNOWN', { host: session.host.name }, detail);
  throw new ProblemError('MANAGED_SAVE_STAYS', {}, detail ?? what);
}

/** Whether the plan still holds, apart from what was just done on purpose. */
async function lookAgain(
  { session, plan, facts, choice, acknowledged, services }: RevertWork,
  safety: TakenSafety['taken'],
  managedSaveRemoved: boolean,
): Promise<Prepared['next']> {
  const target = { kind: 'named', name: plan.facts.snapshot.name } as const; // what is current has just changed
  const { facts: found } = await gatherRevert(session, plan.uuid, target, facts.riskReported, services.marks);
  const expected = expectedAfter(facts, safety?.snapshot ?? null, managedSaveRemoved);
  const now = withKnownBefore(found, expected);
  const changes = staleness(expected, now);
  if (changes.length > 0) return refused(problemOf('STALE_AFTER_SAFETY'), 'refused', changes);
  const assessment = assessWithConsents(now, { ...choice, safetySnapshot: false }, null);
  // What is lost was read before, with what the safety snapshot keeps of it; a box is ticked for what it says alone.
  const ticks = { ...assessment, consents: assessment.consents.filter(({ by }) => by === 'tick') };
  const reason = assessment.blockers[0] ?? missingConsent(ticks, acknowledged);
  return reason
    ? refused(problemOf('BLOCKED_AFTER_SAFETY', { reason: reason.text }))
    : { go: { facts: now, assessment } };
}

function refused(
  problem: Problem,
  result: Outcome['result'] = 'refused',
  differences: readonly string[] = [],
): { stop: Stop } {
  return { stop: { result, problem, differences } };
}
