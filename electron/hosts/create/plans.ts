import { randomUUID } from 'node:crypto';
import { assessCreate, type CreateAssessment } from '../../../shared/create/assess.ts';
import { newPaths } from '../../../shared/create/files.ts';
import { createStaleness } from '../../../shared/create/staleness.ts';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import { nameByPattern } from '../../../shared/safety.ts';
import type { CreateDraft, CreateFacts, CreatePlan } from '../../../shared/schema.ts';
import { HeldPlans, StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import type { SettingsStore } from '../settings.ts';
import { gatherCreateFacts } from './facts.ts';

/** What snapshots could be taken of a domain, as it was shown to somebody. */
export class CreatePlans extends HeldPlans<CreatePlan> {
  constructor(
    private readonly settings: SettingsStore,
    kept?: number,
  ) {
    super(kept);
  }

  /** @throws as gatherCreateFacts */
  async make(session: HostSession, uuid: string): Promise<CreatePlan> {
    const facts = await gatherCreateFacts(session, uuid);
    return this.keep({
      planId: randomUUID(),
      hostId: session.host.id,
      hostName: session.host.name,
      virsh: virshTarget(session.host, facts),
      gatheredAt: Date.now(),
      facts,
      suggestedName: suggestedName(this.settings.get().snapshotNamePattern, facts),
    });
  }
}

export interface CheckedCreate {
  readonly facts: CreateFacts;
  readonly assessment: CreateAssessment;
}

/**
 * Gathers the facts anew and runs the rules on what was chosen.
 * @throws StalePlanError when what the person read is no longer so, or what was chosen has become impossible since.
 * @throws ProblemError CREATE_REFUSED when it never was possible; else as gatherCreateFacts.
 */
export async function checkCreate(session: HostSession, plan: CreatePlan, draft: CreateDraft): Promise<CheckedCreate> {
  const facts = await gatherCreateFacts(session, plan.facts.uuid, (now) => newPaths(now, draft)).catch(domainGone);
  const assessment = assessCreate(facts, draft, plan.virsh);
  const changes = createStaleness(plan.facts, facts);
  const [blocker] = assessment.blockers;
  if (changes.length > 0) throw new StalePlanError(changes);
  if (!blocker && assessment.row) return { facts, assessment };
  const before = new Set(assessCreate(plan.facts, draft, plan.virsh).blockers.map(({ code }) => code));
  const since = assessment.blockers.filter(({ code }) => !before.has(code)).map(({ text }) => text);
  if (since.length > 0 && since.length === assessment.blockers.length) throw new StalePlanError(since);
  throw new ProblemError('CREATE_REFUSED', { reason: blocker?.text ?? 'libvirt has no such snapshot of this domain.' });
}

function suggestedName(pattern: string, { name, snapshots }: CreateFacts): string {
  const taken = new Set(snapshots.map((snapshot) => snapshot.name));
  const by = (each: string) => nameByPattern(each, { domain: name }, Date.now(), taken);
  return by(pattern) ?? by('snapshot') ?? '';
}

function domainGone(error: unknown): never {
  if (error instanceof ProblemError && error.problem.code === 'NO_DOMAIN')
    throw new StalePlanError([error.problem.what]);
  throw error;
}
