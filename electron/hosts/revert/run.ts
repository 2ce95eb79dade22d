import type { Assessment, RevertOutcome, RevertPlan, StartState } from '../../../shared/schema.ts';
import { revertFlag } from '../../libvirt/constants.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { revertToSnapshot } from '../../libvirt/snapshots.ts';
import type { HostSession } from '../host-session.ts';
import type { Operations } from '../operations.ts';
import { ProblemError, toProblem } from '../problems.ts';
import { checkAgain, type RevertPlans } from './plans.ts';
import { differences, findOut } from './verify.ts';

export interface RevertRequest {
  readonly session: HostSession;
  readonly plan: RevertPlan;
  readonly startState: StartState;
  /** Codes of the requirements that the person has consented to. */
  readonly acknowledged: readonly string[];
}
type Answer = Pick<RevertOutcome, 'result' | 'forced' | 'problem' | 'retryWith'>;

const flagOf: Readonly<Record<StartState, number>> = {
  'as-saved': 0,
  running: revertFlag.running,
  paused: revertFlag.paused,
};

/**
 * Checks the plan against the present, reverts, and asks libvirt what came of it.
 * @throws StalePlanError, ProblemError (BLOCKED, FORCE_NOT_ACKNOWLEDGED, ALREADY_RUNNING): nothing was done.
 */
export async function runRevert(
  request: RevertRequest,
  plans: RevertPlans,
  operations: Operations,
): Promise<RevertOutcome> {
  const { session, plan } = request;
  const { domain, snapshot, current } = plan.facts;
  if (session.isHeld(domain.uuid)) throw new ProblemError('ALREADY_RUNNING', { domain: domain.name });
  return session.holding(domain.uuid, async () => {
    const assessment = await checkAgain(session, plan, request.startState);
    const mayForce = consent(assessment, request.acknowledged);
    plans.discard(plan.planId);
    const operation = operations.start({
      hostId: plan.hostId,
      uuid: domain.uuid,
      domainName: domain.name,
      snapshotName: snapshot.name,
    });
    const answer = await ask(request, mayForce, plans);
    operations.verifying(operation.id);
    const found = await findOut(session, domain.uuid);
    const expected =
      answer.result === 'done' || answer.result === 'unknown'
        ? { state: assessment.outcome, current: snapshot.name }
        : { state: domain.state, current };
    const different = found ? differences(found, expected) : [];
    const outcome: RevertOutcome = {
      ...answer,
      operationId: operation.id,
      // libvirt refuses before it touches anything, with these codes; what it left behind has the last word.
      result: answer.result === 'refused' && different.length > 0 ? 'failed' : answer.result,
      found,
      differences: different,
      ...(found || answer.problem ? {} : { problem: new ProblemError('NOT_CONFIRMED').problem }),
    };
    operations.end(operation.id, outcome);
    return outcome;
  });
}

/** Whether force may be used. @throws ProblemError BLOCKED, FORCE_NOT_ACKNOWLEDGED */
function consent({ blockers, requirements }: Assessment, acknowledged: readonly string[]): boolean {
  const given = (requirement: { code: string }) => acknowledged.includes(requirement.code);
  if (blockers[0]) throw new ProblemError('BLOCKED', { reason: blockers[0].text });
  const missing = requirements.find((each) => each.certainty === 'needed' && !given(each));
  if (missing) throw new ProblemError('FORCE_NOT_ACKNOWLEDGED', { reason: missing.text });
  return requirements.some((each) => each.grants === 'force' && given(each));
}

/** Asks libvirt to revert; by force only after it has answered SNAPSHOT_REVERT_RISKY, as virsh does. */
async function ask(request: RevertRequest, mayForce: boolean, plans: RevertPlans): Promise<Answer> {
  const { session, plan, startState } = request;
  const { domain, snapshot } = plan.facts;
  let forced = false;
  const revert = (flags: number) =>
    revertToSnapshot(session.writes, domain.uuid, snapshot.name, flagOf[startState] | flags);
  try {
    await revert(0).catch((error: unknown) => {
      if (!mayForce || !isRisky(error)) throw error;
      forced = true;
      return revert(revertFlag.force);
    });
    return { result: 'done', forced };
  } catch (error) {
    const host = session.host.name;
    if (error instanceof ConnectionError) {
      const { problem } = new ProblemError('OUTCOME_UNKNOWN', { host }, error.message);
      return { result: 'unknown', forced, problem };
    }
    const problem = toProblem(error, host);
    const refused: Answer = { result: nothingDone(error) ? 'refused' : 'failed', forced, problem };
    if (forced || !isRisky(error)) return refused;
    const retryWith = await plans.make(session, domain.uuid, plan.target, error.message).catch(() => undefined);
    return retryWith ? { ...refused, retryWith } : refused;
  }
}

function isRisky(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && error.is('SNAPSHOT_REVERT_RISKY');
}

/** Answers that come before the domain is touched (qemuSnapshotRevertValidate and the API's own checks). */
function nothingDone(error: unknown): boolean {
  if (error instanceof ProblemError) return true; // never asked
  return (
    error instanceof LibvirtError &&
    error.is(
      'SNAPSHOT_REVERT_RISKY',
      'OPERATION_INVALID',
      'OPERATION_UNSUPPORTED',
      'CONFIG_UNSUPPORTED',
      'INVALID_ARG',
      'NO_DOMAIN',
      'NO_DOMAIN_SNAPSHOT',
      'OPERATION_DENIED',
      'ACCESS_DENIED',
      'OPERATION_TIMEOUT',
    )
  );
}
