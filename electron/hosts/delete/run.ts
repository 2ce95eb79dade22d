import { type DeleteStep, deleteSubject } from '../../../shared/delete/steps.ts';
import type { DeleteMode, DeletePlan, Outcome } from '../../../shared/schema.ts';
import { deleteSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml } from '../../libvirt/xml.ts';
import { type Answer, askLibvirt } from '../deeds/ask.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { lookAfterDelete } from './look.ts';
import { followMerge, type Merging } from './merging.ts';
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
export async function runDelete(request: DeleteRequest, ground: Ground): Promise<Outcome> {
  const { session, plan, mode, typedName } = request;
  const { uuid, name } = plan.facts.domain;
  if (ground.marks.isProtected(session.host, uuid) && typedName !== name)
    throw new ProblemError('NAME_NOT_TYPED', { domain: name });
  return runDeed<CheckedDelete>(
    {
      session,
      uuid,
      about: { kind: 'delete', domainName: name, subject: deleteSubject(plan.names, mode) },
      claim: ground.deletes.claim(plan.planId),
      check: () => checkDelete(session, plan, mode, ground.marks),
      carryOut: (checked, operation) => carryOut({ request, checked, operation, ground }),
    },
    ground,
  );
}

export interface DeleteWork {
  readonly request: DeleteRequest;
  readonly checked: CheckedDelete;
  readonly operation: DeedHandle;
  readonly ground: Ground;
}

/** One call, what libvirt answered, and what was seen of its merge. */
export interface AskedStep {
  readonly step: DeleteStep;
  readonly answer: Answer<void>;
  readonly merging: Pick<Merging, 'began' | 'notCancelled'> | null;
}

async function carryOut(work: DeleteWork): Promise<Ended> {
  const { request, checked, operation, ground } = work;
  const { session, plan } = request;
  const { uuid } = plan.facts.domain;
  const asked: AskedStep[] = [];
  for (const [index, step] of checked.assessment.steps.entries()) {
    if (operation.signal.aborted) break; // between two calls nothing is half done
    const taken = await session.holding(uuid, () => takeStep(step, index, work));
    asked.push(taken);
    if (taken.answer.result !== 'done') break;
  }
  operation.phase('verifying');
  const ended = await lookAfterDelete(work, asked);
  for (const remembered of [ground.marks, ground.thumbnails])
    await remembered
      .forget(session.host, uuid, ended.gone)
      .catch((error: unknown) => ground.log(`what is remembered of snapshots could not be written: ${error}`));
  return ended.outcome;
}

async function takeStep(step: DeleteStep, index: number, work: DeleteWork): Promise<AskedStep> {
  const { request, checked, operation, ground } = work;
  const { session, plan } = request;
  const { uuid, name: domainName } = plan.facts.domain;
  const { merges, unlinks } = checked.assessment.effects[index] ?? { merges: [], unlinks: [] };
  const several = checked.assessment.steps.length > 1;
  operation.phase('working', merges.length > 0 || several ? 'abortable' : undefined);
  const text = await snapshotXml(session.reads, uuid, step.name);
  const targets = merges.map(({ target }) => target);
  const guard = merges.length > 0 ? await guardImage(step.name, work) : null;
  const merging = merges.length > 0 ? followMerge(session, uuid, targets, operation, ground.log) : null;
  try {
    const answer = await askLibvirt(
      {
        operationId: operation.id,
        kind: 'delete',
        host: session.host,
        domain: { uuid, name: domainName },
        snapshot: step.name,
        flags: step.flags,
        plan: [
          `Deleted: “${step.name}”`,
          ...merges.map(({ target, from, into }) => `${target}: ${from} is merged into ${into}`),
          ...unlinks.map((file) => `libvirt deletes ${file}`),
        ],
        currentBefore: checked.facts.current,
      },
      () => deleteSnapshot(session.writes, uuid, step.name, step.flags),
      ground,
      (requestId) => ground.journal.keepXml(requestId, text),
    );
    const harmless = answer.result === 'refused' || (answer.result === 'failed' && !merging?.began);
    if (harmless) await guard?.();
    return { step, answer, merging };
  } finally {
    merging?.stop();
  }
}

/**
 * Remembers, before libvirt is asked, that the image of a snapshot may come to be written to, so that it is known also
 * after a crash. @returns the way to take that back when it was not.
 */
async function guardImage(
  name: string,
  { request: { session }, checked, ground }: DeleteWork,
): Promise<() => Promise<void>> {
  const { host } = session;
  const { uuid } = checked.facts.domain;
  if (ground.marks.isInterrupted(host, uuid, name)) return async () => {};
  const { createdAt } = parseSnapshot(parseXml(await snapshotXml(session.reads, uuid, name), 'domainsnapshot', true));
  await ground.marks.interrupt(host, uuid, name, createdAt);
  return () => ground.marks.forgetInterrupted(host, uuid, name);
}
