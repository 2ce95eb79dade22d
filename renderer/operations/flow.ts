import {
  type AnyType,
  type AssessmentOf,
  type ChoiceOf,
  consentsOfButton,
  missingConsent,
  type Order,
  type PlanOf,
} from '../../shared/operations/operation.ts';
import type { Outcome, Problem } from '../../shared/schema.ts';

/** A plan that is read, with what the person has chosen, ticked and typed so far. */
export interface Review<T extends AnyType> {
  readonly step: 'review';
  readonly plan: PlanOf<T>;
  readonly choice: ChoiceOf<T>;
  /** Codes of the consents that are ticked. */
  readonly ticked: readonly string[];
  /** What was typed as the name of a protected domain. */
  readonly typedName: string;
  /** What changed while an earlier plan was read. */
  readonly changes: readonly string[];
  /** Why libvirt refused what this plan follows. */
  readonly refusal: Problem | null;
}

/** What the person has written or chosen, and the plan that they had before them. */
export type Written<T extends AnyType> = Pick<Review<T>, 'plan' | 'choice'>;

/** Where one dialog stands. Only `review` leads to `running`. */
export type Flow<T extends AnyType> =
  | { readonly step: 'planning'; readonly changes: readonly string[] }
  | Review<T>
  | { readonly step: 'running'; readonly plan: PlanOf<T>; readonly choice: ChoiceOf<T>; readonly since: number }
  | {
      readonly step: 'ended';
      readonly plan: PlanOf<T>;
      readonly choice: ChoiceOf<T>;
      readonly outcome: Outcome;
      /** When it was started and when its answer came, milliseconds since 1970. */
      readonly since: number;
      readonly at: number;
    }
  | {
      readonly step: 'problem';
      readonly problem: Problem;
      readonly changes: readonly string[];
      readonly canRetry: boolean;
    };

/** A plan to be read from the start: nothing ticked, nothing typed. */
export function reviewOf<T extends AnyType>(
  plan: PlanOf<T>,
  choice: ChoiceOf<T>,
  { changes = [], refusal = null }: { changes?: readonly string[]; refusal?: Problem | null } = {},
): Review<T> {
  return { step: 'review', plan, choice, ticked: [], typedName: '', changes, refusal };
}

/** Of each plan the last choice and what the rules say of it: a large tree takes its time. */
const assessed = new WeakMap<object, { readonly choice: unknown; readonly assessment: unknown }>();

export function assessmentOf<T extends AnyType>(
  type: T,
  { plan, choice }: Pick<Review<T>, 'plan' | 'choice'>,
): AssessmentOf<T> {
  const last = assessed.get(plan);
  if (last?.choice === choice) return last?.assessment as AssessmentOf<T>;
  const assessment = type.assess(plan, plan.facts, choice);
  assessed.set(plan, { choice, assessment });
  return assessment;
}

/** A change of what is chosen. A tick counts for what it was given for: what is no longer asked for is forgotten. */
export function choose<T extends AnyType>(type: T, review: Review<T>, change: Partial<ChoiceOf<T>>): Review<T> {
  const changed = { ...review, choice: { ...review.choice, ...change } };
  const { consents } = assessmentOf(type, changed);
  const asked = new Set(consents.map(({ code }: { code: string }) => code));
  return { ...changed, ticked: review.ticked.filter((code) => asked.has(code)) };
}

export function tick<T extends AnyType>(review: Review<T>, code: string, given: boolean): Review<T> {
  const others = review.ticked.filter((other) => other !== code);
  return { ...review, ticked: given ? [...others, code] : others };
}

/** Why the button can’t be pressed, in a few words; null when it can. */
export function blockedBy<T extends AnyType>(type: T, review: Review<T>): string | null {
  const { plan, ticked, typedName } = review;
  const assessment = assessmentOf(type, review);
  if (assessment.blockers.length > 0) return 'Not possible now';
  if (missingConsent(assessment, [...ticked, ...consentsOfButton(assessment)]))
    return 'Confirm what needs your consent';
  return needsName(type, review) && typedName !== plan.domainName ? 'Type the domain’s name to continue' : null;
}

/** A protected domain’s name has to be typed for what is chosen. */
export function needsName<T extends AnyType>(type: T, review: Review<T>): boolean {
  return review.plan.protected && type.isProtected(assessmentOf(type, review));
}

/** What is sent when the button is pressed. */
export function orderOf<T extends AnyType>(type: T, review: Review<T>): Order<T> {
  const { plan, choice, ticked, typedName } = review;
  return {
    planId: plan.planId,
    choice,
    acknowledged: [...ticked, ...consentsOfButton(assessmentOf(type, review))],
    ...(typedName === '' ? {} : { typedName }),
  };
}
