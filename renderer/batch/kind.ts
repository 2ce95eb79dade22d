import type { AnyType, AssessmentOf, ChoiceOf, PlanOf } from '../../shared/operations/operation.ts';
import type { Consent, PlanRow } from '../../shared/schema.ts';

export type Verdict = 'safe' | 'risky' | 'force';

/** A row with what it comes to under the present choices. */
export interface JudgedRow<T extends AnyType> {
  readonly row: PlanRow<PlanOf<T>>;
  /** What is chosen for it, and what the rules say of that; null without a plan. */
  readonly planned: Planned<T> | null;
  /** `out`: left out, and why is in `why`. */
  readonly verdict: Verdict | 'out';
  readonly why: string | null;
}
export interface Planned<T extends AnyType> {
  readonly plan: PlanOf<T>;
  readonly choice: ChoiceOf<T>;
  readonly assessment: AssessmentOf<T>;
}

/** A consent that is given once, for all rows that need it. */
export interface CommonConsent {
  /** Which consents of the rows it stands for. */
  readonly by: Consent['by'];
  readonly look: 'loss' | 'force' | 'warning';
  readonly text: string;
  /** What is said beside the button until it is given. */
  readonly missing: string;
}

/** What is particular of one kind of change where it is done to several domains. @typeParam Options chosen for all of them */
export interface BatchKind<T extends AnyType, Options> {
  readonly type: T;
  /** What is chosen at first. */
  first(plans: readonly PlanOf<T>[]): Options;
  /** What that means for one domain. */
  choice(options: Options, plan: PlanOf<T>): ChoiceOf<T>;
  /** What a row comes to that nothing blocks. */
  weigh(assessment: AssessmentOf<T>): { readonly verdict: Verdict; readonly why: string | null };
  /** Of the rows that are not left out. */
  consents(rows: readonly JudgedRow<T>[]): readonly CommonConsent[];
  /** Said where every row is left out. */
  readonly none: string;
}
