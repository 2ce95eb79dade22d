import { missingConsent } from '../../../shared/operations/operation.ts';
import { isForced, revertType } from '../../../shared/operations/revert/type.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import type { RevertChoice, RevertPlan, StartState } from '../../../shared/schema.ts';
import { assessmentOf, choose, type Review } from '../flow.ts';

export const startStates = ['as-saved', 'running', 'paused'] as const satisfies readonly StartState[];

export type RevertReview = Review<typeof revertType>;

/** What is chosen at first: to go back as it was, with a safety snapshot wherever one can be taken. */
export function firstChoice({ safety }: RevertPlan): RevertChoice {
  return { startState: 'as-saved', safetySnapshot: safety.available, removeManagedSave: false, resetNvram: false };
}

/** What the rules say of another choice. */
export function assessmentWith(review: RevertReview, change: Partial<RevertChoice>) {
  return assessmentOf(revertType, choose(revertType, review, change));
}

export function isBlocked(review: RevertReview, startState: StartState): boolean {
  return assessmentWith(review, { startState }).blockers.length > 0;
}

/** Going back as it was is not possible, and nothing else was chosen yet: no choice is made for the person. */
export function isUndecided({ choice, ...review }: RevertReview): boolean {
  return choice.startState === 'as-saved' && isBlocked({ ...review, choice }, 'as-saved');
}

/** True when every choice is blocked. */
export function isImpossible(review: RevertReview): boolean {
  return startStates.every((state) => isBlocked(review, state));
}

/** Blockers that end without anybody doing anything about them. */
const passing: ReadonlySet<string> = new Set(['BLOCK_JOB', 'JOB']);

/** Whether it is enough to wait until what is in the way has ended. */
export function isPassing(review: RevertReview): boolean {
  return startStates.every((startState) =>
    assessmentWith(review, { startState }).blockers.every(({ code }) => passing.has(code)),
  );
}

/** Why Revert can't be pressed, as a sentence; null when it can. */
export function revertBlockedBy(review: RevertReview): string | null {
  if (isImpossible(review)) return 'No option makes this revert possible';
  if (isUndecided(review)) return 'Choose a state to continue';
  const assessment = assessmentOf(revertType, review);
  if (assessment.blockers.length > 0) return 'Choose another state to continue';
  const ticks = { ...assessment, consents: assessment.consents.filter(({ by }) => by === 'tick') };
  if (missingConsent(ticks, review.ticked)) return 'Confirm force to continue';
  const { plan, typedName } = review;
  return plan.protected && typedName !== plan.domainName ? 'Type the domain’s name to continue' : null;
}

/** What the button that reverts says: all that it does. */
export function revertLabel(review: RevertReview): string {
  const safetySnapshot = review.choice.safetySnapshot && !isImpossible(review);
  if (review.plan.undo) return safetySnapshot ? 'Take snapshot and undo' : 'Undo the revert';
  return safetySnapshot ? 'Take snapshot and revert' : 'Revert';
}

/** The command line of what Revert would do now: with `--force` where it is needed or consented to. */
export function virshOf(review: RevertReview): string {
  const { plan, choice, ticked } = review;
  return virshRevert(plan, { ...choice, force: isForced(assessmentOf(revertType, review), ticked) });
}
