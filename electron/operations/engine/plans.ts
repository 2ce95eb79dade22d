import { ProblemError } from '../../hosts/problems.ts';

/** What the person read is no longer true; `changes` are sentences. Nothing was done. */
export class StalePlanError extends Error {
  override name = 'StalePlanError';
  constructor(readonly changes: readonly string[]) {
    super(changes.join(' '));
  }
}

/** A plan in somebody's hands. */
export interface Claim {
  /** It is carried out now, and never again. */
  use(): void;
  /** Whoever had it is done; unless it was used, it may be claimed again. */
  end(): void;
}

interface Held<P> {
  readonly plan: P;
  /** What it was asked for with, which only this process needs. */
  readonly aim: unknown;
}

/** Plans of one kind that are kept at most, unless its driver says otherwise; the oldest go first. */
const PLANS_KEPT = 2_000;

/** The plans that were shown to somebody: something is carried out only from one of these, and once. */
export class Plans<P extends { readonly planId: string; readonly kind: string }> {
  readonly #held = new Map<string, Held<P>>();
  /** Plans that are being carried out or wait for their turn. */
  readonly #claimed = new Set<string>();

  keep(plan: P, aim: unknown, kept = PLANS_KEPT): void {
    this.#held.set(plan.planId, { plan, aim });
    const ofKind = [...this.#held.values()].filter((each) => each.plan.kind === plan.kind);
    for (const oldest of ofKind.slice(0, -kept)) this.#held.delete(oldest.plan.planId);
  }

  /** @throws ProblemError NO_PLAN */
  find(kind: string, planId: string): Held<P> {
    const held = this.#held.get(planId);
    if (held?.plan.kind !== kind) throw new ProblemError('NO_PLAN');
    return held;
  }

  /** A plan is carried out by one at a time, and at most once. @throws ProblemError NO_PLAN */
  claim(planId: string): Claim {
    if (!this.#held.has(planId) || this.#claimed.has(planId)) throw new ProblemError('NO_PLAN');
    this.#claimed.add(planId);
    return {
      use: () => this.#held.delete(planId),
      end: () => this.#claimed.delete(planId),
    };
  }
}
