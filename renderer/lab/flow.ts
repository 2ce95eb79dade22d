import { weightOf } from '../../shared/operations/revert/risk.ts';
import type { LabPlanRow, Problem, StartState } from '../../shared/schema.ts';
import { withoutManagedSave } from '../dialogs/revert/flow.ts';

/** What each domain is to go back to. */
export type LabTarget =
  | { kind: 'current' }
  | { kind: 'newest' }
  | { kind: 'named'; name: string }
  | { kind: 'tagged'; tag: string };

/** Where a lab reset stands before it runs. Only `review` has a button that reverts. */
export type LabFlow =
  | LabAim
  | { step: 'planning'; target: LabTarget }
  | LabReview
  | { step: 'problem'; target: LabTarget; problem: Problem };

export interface LabAim {
  step: 'target';
  kind: LabTarget['kind'];
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
    kind: target.kind,
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
  };
}

/** Any change of what would be done; consent was given for what was on show before, so it is asked for again. */
export function reconsidered(review: LabReview, change: Partial<LabReview>): LabReview {
  return { ...review, acknowledged: false, forceAcknowledged: false, ...change };
}

/** What a row comes to: left out, in need of force, risky, or none of these. */
export function judge(row: LabPlanRow, { startState, removeManagedSave }: LabReview): JudgedRow {
  if (!row.plan) return { row, verdict: 'out', why: row.problem?.what ?? 'It could not be planned.' };
  const excluded = row.excluded[startState];
  if (excluded !== null) return { row, verdict: 'out', why: excluded };
  const { requirements, warnings, verdict } = row.plan.choices[startState];
  const needed = withoutManagedSave(requirements, removeManagedSave).filter((it) => it.certainty === 'needed');
  if (row.needsForce[startState] && needed.length > 0) return { row, verdict: 'force', why: needed[0]?.text ?? null };
  const left = withoutManagedSave(warnings, removeManagedSave);
  const warning = left.find((each) => weightOf(each) !== 'note') ?? left[0];
  return { row, verdict: verdict === 'risky' && warning ? 'risky' : 'safe', why: warning?.text ?? null };
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
