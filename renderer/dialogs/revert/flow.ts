import { assessRevert } from '../../../shared/operations/revert/risk.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import type {
  Assessment,
  Problem,
  RevertChoice,
  RevertOutcome,
  RevertPlan,
  StartState,
} from '../../../shared/schema.ts';

export const startStates = ['as-saved', 'running', 'paused'] as const satisfies readonly StartState[];

/** Where one confirmation stands. Only `review` has a Revert button, and only `review` leads to `running`. */
export type RevertFlow =
  | { step: 'planning'; changes: readonly string[] }
  | RevertReview
  | { step: 'running'; plan: RevertPlan; startState: StartState; asked: Extras; since: number }
  | { step: 'ended'; plan: RevertPlan; outcome: RevertOutcome }
  | { step: 'problem'; problem: Problem; changes: readonly string[]; canRetry: boolean };

/** What is done besides the revert itself. */
export type Extras = Omit<RevertChoice, 'startState'>;

export interface RevertReview extends Extras {
  step: 'review';
  plan: RevertPlan;
  /** Null until a choice is made, where going back as it was is not possible. */
  startState: StartState | null;
  /** Codes of the requirements that are ticked. */
  acknowledged: readonly string[];
  /** What was typed as the name of a protected domain. */
  typedName: string;
  /** What changed while an earlier plan was read. */
  changes: readonly string[];
  /** Why libvirt refused the revert that this plan follows. */
  refusal: Problem | null;
}

/**
 * A plan to be read from the start: nothing acknowledged, no choice made for the person that libvirt would refuse, and
 * a safety snapshot wherever one can be taken.
 */
export function reviewOf(
  plan: RevertPlan,
  { changes = [], refusal = null }: { changes?: readonly string[]; refusal?: Problem | null } = {},
): RevertReview {
  const review: RevertReview = {
    step: 'review',
    plan,
    startState: null,
    acknowledged: [],
    safetySnapshot: plan.safety.available,
    removeManagedSave: false,
    resetNvram: false,
    typedName: '',
    changes,
    refusal,
  };
  return isBlocked(review, 'as-saved') ? review : { ...review, startState: 'as-saved' };
}

/** A change of what is chosen. Consent counts for what it was given for: what is no longer asked for is forgotten. */
export function choose(review: RevertReview, change: Partial<RevertChoice>): RevertReview {
  const changed = { ...review, ...change };
  const asked = assessmentOf(changed).requirements.map(({ code }) => code);
  return { ...changed, acknowledged: review.acknowledged.filter((code) => asked.includes(code)) };
}

export function acknowledge(review: RevertReview, code: string, given: boolean): RevertReview {
  const others = review.acknowledged.filter((other) => other !== code);
  return { ...review, acknowledged: given ? [...others, code] : others };
}

/** What the rules say of one choice of state, with everything else as it is chosen. */
export function assessmentWith(review: RevertReview, startState: StartState): Assessment {
  const { plan, safetySnapshot, removeManagedSave, resetNvram } = review;
  return assessRevert(plan.facts, { startState, safetySnapshot, removeManagedSave, resetNvram }, plan.safety);
}

/** The assessment on show: of the choice, or of going back as it was when there is none yet. */
export function assessmentOf(review: RevertReview): Assessment {
  return assessmentWith(review, review.startState ?? 'as-saved');
}

export function isBlocked(review: RevertReview, startState: StartState): boolean {
  return assessmentWith(review, startState).blockers.length > 0;
}

/** Rules that are about a managed save image and so hold no longer once it is removed. */
const managedSaveCodes: ReadonlySet<string> = new Set(['MANAGED_SAVE', 'MANAGED_SAVE_SURVIVES']);

/** The statements that still hold when a managed save image is removed first, or is not. */
export function withoutManagedSave<S extends { code: string }>(
  statements: readonly S[],
  removed: boolean,
): readonly S[] {
  return removed ? statements.filter(({ code }) => !managedSaveCodes.has(code)) : statements;
}

/** True when every choice is blocked. */
export function isImpossible(review: RevertReview): boolean {
  return startStates.every((state) => isBlocked(review, state));
}

/** Why Revert can't be pressed, as a sentence; null when it can. */
export function revertBlockedBy(review: RevertReview): string | null {
  if (isImpossible(review)) return 'There is nothing to choose that libvirt would do';
  if (review.startState === null) return 'Choose the state afterwards to continue';
  if (assessmentOf(review).blockers.length > 0) return 'Choose another state to continue';
  const missing = assessmentOf(review).requirements.find(
    ({ code, certainty }) => certainty === 'needed' && !review.acknowledged.includes(code),
  );
  if (missing) return `Acknowledge ${missing.grants} to continue`;
  const { plan, typedName } = review;
  return plan.protected && typedName !== plan.facts.domain.name ? 'Type the domain’s name to continue' : null;
}

/** What the button that reverts says: all that it does. */
export function revertLabel(review: RevertReview): string {
  const { plan } = review;
  const safetySnapshot = review.safetySnapshot && !isImpossible(review);
  if (plan.kind === 'undo') return safetySnapshot ? 'Take snapshot and undo' : 'Undo the revert';
  return safetySnapshot ? 'Take snapshot and revert' : 'Revert';
}

/** The command line of what Revert would do now: with `--force` where it is needed or consented to. */
export function virshOf(review: RevertReview): string {
  const { plan, startState, acknowledged, safetySnapshot } = review;
  return virshRevert(plan, {
    startState: startState ?? 'as-saved',
    force: assessmentOf(review).requirements.some(
      ({ code, grants, certainty }) => grants === 'force' && (certainty === 'needed' || acknowledged.includes(code)),
    ),
    safetySnapshot,
    removeManagedSave: review.removeManagedSave,
    resetNvram: review.resetNvram,
  });
}
