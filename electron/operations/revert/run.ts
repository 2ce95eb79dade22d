import { problemOf } from '../../../shared/errors.ts';
import { assessRevert, failureFound, isAsBefore } from '../../../shared/operations/revert/risk.ts';
import type { Assessment, Found, RevertChoice, RevertOutcome, RevertPlan, StartState } from '../../../shared/schema.ts';
import type { Ground } from '../../hosts/ground.ts';
import { StalePlanError } from '../../hosts/held-plans.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { OperationHandle } from '../../hosts/operations.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import { removeOldSafety } from './safety/retention.ts';
import { inTurn } from '../../hosts/turn.ts';
import { askToRevert } from './ask.ts';
import { choiceIn } from './choice.ts';
import { consent } from './consent.ts';
import { factsOf } from './plans.ts';
import { type Checked, type Prepared, prepare } from './prepare.ts';
import {
  differences,
  findOut,
  imagesToLookInto,
  isGone,
  processBefore,
  type Seen,
  sameImages,
  verify,
} from './verify.ts';

export interface RevertRequest extends Partial<RevertChoice> {
  readonly session: HostSession;
  readonly plan: RevertPlan;
  readonly startState: StartState;
  /** Codes of the requirements that the person has consented to. */
  readonly acknowledged: readonly string[];
  readonly typedName?: string | undefined;
}

/**
 * Waits for its turn on the domain, checks the plan against the present, prepares what was asked for, reverts, and asks
 * libvirt what came of it.
 * @throws StalePlanError, ProblemError (NO_PLAN, NAME_NOT_TYPED, BLOCKED, FORCE_NOT_ACKNOWLEDGED): nothing was done.
 */
export async function runRevert(request: RevertRequest, ground: Ground): Promise<RevertOutcome> {
  const { session, plan } = request;
  const { uuid } = plan.facts.domain;
  const { operations, plans } = ground;
  checkName(request, ground);
  return inTurn<RevertOutcome, Checked>(
    {
      key: `${plan.hostId}/${uuid}`,
      claim: plans.claim(plan.planId),
      start: (queued) =>
        startOperation(plan, ground, queued ? 'queued' : request.safetySnapshot ? 'snapshotting' : 'reverting'),
      check: () => session.holding(uuid, () => check(request, ground)),
      carryOut: (checked, operation) => carryOut(request, checked, operation, ground),
      notBegun: (error, operation) => notBegun(error, operation, session.host.name),
    },
    operations.turns,
  );
}

function startOperation(plan: RevertPlan, { operations }: Ground, phase: 'queued' | 'snapshotting' | 'reverting') {
  const { domain, snapshot } = plan.facts;
  const about = { kind: plan.kind, hostId: plan.hostId, uuid: domain.uuid };
  return operations.start({ ...about, domainName: domain.name, snapshotName: snapshot.name }, phase);
}

function checkName({ plan, session, typedName }: RevertRequest, { marks }: Ground): void {
  const { uuid, name } = plan.facts.domain;
  if (marks.isProtected(session.host, uuid) && typedName !== name)
    throw new ProblemError('NAME_NOT_TYPED', { domain: name });
}

/** @throws StalePlanError, ProblemError BLOCKED, FORCE_NOT_ACKNOWLEDGED */
async function check(request: RevertRequest, { marks }: Ground): Promise<Checked> {
  const { session, plan, acknowledged } = request;
  const facts = await factsOf(session, plan, marks);
  const assessment = assessRevert(facts, choiceIn(request), plan.safety);
  const { mayForce, refusal } = consent(assessment, acknowledged);
  if (refusal) throw new ProblemError(refusal.code, { reason: refusal.reason });
  return { facts, assessment, mayForce };
}

/** From here on libvirt may have been asked for something, so that whatever happens is an outcome. */
async function carryOut(
  request: RevertRequest,
  checked: Checked,
  operation: OperationHandle,
  ground: Ground,
): Promise<RevertOutcome> {
  const { session, plan } = request;
  const { uuid } = plan.facts.domain;
  const bare = { operationId: operation.id, forced: false, found: null, differences: [] };
  const { report, safetyRequestId, next } = await prepare({ request, checked, operation, ground });
  try {
    if ('stop' in next) {
      const seen = await findOut(session, uuid);
      return { ...bare, ...report, found: seen && foundOf(seen), ...next.stop };
    }
    operation.phase('reverting');
    const outcome = await session.holding(uuid, () =>
      revert(request, { ...next.go, read: checked.assessment }, { report, safetyRequestId }, operation, ground),
    );
    const tidied = outcome.result === 'done' ? await tidy(request, operation, ground) : null;
    return tidied ? { ...outcome, tidied } : outcome;
  } catch (error) {
    return { ...bare, ...report, result: 'refused', problem: toProblem(error, session.host.name) };
  }
}

