import { consentsOfButton, type Order } from '../../shared/operations/operation.ts';
import { weightOf } from '../../shared/operations/revert/risk.ts';
import type { LeftOut, PlanRow, Problem, RevertChoice, RevertPlan, StartState } from '../../shared/schema.ts';

export type LabPlanRow = PlanRow<RevertPlan>;

import { revertType } from '../../shared/operations/revert/type.ts';
import { domainKey } from '../store/store.ts';

/** What each domain is to go back to. */
export type LabTarget =
  | { kind: 'current' }
  | { kind: 'newest' }
  | { kind: 'named'; name: string }
  | { kind: 'tagged'; tag: string }
  /** Back to where each was before its last revert. */
  | { kind: 'undo' };

/** Where a lab reset stands before it runs. Only `review` has a button that reverts. */
export type LabFlow =
  | LabAim
  | { step: 'planning'; target: LabTarget }
  | LabReview
  | { step: 'problem'; target: LabTarget; problem: Problem };

export interface LabAim {
  step: 'target';
  kind: Exclude<LabTarget['kind'], 'undo'>;
  /** Kept while another kind is looked at. */
  name: string;
  tag: string;
}

export interface LabReview {
  step: 'review';
  target: LabTarget;
  rows: readonly LabPlanRow[];
  startState: StartState;
  safetySnapshot: boolean;
  removeManagedSave: boolean;
  onFailure: 'stop' | 'continue';
  parallelPerHost: number;
  /** Consent to what is lost. */
  acknowledged: boolean;
  /** Consent to force, where rows need it. */
  forceAcknowledged: boolean;
  /** By plan: the names typed for protected domains. */
  typedNames: Readonly<Record<string, string>>;
  /** Domains that the person leaves out, by `hostId/uuid`. */
  leftOut: ReadonlySet<string>;
}

/** A row with what it comes to under the present choices. */
export interface JudgedRow {
  row: LabPlanRow;
  /** `out`: left out, and why is in `why`. */
  verdict: 'safe' | 'risky' | 'force' | 'out';
  why: string | null;
}

/** The target that an aim stands for; null while its name or tag is missing. */
export function targetOf({ kind, name, tag }: LabAim): LabTarget | null {
  if (kind === 'named') return name.trim() === '' ? null : { kind, name: name.trim() };
  if (kind === 'tagged') return tag.trim() === '' ? null : { kind, tag: tag.trim() };
  return { kind };
}

export function aimOf(target: LabTarget): LabAim {
  return {
    step: 'target',
    kind: target.kind === 'undo' ? 'current' : target.kind,
    name: target.kind === 'named' ? target.name : '',
    tag: target.kind === 'tagged' ? target.tag : '',
  };
}

/** Plans to be read from the start: nothing acknowledged, safety snapshots wherever they can be taken. */
export function labReviewOf(rows: readonly LabPlanRow[], target: LabTarget, parallelPerHost: number): LabReview {
  return {
    step: 'review',
    target,
    rows,
    startState: 'as-saved',
    safetySnapshot: rows.some(({ plan }) => plan?.safety.available),
    removeManagedSave: false,
    onFailure: 'stop',
    parallelPerHost,
    acknowledged: false,
    forceAcknowledged: false,
    typedNames: {},
    leftOut: new Set(),
  };
}

/** Any change of what would be done; consent was given for what was on show before, so it is asked for again. */
export function reconsidered(review: LabReview, change: Partial<LabReview>): LabReview {
  return { ...review, acknowledged: false, forceAcknowledged: false, ...change };
}

/** What is chosen for one domain: a safety snapshot where it can be taken. */
export function choiceOf({ startState, safetySnapshot, removeManagedSave }: LabReview, plan: RevertPlan): RevertChoice {
  const safety = safetySnapshot && plan.safety.available;
  const removes = removeManagedSave && plan.facts.domain.managedSave;
  return { startState, safetySnapshot: safety, removeManagedSave: removes, resetNvram: false };
}

