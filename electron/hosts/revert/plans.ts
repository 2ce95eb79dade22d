import { randomUUID } from 'node:crypto';
import { assessRevert, staleness } from '../../../shared/risk.ts';
import type { Assessment, RevertFacts, RevertPlan, RevertTarget, StartState } from '../../../shared/schema.ts';
import { virshRevert } from '../../../shared/virsh.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { gatherRevertFacts } from './facts.ts';

/** What the person read is no longer true; `changes` are sentences. Nothing was reverted. */
export class StalePlanError extends Error {
  override name = 'StalePlanError';
  constructor(readonly changes: readonly string[]) {
    super(changes.join(' '));
  }
}

/** Plans that are kept at most; the oldest go first. */
const PLANS_KEPT = 200;

/** The plans that were shown to somebody: a revert is carried out only from one of these. */
export class RevertPlans {
  #plans = new Map<string, RevertPlan>();

  /**
   * Gathers facts and says what each choice would mean.
   * @param riskReported libvirt's words, when it has just refused this revert as risky.
   * @throws as gatherRevertFacts
   */
  async make(
    session: HostSession,
    uuid: string,
    target: RevertTarget,
    riskReported: string | null = null,
  ): Promise<RevertPlan> {
    const facts = await gatherRevertFacts(session, uuid, target, riskReported);
    const plan: RevertPlan = {
      planId: randomUUID(),
      hostId: session.host.id,
      hostName: session.host.name,
      target,
      gatheredAt: Date.now(),
      facts,
      choices: {
        'as-saved': assess(session, target, facts, 'as-saved'),
        running: assess(session, target, facts, 'running'),
        paused: assess(session, target, facts, 'paused'),
      },
    };
    this.#plans.set(plan.planId, plan);
    for (const oldest of [...this.#plans.keys()].slice(0, -PLANS_KEPT)) this.#plans.delete(oldest);
    return plan;
  }

  /** @throws ProblemError NO_PLAN */
  find(planId: string): RevertPlan {
    const plan = this.#plans.get(planId);
    if (!plan) throw new ProblemError('NO_PLAN');
    return plan;
  }

  /** A plan is carried out at most once. */
  discard(planId: string): void {
    this.#plans.delete(planId);
  }
}

/**
 * Gathers the facts of a plan anew and runs the same rules again.
 * @throws StalePlanError when anything that the person read is no longer so; else as gatherRevertFacts.
 */
export async function checkAgain(session: HostSession, plan: RevertPlan, startState: StartState): Promise<Assessment> {
  const { facts, target } = plan;
  let now: RevertFacts;
  try {
    now = await gatherRevertFacts(session, facts.domain.uuid, target, facts.riskReported);
  } catch (error) {
    const gone = ['NO_DOMAIN', 'SNAPSHOT_GONE', 'NO_CURRENT_SNAPSHOT'];
    if (error instanceof ProblemError && gone.includes(error.problem.code))
      throw new StalePlanError([error.problem.what]);
    throw error;
  }
  const changes = staleness(facts, now);
  if (changes.length > 0) throw new StalePlanError(changes);
  return assess(session, target, now, startState);
}

function assess(session: HostSession, target: RevertTarget, facts: RevertFacts, startState: StartState): Assessment {
  const { kind, uri } = session.host;
  return assessRevert(facts, startState, (force) =>
    virshRevert({
      uri: kind === 'simulated' ? null : uri,
      domain: namesAnother(facts.domain.name) ? facts.domain.uuid : facts.domain.name,
      snapshot: target.kind === 'current' ? null : facts.snapshot.name,
      startState,
      force,
    }),
  );
}

/** virsh takes a number for a domain's id, and a UUID for a UUID, before it looks for a name (virshLookupDomainBy). */
function namesAnother(name: string): boolean {
  return /^\s*\+?\d+$/.test(name) || name.length === 36;
}
