import type { ProblemCode } from '../errors.ts';
import type { Consent, OperationKind, PlanBase, Statement } from '../schema.ts';

/** What the rules say of a choice. Every kind adds its own. */
export interface BaseAssessment {
  /** Why it is not done; none where it can be. */
  readonly blockers: readonly Statement[];
  /** What it needs the person's consent for. */
  readonly consents: readonly Consent[];
}
export interface BasePlan extends PlanBase {
  readonly kind: OperationKind;
  readonly facts: unknown;
}

/** What the person has read of a change, as it is written down. */
export interface Shown {
  /** `kept`: a safety snapshot holds it. */
  readonly losses: readonly { readonly text: string; readonly kept?: boolean | undefined }[];
  /** The lines that do the same with virsh; null: there are none. */
  readonly virsh: string | null;
}

/** `taking` and `taken`. */
export interface Verb {
  readonly doing: string;
  readonly done: string;
}

/** Everything that the window and the backend both know of a kind of change. It is pure: both run the same rules. */
export interface OperationType<Plan extends BasePlan, Aim, Choice, Assessed extends BaseAssessment> {
  readonly kind: Plan['kind'];
  /** A type alone, never there: what is asked for when a plan is made, besides the domain. */
  readonly aim?: Aim;
  /** What is no longer as the person read it, in sentences: the plan is stale. */
  changed(read: Plan, now: Plan['facts'], choice: Choice): string[];
  assess(plan: Plan, facts: Plan['facts'], choice: Choice): Assessed;
  /** What it is done to or with, for a line: a snapshot's name in quotes, several of them, or an action. */
  subject(plan: Plan, choice: Choice): string;
  /** Whether it takes back another change of its kind. */
  isUndo?(plan: Plan): boolean;
  /** Whether a protected domain's name has to be typed. */
  isProtected(assessment: Assessed): boolean;
  /** What the journal keeps of what was shown. @param acknowledged codes of what the person has consented to */
  shown(plan: Plan, assessment: Assessed, choice: Choice, acknowledged: readonly string[]): Shown;
  /** The sentence around a blocker. */
  readonly refusal: ProblemCode;
}

// biome-ignore lint/suspicious/noExplicitAny: of any kind; the registry and the contract keep each one's own types
export type AnyType = OperationType<any, any, any, any>;
export type PlanOf<T> = T extends OperationType<infer P, infer _A, infer _C, infer _S> ? P : never;
export type AimOf<T> = T extends OperationType<infer _P, infer A, infer _C, infer _S> ? A : never;
export type ChoiceOf<T> = T extends OperationType<infer _P, infer _A, infer C, infer _S> ? C : never;
export type AssessmentOf<T> = T extends OperationType<infer _P, infer _A, infer _C, infer S> ? S : never;

/** A plan with the person's choice and consents. */
export interface Order<T extends AnyType = AnyType> {
  readonly planId: string;
  readonly choice: ChoiceOf<T>;
  /** Codes of what the person has consented to. */
  readonly acknowledged: string[];
  /** The domain's name, which a protected domain wants typed. */
  readonly typedName?: string | undefined;
}

/** The codes of what a person consents to by the button of the dialog alone, after reading it. */
export function consentsOfButton({ consents }: BaseAssessment): string[] {
  return consents.flatMap(({ code, by, certainty }) => (by === 'button' && certainty === 'needed' ? [code] : []));
}

/** What has to be agreed to and was not; undefined where nothing is missing. */
export function missingConsent({ consents }: BaseAssessment, acknowledged: readonly string[]): Consent | undefined {
  return consents.find(({ code, certainty }) => certainty === 'needed' && !acknowledged.includes(code));
}
