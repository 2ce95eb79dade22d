import type { Assessment, Problem, RevertOutcome, RevertPlan, StartState } from '../../../shared/schema.ts';

export const startStates = ['as-saved', 'running', 'paused'] as const satisfies readonly StartState[];

/** Where one confirmation stands. Only `review` has a Revert button, and only `review` leads to `running`. */
export type RevertFlow =
  | { step: 'planning'; changes: readonly string[] }
  | RevertReview
  | { step: 'running'; plan: RevertPlan; startState: StartState; since: number }
  | { step: 'ended'; plan: RevertPlan; outcome: RevertOutcome }
  | { step: 'problem'; problem: Problem; changes: readonly string[]; canRetry: boolean };

export interface RevertReview {
  step: 'review';
  plan: RevertPlan;
  /** Null until a choice is made, where going back as it was is not possible. */
  startState: StartState | null;
  /** Codes of the requirements that are ticked. */
  acknowledged: readonly string[];
  /** What changed while an earlier plan was read. */
  changes: readonly string[];
  /** Why libvirt refused the revert that this plan follows. */
  refusal: Problem | null;
}

/** A plan to be read from the start: nothing acknowledged, and no choice made for the person that libvirt would refuse. */
export function reviewOf(
  plan: RevertPlan,
  { changes = [], refusal = null }: { changes?: readonly string[]; refusal?: Problem | null } = {},
): RevertReview {
  const startState = plan.choices['as-saved'].blockers.length === 0 ? 'as-saved' : null;
  return { step: 'review', plan, startState, acknowledged: [], changes, refusal };
}

/** Consent counts for the assessment that it was given for: what the new choice doesn't ask for is forgotten. */
export function choose(review: RevertReview, startState: StartState): RevertReview {
  const asked = review.plan.choices[startState].requirements.map(({ code }) => code);
  return { ...review, startState, acknowledged: review.acknowledged.filter((code) => asked.includes(code)) };
}

export function acknowledge(review: RevertReview, code: string, given: boolean): RevertReview {
  const others = review.acknowledged.filter((other) => other !== code);
  return { ...review, acknowledged: given ? [...others, code] : others };
}

/** The assessment on show: of the choice, or of going back as it was when there is none yet. */
export function assessmentOf(review: RevertReview): Assessment {
  return review.plan.choices[review.startState ?? 'as-saved'];
}

/** True when every choice is blocked. */
export function isImpossible({ plan }: RevertReview): boolean {
  return startStates.every((state) => plan.choices[state].blockers.length > 0);
}

/** Why Revert can't be pressed, as a sentence; null when it can. */
export function revertBlockedBy(review: RevertReview): string | null {
  if (isImpossible(review)) return 'There is nothing to choose that libvirt would do';
  if (review.startState === null) return 'Choose the state afterwards to continue';
  const { blockers, requirements } = assessmentOf(review);
  if (blockers.length > 0) return 'Choose another state to continue';
  const missing = requirements.find(
    ({ code, certainty }) => certainty === 'needed' && !review.acknowledged.includes(code),
  );
  return missing ? `Acknowledge ${missing.grants} to continue` : null;
}

/** The command line of what Revert would do now: with `--force` once that is consented to. */
export function virshOf(review: RevertReview): string {
  const { virsh, requirements } = assessmentOf(review);
  const forced = requirements.some(({ code, grants }) => grants === 'force' && review.acknowledged.includes(code));
  return forced && !/ --force\b/.test(virsh) ? `${virsh} --force` : virsh;
}
