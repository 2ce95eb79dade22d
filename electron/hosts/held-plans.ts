import { ProblemError } from './problems.ts';

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

/** Plans that are kept at most; the oldest go first. */
const PLANS_KEPT = 2_000;

/** The plans of one kind that were shown to somebody: something is carried out only from one of these, and once. */
export class HeldPlans<P extends { readonly planId: string }> {
  #plans = new Map<string, P>();
  /** Plans that are being carried out or wait for their turn. */
  #claimed = new Set<string>();

  constructor(private readonly kept = PLANS_KEPT) {}

  keep(plan: P): P {
    this.#plans.set(plan.planId, plan);
    for (const oldest of [...this.#plans.keys()].slice(0, -this.kept)) this.#plans.delete(oldest);
    return plan;
  }

  /** @throws ProblemError NO_PLAN */
  find(planId: string): P {
    const plan = this.#plans.get(planId);
    if (!plan) throw new ProblemError('NO_PLAN');
    return plan;
  }

  /** A plan is carried out by one at a time, and at most once. @throws ProblemError NO_PLAN */
  claim(planId: string): Claim {
    if (!this.#plans.has(planId) || this.#claimed.has(planId)) throw new ProblemError('NO_PLAN');
    this.#claimed.add(planId);
    return {
      use: () => this.#plans.delete(planId),
      end: () => this.#claimed.delete(planId),
    };
  }
}
