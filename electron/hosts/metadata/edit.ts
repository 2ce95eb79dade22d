import { isXmlText, utf8Bytes } from '../../../shared/libvirt/names.ts';
import { type Edit, type EditStep, editSteps, editStepText } from '../../../shared/metadata/edit-steps.ts';
import { renameProblem } from '../../../shared/metadata/rename.ts';
import type { EditPlan, Outcome, SnapshotList } from '../../../shared/schema.ts';
import { editSnapshotXml } from '../../libvirt/snapshot-edit.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { type Answered, MetadataAsker } from './asker.ts';
import { editDifferences } from './edit-look.ts';
import { stillSo } from './edit-plan.ts';
import { endOf } from './end.ts';
import { followRename } from './follow-rename.ts';
import { secretTexts } from './tree.ts';

/** All of a snapshot's XML has to fit into one string of libvirt's protocol, 4 MiB. */
const DESCRIPTION_BYTES = 1 << 20;

export interface EditRequest extends Edit {
  readonly session: HostSession;
  readonly plan: EditPlan;
}

/**
 * Changes a snapshot's name or description by redefining it, and puts everything back when a step fails.
 * @throws StalePlanError, ProblemError NO_PLAN, EDIT_REFUSED, NAME_REFUSED, DESCRIPTION_REFUSED, NOTHING_TO_CHANGE: nothing was done.
 */
export async function runEdit(request: EditRequest, ground: Ground): Promise<Outcome> {
  const { session, plan } = request;
  const { uuid, planId, snapshot, current, children, domainName } = plan;
  const edit = { name: request.name, description: request.description.replaceAll(/\r\n?/g, '\n') };
  const steps = editSteps({ ...snapshot, current, children }, edit);
  checkEdit(plan, edit, steps);
  return runDeed<SnapshotList>(
    {
      session,
      uuid,
      about: { kind: 'edit', domainName, subject: `“${snapshot.name}”` },
      claim: ground.metadata.edits.claim(planId),
      async check() {
        const list = await stillSo(session, uuid, { snapshot, current, children });
        if (list.snapshots.some(({ name }) => name === edit.name && name !== snapshot.name))
          throw new ProblemError('NAME_REFUSED', { reason: `There is a snapshot “${edit.name}” already.` });
        return list;
      },
      carryOut: (list, operation) =>
        session.holding(uuid, () => carryOut({ request, edit, steps, list, operation, ground })),
    },
    ground,
  );
}

function checkEdit(plan: EditPlan, { name, description }: Edit, steps: readonly EditStep[]): void {
  if (steps.length === 0) throw new ProblemError('NOTHING_TO_CHANGE');
  if (plan.refusal) throw new ProblemError('EDIT_REFUSED', { reason: plan.refusal.text });
  const reason = renameProblem(plan, name);
  if (reason !== null) throw new ProblemError('NAME_REFUSED', { reason });
  if (!isXmlText(description) || utf8Bytes(description) > DESCRIPTION_BYTES)
    throw new ProblemError('DESCRIPTION_REFUSED');
}

interface Work {
  readonly request: EditRequest;
  readonly edit: Edit;
  readonly steps: readonly EditStep[];
  /** The tree before. */
  readonly list: SnapshotList;
  readonly operation: DeedHandle;
  readonly ground: Ground;
}

async function carryOut({ request, edit, steps, list, operation, ground }: Work): Promise<Ended> {
  const { session, plan } = request;
  const { uuid, domainName, snapshot } = plan;
  const renames = edit.name !== snapshot.name;
  const texts = await secretTexts(session.reads, uuid, [snapshot.name, ...(renames ? plan.children : [])]);
  const asker = new MetadataAsker({
    session,
    domain: { uuid, name: domainName },
    operation,
    ground,
    currentBefore: list.current,
  });
  for (const step of steps) {
    const { result } = await askStep(step, { edit, snapshot, texts, list }, asker);
    if (result !== 'done') break;
  }
  const ended = await endOf(asker, {
    kept: { list, texts, added: renames ? [edit.name] : [] },
    look: (seen) => editDifferences(session, plan, edit, texts, { before: list, after: seen }),
    notes: toldOf(plan, edit),
  });
  if (renames && ended.result === 'done') await followRename(session.host, uuid, snapshot, edit.name, ground);
  return ended;
}

type StepGround = Pick<EditPlan, 'snapshot'> & { edit: Edit; texts: ReadonlyMap<string, string>; list: SnapshotList };

function askStep(step: EditStep, { edit, snapshot, texts, list }: StepGround, asker: MetadataAsker): Promise<Answered> {
  const line = editStepText(step);
  const text = (name: string) => texts.get(name) ?? '';
  switch (step.kind) {
    case 'describe':
    case 'add': {
      const xml = editSnapshotXml(text(snapshot.name), edit);
      const { state } = snapshot;
      return asker.redefine({
        name: step.snapshot,
        xml,
        state,
        moveCurrent: step.kind === 'add' && step.current,
        line,
      });
    }
    case 'point': {
      const child = list.snapshots.find(({ name }) => name === step.snapshot);
      const xml = editSnapshotXml(text(step.snapshot), { parent: step.parent });
      const state = child?.state ?? 'unknown';
      return asker.redefine({ name: step.snapshot, xml, state, moveCurrent: false, line });
    }
    case 'forget':
      return asker.forget(step.snapshot, line);
  }
}

function toldOf({ snapshot, children }: EditPlan, { name, description }: Edit): string[] {
  const moved =
    children.length === 0
      ? ''
      : ` ${children.length === 1 ? 'Its child belongs' : `Its ${children.length} children belong`} to the new name.`;
  return [
    ...(name === snapshot.name ? [] : [`Its name is “${name}” now.${moved}`]),
    ...(description === snapshot.description
      ? []
      : [description === '' ? 'It has no description any more.' : 'libvirt shows the new description.']),
    'Nothing else of it was changed.',
  ];
}
