import { failureFound, imagesAfter, isAsBefore } from '../../../shared/operations/revert/risk.ts';
import type { RevertAssessment, revertType } from '../../../shared/operations/revert/type.ts';
import type { Outcome, RevertDetail, RevertFacts } from '../../../shared/schema.ts';
import type { Answer } from '../engine/ask.ts';
import type { Judged, Work } from '../engine/driver.ts';
import { differences, type RevertSeen, sameImages, verify } from './verify.ts';

/** Why the revert did not go on. */
export interface Stop {
  readonly result: Outcome['result'];
  readonly problem: NonNullable<Outcome['problem']>;
  readonly differences: readonly string[];
}
/** How things are when libvirt is asked to revert, and what the rules say of that. */
export interface Ready {
  readonly facts: RevertFacts;
  readonly assessment: Pick<RevertAssessment, 'outcome' | 'consents'>;
}
export interface RevertDone {
  /** What was done before the revert. */
  readonly report: Pick<RevertDetail, 'safety' | 'managedSaveRemoved'>;
  /** The request that made the safety snapshot; null when there is none. */
  readonly safetyRequestId: string | null;
  readonly stop: Stop | null;
  readonly go: Ready;
  /** The last answer to the revert itself; null when it was not asked for. */
  readonly answer: Answer<void> | null;
  readonly forced: boolean;
  readonly retryPlanId: string | null;
  /** The hypervisor process before. */
  readonly idBefore: number | null;
}

/** Holds state, process, disks and images against the plan; a refusal that left something behind is a failure. */
export function judgeRevert(
  { plan }: Work<typeof revertType>,
  { report, stop, go, answer, forced, retryPlanId, idBefore }: RevertDone,
  seen: RevertSeen | null,
): Judged {
  const detail = { forced, ...report, ...(retryPlanId === null ? {} : { retryPlanId }) };
  if (stop) return { ...stop, notes: [], detail };
  const { facts, assessment } = go;
  const { current } = facts;
  const found = seen?.found ?? null;
  const isDone = answer?.result === 'done';
  const wentThrough = isDone || answer?.result === 'unknown';
  const expected = wentThrough
    ? { state: assessment.outcome, current: plan.facts.snapshot.name }
    : { state: plan.facts.domain.state, current };
  const { sentences = [], ...verification } = seen && found ? verify(seen, idBefore, plan) : {};
  const different = found ? [...differences(found, expected), ...(isDone ? sentences : [])] : [];
  const problem = answer && 'problem' in answer ? answer.problem : undefined;
  const after = {
    found,
    gone: seen !== null && found === null && problem !== undefined,
    sameImages: found && seen ? sameImages(seen, facts) : null,
    safety: report.safety?.takenAt ? report.safety.name : null,
  };
  // libvirt refuses before it touches anything, with these codes; what it left behind has the last word.
  const isAltered = seen !== null && !isAsBefore({ ...facts, current }, after);
  const touched = answer?.result === 'refused' && isAltered;
  const result = touched ? 'failed' : (answer?.result ?? 'refused');
  const failed = result === 'failed' || result === 'refused';
  const told = problem && failed ? failureFound(problem, { ...facts, current }, after) : problem;
  return {
    result,
    notes: [],
    differences: different,
    ...(told ? { problem: told } : {}),
    detail: {
      ...detail,
      ...('process' in verification ? { verification } : {}),
      ...(result === 'failed' && found && isAltered ? { imagesAfter: imagesAfter(facts, after) } : {}),
    },
  };
}
