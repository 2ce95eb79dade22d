import { isExternal } from '../../../shared/delete/present.ts';
import { type DeleteStep, deleteFlag } from '../../../shared/delete/steps.ts';
import type { DeedOutcome, DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import { deleteSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { type Answer, askLibvirt } from '../deeds/ask.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { lookAfterDelete } from './look.ts';
import { followMerge } from './merging.ts';
import { type CheckedDelete, checkDelete } from './plan.ts';

export interface DeleteRequest {
  readonly session: HostSession;
  readonly plan: DeletePlan;
  readonly mode: DeleteMode;
  readonly typedName?: string | undefined;
}

/**
 * Deletes as planned, one call after the other, each written down with the XML of what goes, and asks libvirt what came
 * of it. It ends at the first call that does not succeed.
 * @throws StalePlanError, ProblemError NO_PLAN, NAME_NOT_TYPED, DELETE_BLOCKED, NOTHING_TO_DELETE: nothing was done.
 */
export async function runDelete(request: DeleteRequest, ground: Ground): Promise<DeedOutcome> {
  const { session, plan, mode, typedName } = request;
  const { uuid, name } = plan.facts.domain;
  if (ground.marks.isProtected(session.host, uuid) && typedName !== name)
    throw new ProblemError('NAME_NOT_TYPED', { domain: name });
  ground.deletes.claim(plan.planId);
  try {
    return await runDeed<CheckedDelete>(
      {
        session,
        uuid,
        about: { kind: 'delete', domainName: name, subject: subjectOf(plan, mode) },
        async check() {
          const checked = await checkDelete(session, plan, mode, ground.marks);
          ground.deletes.discard(plan.planId);
          return checked;
        },
        carryOut: (checked, operation) => carryOut({ request, checked, operation, ground }),
      },
      ground,
    );
  } catch (error) {
    ground.deletes.release(plan.planId);
    throw error;
  }
}

/** What is deleted, in a few words. */
export function subjectOf({ names }: Pick<DeletePlan, 'names'>, mode: DeleteMode): string {
  const [first = '', ...more] = names;
  const named = more.length === 0 ? `“${first}”` : `“${first}” and ${more.length} more`;
  const words: Readonly<Record<DeleteMode, string>> = {
    this: named,
    'with-children': `${named} with all below`,
    'children-only': `everything below ${named}`,
    'metadata-only': `the metadata of ${named}`,
  };
  return words[mode];
}

export interface DeleteWork {
  readonly request: DeleteRequest;
  readonly checked: CheckedDelete;
  readonly operation: DeedHandle;
  readonly ground: Ground;
}

async function carryOut(work: DeleteWork): Promise<Ended> {
  const { request, checked, operation, ground } = work;
  const { session, plan } = request;
  const { uuid } = plan.facts.domain;
  const asked: (readonly [DeleteStep, Answer<void>])[] = [];
  for (const step of checked.assessment.steps) {
    if (operation.signal.aborted) break; // between two calls nothing is half done
    const answer = await session.holding(uuid, () => takeStep(step, work));
    asked.push([step, answer]);
    if (answer.result !== 'done') break;
  }
  operation.phase('verifying');
  const ended = await lookAfterDelete(work, asked);
  await ground.marks
    .forget(session.host, uuid, ended.gone)
    .catch((error: unknown) => ground.log(`the marks could not be written: ${error}`));
  return ended.outcome;
}

async function takeStep(
  step: DeleteStep,
  { request: { session, plan }, checked, operation, ground }: DeleteWork,
): Promise<Answer<void>> {
  const { uuid, name: domainName } = plan.facts.domain;
  const snapshot = checked.facts.snapshots.find(({ name }) => name === step.name);
  const merges = snapshot && isExternal(snapshot) && !(step.flags & deleteFlag.metadataOnly);
  const targets = merges ? checked.facts.domain.images.map(({ target }) => target) : [];
  const several = checked.assessment.steps.length > 1;
  operation.phase('working', targets.length > 0 || several ? 'abortable' : undefined);
  const stop = targets.length > 0 ? followMerge(session, uuid, targets, operation, ground.log) : () => {};
  const texts = await Promise.all(step.goes.map((name) => snapshotXml(session.reads, uuid, name)));
  try {
    return await askLibvirt(
      {
        operationId: operation.id,
        kind: 'delete',
        host: session.host,
        domain: { uuid, name: domainName },
        snapshot: step.name,
        flags: step.flags,
        plan: planLines(step, checked),
        currentBefore: checked.facts.current,
      },
      () => deleteSnapshot(session.writes, uuid, step.name, step.flags),
      ground,
      async (requestId) => {
        for (const text of texts) await ground.journal.keepXml(requestId, text);
      },
    );
  } finally {
    stop();
  }
}

function planLines(step: DeleteStep, { assessment: { moves, merges, unlinks } }: CheckedDelete): string[] {
  return [
    `Deleted: ${step.goes.map((name) => `“${name}”`).join(', ')}`,
    ...moves.map(({ name, to }) => `“${name}” moves ${to === null ? 'to the top' : `under “${to}”`}`),
    ...merges.map(({ target, from, into }) => `${target}: ${from} is merged into ${into}`),
    ...unlinks.map((file) => `libvirt deletes ${file}`),
  ];
}