async function revert(
  request: RevertRequest,
  { facts, assessment, mayForce, read }: Checked & { readonly read: Assessment },
  { report, safetyRequestId }: Pick<Prepared, 'report' | 'safetyRequestId'>,
  operation: OperationHandle,
  ground: Ground,
): Promise<RevertOutcome> {
  const { session, plan } = request;
  const { current } = facts;
  const { domain, snapshot } = plan.facts;
  const before = await processBefore(session, plan);
  const asked = await askToRevert(
    { session, plan, operationId: operation.id, choice: choiceIn(request), mayForce, assessment: read, current },
    ground,
  );
  const { requestId, ...answer } = asked;
  operation.phase('verifying');
  const seen = await findOut(session, domain.uuid, imagesToLookInto(plan));
  const wentThrough = answer.result === 'done' || answer.result === 'unknown';
  const expected = wentThrough
    ? { state: assessment.outcome, current: snapshot.name }
    : { state: domain.state, current };
  const { verification, different } = compare(seen, before, plan, expected, answer.result === 'done');
  const found = seen && foundOf(seen);
  const after = {
    found,
    gone: seen === null && answer.problem !== undefined && (await isGone(session, domain.uuid)),
    sameImages: seen && sameImages(seen, facts),
    safety: report.safety?.takenAt ? report.safety.name : null,
  };
  // libvirt refuses before it touches anything, with these codes; what it left behind has the last word.
  const looked = seen !== null || after.gone;
  const touched = answer.result === 'refused' && looked && !isAsBefore({ ...facts, current }, after);
  const result = touched ? 'failed' : answer.result;
  const failed = result === 'failed' || result === 'refused';
  const problem =
    answer.problem && failed ? failureFound(answer.problem, { ...facts, current }, after) : answer.problem;
  await writeDown(requestId, result, found, different, ground);
  if (result !== 'refused')
    await ground.marks
      .noteRevert(session.host, domain.uuid, { revertedTo: snapshot.name, safetyRequestId })
      .catch((error: unknown) => ground.log(`marks: ${error}`));
  return {
    ...answer,
    ...(problem ? { problem } : {}),
    ...report,
    operationId: operation.id,
    result,
    found,
    differences: different,
    ...(verification ? { verification } : {}),
    ...(seen || answer.problem ? {} : { problem: problemOf('NOT_CONFIRMED') }),
  };
}

function compare(
  seen: Seen | null,
  before: number | null,
  plan: RevertPlan,
  expected: Pick<Found, 'state' | 'current'>,
  done: boolean,
) {
  if (!seen) return { verification: null, different: [] };
  const { sentences, ...verification } = verify(seen, before, plan);
  return { verification, different: [...differences(seen, expected), ...(done ? sentences : [])] };
}

async function writeDown(
  requestId: string | null,
  result: RevertOutcome['result'],
  found: Found | null,
  different: readonly string[],
  { journal }: Ground,
): Promise<void> {
  if (requestId === null) return;
  if (result !== 'unknown') await journal.found(requestId, found, different);
  else if (found) await journal.resolved(requestId, 'unknown', found, different);
  else journal.abandon(requestId); // it is found out when the host is back
}

async function tidy({ session, plan }: RevertRequest, operation: OperationHandle, ground: Ground) {
  try {
    const { uuid } = plan.facts.domain;
    if (ground.marks.safety(session.host, uuid).length <= ground.settings.get().safetySnapshotsKept) return null;
    operation.phase('tidying');
    return await session.holding(uuid, () => removeOldSafety(session, plan, operation.id, ground));
  } catch (error) {
    ground.log(`older safety snapshots were left: ${error}`);
    return null;
  }
}

function notBegun(error: unknown, operation: OperationHandle, host: string): RevertOutcome {
  const stale = error instanceof StalePlanError;
  const problem = stale ? problemOf('PLAN_STALE') : toProblem(error, host);
  const bare = { operationId: operation.id, forced: false, found: null };
  const differences = stale ? [...error.changes] : [];
  return { ...bare, differences, problem, result: operation.signal.aborted ? 'cancelled' : 'refused' };
}

function foundOf({ state, reason, current }: Seen): Found {
  return { state, reason, current };
}