export function assessmentOf(review: LabReview, plan: RevertPlan) {
  return revertType.assess(plan, plan.facts, choiceOf(review, plan));
}

/** By the person; what can’t be reverted is left out anyway. */
export function isLeftOut(row: LabPlanRow, { leftOut }: LabReview): boolean {
  return leftOut.has(domainKey(row));
}

export function leaveOut(review: LabReview, row: LabPlanRow, leave: boolean): LabReview {
  const others = [...review.leftOut].filter((key) => key !== domainKey(row));
  return reconsidered(review, { leftOut: new Set(leave ? [...others, domainKey(row)] : others) });
}

/** What a row comes to: left out, in need of force, risky, or none of these. */
export function judge(row: LabPlanRow, review: LabReview): JudgedRow {
  if (isLeftOut(row, review)) return { row, verdict: 'out', why: 'Left out by hand.' };
  if (!row.plan) return { row, verdict: 'out', why: row.problem?.what ?? 'It could not be planned.' };
  const { requirements, warnings, verdict, blockers } = assessmentOf(review, row.plan);
  if (blockers[0]) return { row, verdict: 'out', why: blockers[0].text };
  const needed = requirements.find((it) => it.certainty === 'needed');
  if (needed) return { row, verdict: 'force', why: needed.text };
  const warning = warnings.find((each) => weightOf(each) !== 'note') ?? warnings[0];
  return { row, verdict: verdict === 'risky' && warning ? 'risky' : 'safe', why: warning?.text ?? null };
}

/** What is sent for each domain that is reverted: its choice, and the consents that were given for all of them. */
export function ordersOf(review: LabReview): Order<typeof revertType>[] {
  return labCounts(review).plans.map((plan) => {
    const assessment = assessmentOf(review, plan);
    const force = assessment.consents.filter(({ by, certainty }) => by === 'tick' && certainty === 'needed');
    const typedName = review.typedNames[plan.planId];
    return {
      planId: plan.planId,
      choice: choiceOf(review, plan),
      acknowledged: [
        ...(review.acknowledged ? consentsOfButton(assessment) : []),
        ...(review.forceAcknowledged ? force.map(({ code }) => code) : []),
      ],
      ...(plan.protected && typedName !== undefined ? { typedName } : {}),
    };
  });
}

/** The domains for which nothing is done, and why. */
export function leftOutOf(review: LabReview): LeftOut[] {
  return labCounts(review).judged.flatMap(({ row: { hostName, domainName }, verdict, why }) =>
    verdict === 'out' ? [{ hostName, domainName, why: why ?? '' }] : [],
  );
}

/** The rows that would be reverted, and their numbers. */
export function labCounts(review: LabReview) {
  const judged = review.rows.map((row) => judge(row, review));
  const included = judged.filter(({ verdict }) => verdict !== 'out');
  const plans = included.flatMap(({ row }) => row.plan ?? []);
  return {
    judged,
    plans,
    included: included.length,
    excluded: judged.length - included.length,
    force: included.filter(({ verdict }) => verdict === 'force').length,
    safety: plans.filter(({ safety }) => safety.available).length,
    managedSaves: plans.filter(({ facts }) => facts.domain.managedSave).length,
    protected: plans.filter((plan) => plan.protected),
    hosts: new Set(plans.map(({ hostId }) => hostId)).size,
  };
}

/** Why the reset can't be begun, as a sentence; null when it can. */
export function labBlockedBy(review: LabReview): string | null {
  const counts = labCounts(review);
  if (counts.included === 0) return 'None of these domains can be reverted so';
  const untyped = counts.protected.filter((plan) => review.typedNames[plan.planId] !== plan.facts.domain.name);
  if (untyped.length > 0)
    return untyped.length === 1
      ? 'Type the name of the protected domain'
      : `Type the names of ${untyped.length} protected domains`;
  if (!review.acknowledged) return 'Acknowledge what is lost to continue';
  return counts.force > 0 && !review.forceAcknowledged ? 'Acknowledge force to continue' : null;
}
