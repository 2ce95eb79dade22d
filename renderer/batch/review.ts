import { type AnyType, missingConsent, type Order, type PlanOf } from '../../shared/operations/operation.ts';
import type { Batch, Consent, LeftOut, PlanRow, Problem } from '../../shared/schema.ts';
import { type DomainKey, domainKey } from '../store/store.ts';
import type { BatchKind, JudgedRow, Planned } from './kind.ts';

/** The plans of several domains, with what is chosen for all of them. */
export interface BatchReview<T extends AnyType, Options> {
  readonly step: 'review';
  readonly rows: readonly PlanRow<PlanOf<T>>[];
  readonly options: Options;
  /** Each row under these options. */
  readonly judged: readonly JudgedRow<T>[];
  readonly onFailure: Batch['onFailure'];
  readonly parallelPerHost: number;
  /** The consents that are given for all. */
  readonly ticked: readonly Consent['by'][];
  /** By plan: the names typed for protected domains. */
  readonly typedNames: Readonly<Record<string, string>>;
  /** Domains that the person leaves out. */
  readonly leftOut: ReadonlySet<DomainKey>;
}

/** Where a batch stands before it runs. Only `review` has a button that begins it. */
export type BatchFlow<T extends AnyType, Options> =
  | { readonly step: 'planning' }
  | BatchReview<T, Options>
  | { readonly step: 'problem'; readonly problem: Problem };

/** Plans to be read from the start: nothing agreed to, nothing left out by hand. */
export function reviewOf<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  rows: readonly PlanRow<PlanOf<T>>[],
  parallelPerHost: number,
): BatchReview<T, Options> {
  const options = kind.first(rows.flatMap(({ plan }) => plan ?? []));
  return {
    step: 'review',
    rows,
    options,
    judged: judgeAll(kind, rows, options, new Set()),
    onFailure: 'stop',
    parallelPerHost,
    ticked: [],
    typedNames: {},
    leftOut: new Set(),
  };
}

/** Any change of what would be done; consent was given for what was on show before, so it is asked for again. */
export function reconsidered<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  review: BatchReview<T, Options>,
  change: Partial<Pick<BatchReview<T, Options>, 'options' | 'leftOut'>>,
): BatchReview<T, Options> {
  const changed = { ...review, ...change, ticked: [] };
  return { ...changed, judged: judgeAll(kind, changed.rows, changed.options, changed.leftOut) };
}

/** More is known of the plans than before. A consent stays where what it was given for has stayed. */
export function learned<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  review: BatchReview<T, Options>,
  rows: BatchReview<T, Options>['rows'],
): BatchReview<T, Options> {
  const judged = judgeAll(kind, rows, review.options, review.leftOut);
  const asked = (of: readonly JudgedRow<T>[]) =>
    JSON.stringify(included({ judged: of }).map(({ planned }) => planned.assessment.consents));
  return { ...review, rows, judged, ticked: asked(judged) === asked(review.judged) ? review.ticked : [] };
}

/** Leaves a domain out, or takes it in again. */
export function leaveOut<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  review: BatchReview<T, Options>,
  row: PlanRow<PlanOf<T>>,
  leave: boolean,
): BatchReview<T, Options> {
  const leftOut = new Set(review.leftOut);
  if (leave) leftOut.add(domainKey(row));
  else leftOut.delete(domainKey(row));
  return reconsidered(kind, review, { leftOut });
}

function judgeAll<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  rows: readonly PlanRow<PlanOf<T>>[],
  options: Options,
  leftOut: ReadonlySet<DomainKey>,
): JudgedRow<T>[] {
  return rows.map((row) => {
    const planned = row.plan && plannedOf(kind, options, row.plan);
    if (leftOut.has(domainKey(row))) return { row, planned, verdict: 'out', why: 'Left out by you.' };
    if (!planned) return { row, planned, verdict: 'out', why: row.problem?.what ?? 'It could not be planned.' };
    const [blocker] = planned.assessment.blockers;
    if (blocker) return { row, planned, verdict: 'out', why: blocker.text };
    return { row, planned, ...kind.weigh(planned.assessment) };
  });
}

function plannedOf<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  options: Options,
  plan: PlanOf<T>,
): Planned<T> {
  const choice = kind.choice(options, plan);
  return { plan, choice, assessment: kind.type.assess(plan, plan.facts, choice) };
}

type Judged<T extends AnyType> = Pick<BatchReview<T, unknown>, 'judged'>;

/** The rows that something would be done for. */
export function included<T extends AnyType>({ judged }: Judged<T>): (JudgedRow<T> & { planned: Planned<T> })[] {
  return judged.flatMap((each) => (each.verdict !== 'out' && each.planned ? [{ ...each, planned: each.planned }] : []));
}

/** Those whose names have to be typed. */
export function namesToType<T extends AnyType>(type: T, review: Judged<T>): PlanOf<T>[] {
  return included(review).flatMap(({ planned: { plan, assessment } }) =>
    plan.protected && type.isProtected(assessment) ? [plan] : [],
  );
}

/** What is sent for each domain: its choice, and the consents that were given for all of them. */
export function ordersOf<T extends AnyType>(review: BatchReview<T, unknown>): Order<T>[] {
  const { ticked, typedNames } = review;
  return included(review).map(({ planned: { plan, choice, assessment } }) => {
    const consents: readonly Consent[] = assessment.consents;
    const given = consents.filter(({ by, certainty }) => certainty === 'needed' && ticked.includes(by));
    const typedName = typedNames[plan.planId];
    return {
      planId: plan.planId,
      choice,
      acknowledged: given.map(({ code }) => code),
      ...(plan.protected && typedName !== undefined ? { typedName } : {}),
    };
  });
}

/** The domains for which nothing is done, and why. */
export function leftOutOf<T extends AnyType>({ judged }: Judged<T>): LeftOut[] {
  return judged.flatMap(({ row: { hostName, domainName }, verdict, why }) =>
    verdict === 'out' ? [{ hostName, domainName, why: why ?? '' }] : [],
  );
}

/** Why it can't be begun, in a few words; null when it can. */
export function blockedBy<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  review: BatchReview<T, Options>,
): string | null {
  const rows = included(review);
  if (rows.length === 0) return kind.none;
  const { typedNames, ticked } = review;
  const untyped = namesToType(kind.type, review).filter(
    ({ planId, domainName }) => typedNames[planId] !== domainName,
  ).length;
  if (untyped > 0)
    return untyped === 1 ? 'Type the name of the protected domain' : `Type the names of ${untyped} protected domains`;
  const missing = kind.consents(rows).find(({ by }) => !ticked.includes(by));
  if (missing) return missing.missing;
  const orders = ordersOf(review);
  const isAgreed = rows.every(
    ({ planned }, at) => missingConsent(planned.assessment, orders[at]?.acknowledged ?? []) === undefined,
  );
  return isAgreed ? null : 'Confirm everything that needs consent';
}
