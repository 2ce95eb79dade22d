import { randomUUID } from 'node:crypto';
import { assessDelete, type DeleteAssessment } from '../../../shared/delete/assess.ts';
import { deleteStaleness } from '../../../shared/delete/staleness.ts';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import type { DeleteFacts, DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { gatherDeleteFacts } from './facts.ts';

/**
 * What there is to know before snapshots are deleted.
 * @throws ProblemError SNAPSHOT_GONE; else as gatherDeleteFacts
 */
export async function planDelete(
  session: HostSession,
  uuid: string,
  names: readonly string[],
  { deletes, marks }: Pick<Ground, 'deletes' | 'marks'>,
): Promise<DeletePlan> {
  const facts = await gatherDeleteFacts(session, uuid, marks);
  const missing = names.find((name) => !facts.snapshots.some((snapshot) => snapshot.name === name));
  if (missing !== undefined) throw new ProblemError('SNAPSHOT_GONE', { snapshot: missing });
  return deletes.keep({
    planId: randomUUID(),
    hostId: session.host.id,
    hostName: session.host.name,
    names: [...names],
    facts,
    protected: marks.isProtected(session.host, uuid),
    virsh: virshTarget(session.host, { name: facts.domain.name, uuid }),
  });
}

export interface CheckedDelete {
  readonly facts: DeleteFacts;
  readonly assessment: DeleteAssessment;
}

/** Gathers the facts again and runs the same rules. @throws StalePlanError, ProblemError BLOCKED; else as gatherDeleteFacts */
export async function checkDelete(
  session: HostSession,
  plan: DeletePlan,
  mode: DeleteMode,
  marks: Ground['marks'],
): Promise<CheckedDelete> {
  const facts = await gatherDeleteFacts(session, plan.facts.domain.uuid, marks);
  const changes = deleteStaleness(plan.facts, facts, plan.names, mode);
  if (changes.length > 0) throw new StalePlanError(changes);
  const assessment = assessDelete(facts, plan.names, mode);
  const [blocker] = assessment.blockers;
  if (blocker) throw new ProblemError('DELETE_BLOCKED', { reason: blocker.text });
  if (assessment.steps.length === 0) throw new ProblemError('NOTHING_TO_DELETE');
  return { facts, assessment };
}
