import { type EditStep, editStepText } from '../../../shared/operations/metadata/edit-steps.ts';
import { redefinitionProblem } from '../../../shared/operations/metadata/redefinition.ts';
import { nameFixed } from '../../../shared/operations/metadata/rename.ts';
import { asWritten, editType } from '../../../shared/operations/metadata/types.ts';
import { safetyRequestOf } from '../../../shared/safety-names.ts';
import type { EditChoice, EditFacts, Snapshot, SnapshotList, Statement } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { readTree, secretTexts } from '../../inspect/tree.ts';
import type { MarkStore } from '../../kept/marks.ts';
import { secretSnapshotXml } from '../../libvirt/redefine.ts';
import { editSnapshotXml } from '../../libvirt/snapshot-edit.ts';
import type { Answer } from '../engine/ask.ts';
import type { Driver } from '../engine/driver.ts';
import { type Changed, changeMetadata, judgeMetadata, lookAtMetadata, type SeenMetadata } from './change.ts';
import { editDifferences } from './edit-look.ts';
import { followRename } from './follow-rename.ts';
import type { Redefining } from './redefinition.ts';

/** Changes a snapshot's name or description by redefining it, and puts everything back when a step fails. */
export const editDriver: Driver<typeof editType, Changed, SeenMetadata> = {
  type: editType,
  gather: ({ session, uuid, aim, services }) => gatherEdit(session, uuid, aim.name, services.marks),
  complete: async () => ({}),
  async carryOut(work) {
    const { session, plan, facts, assessment } = work;
    const { uuid } = plan;
    const { snapshot, children } = facts;
    const edit = asWritten(work.choice);
    const renames = edit.name !== snapshot.name;
    const list = await readTree(session, uuid);
    const texts = await secretTexts(session.reads, uuid, [snapshot.name, ...(renames ? children : [])]);
    return changeMetadata(work, {
      kept: { list, texts, added: renames ? [edit.name] : [] },
      async steps(redefining) {
        for (const step of assessment.steps) {
          const { result } = await askStep(step, { edit, snapshot, texts, list }, redefining);
          if (result !== 'done') break;
        }
      },
      differences: (seen) => editDifferences(session, { uuid, snapshot }, edit, texts, { before: list, after: seen }),
      notes: notesOf(facts, edit),
    });
  },
  look: lookAtMetadata,
  judge: (_work, changed, seen) => judgeMetadata(changed, seen),
  async settle({ session, services, plan, facts, choice }, _changed, { result }) {
    const { name } = asWritten(choice);
    if (result === 'done' && name !== facts.snapshot.name)
      await followRename(session.host, plan.uuid, facts.snapshot, name, services);
  },
};

/**
 * What there is to know before a snapshot's name or description is changed.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN, SNAPSHOT_GONE; LibvirtError OPERATION_DENIED where this connection may
 * only read; ConnectionError
 */
async function gatherEdit(session: HostSession, uuid: string, name: string, marks: MarkStore) {
  const tree = await readTree(session, uuid);
  const snapshot = snapshotIn(tree, name);
  // Asked for only to hear whether it may be: without secrets nothing can be redefined.
  await secretSnapshotXml(session.reads, uuid, name);
  const { domainName, facts } = tree;
  const safety = marks
    .safety(session.host, uuid)
    .some((mark) => mark.name === name && mark.requestId === safetyRequestOf(snapshot.description));
  const children = childrenIn(tree, name);
  const found: EditFacts = {
    snapshot,
    current: tree.current === name,
    children: children.map((child) => child.name),
    taken: tree.snapshots.map((each) => each.name).filter((each) => each !== name),
    nameFixed: nameFixed({
      facts,
      snapshot,
      config: tree.config(name),
      children: children.map((child) => ({ facts, snapshot: child, config: tree.config(child.name) })),
    }),
    refusal: redefinitionProblem({ facts, snapshot, config: tree.config(name) }),
    notes: safety ? [safetyNote] : [],
  };
  return { domainName, facts: found };
}

const safetyNote: Statement = {
  code: 'safety-snapshot',
  text: 'Snapkeel took this snapshot before a revert, and its description says so. If you change the description, Snapkeel never deletes it by itself.',
};

/** @throws ProblemError SNAPSHOT_GONE */
export function snapshotIn({ snapshots }: SnapshotList, name: string): Snapshot {
  const snapshot = snapshots.find((each) => each.name === name);
  if (!snapshot) throw new ProblemError('SNAPSHOT_GONE', { snapshot: name });
  return snapshot;
}

export function childrenIn({ snapshots }: SnapshotList, parent: string): Snapshot[] {
  return snapshots.filter((each) => each.parent === parent);
}

interface StepContext {
  readonly edit: EditChoice;
  readonly snapshot: Snapshot;
  readonly texts: ReadonlyMap<string, string>;
  readonly list: SnapshotList;
}

function askStep(
  step: EditStep,
  { edit, snapshot, texts, list }: StepContext,
  redefining: Redefining,
): Promise<Answer<void>> {
  const line = editStepText(step);
  const text = (name: string) => texts.get(name) ?? '';
  switch (step.kind) {
    case 'describe':
    case 'add': {
      const xml = editSnapshotXml(text(snapshot.name), edit);
      const moveCurrent = step.kind === 'add' && step.current;
      return redefining.redefine({ name: step.snapshot, xml, state: snapshot.state, moveCurrent, line });
    }
    case 'point': {
      const child = list.snapshots.find(({ name }) => name === step.snapshot);
      const xml = editSnapshotXml(text(step.snapshot), { parent: step.parent });
      const state = child?.state ?? 'unknown';
      return redefining.redefine({ name: step.snapshot, xml, state, moveCurrent: false, line });
    }
    case 'forget':
      return redefining.forget(step.snapshot, line);
  }
}

function notesOf({ snapshot, children }: EditFacts, { name, description }: EditChoice): string[] {
  const moved =
    children.length === 0
      ? ''
      : ` ${children.length === 1 ? 'Its child belongs' : `Its ${children.length} children belong`} to the new name.`;
  return [
    ...(name === snapshot.name ? [] : [`Its name is “${name}” now.${moved}`]),
    ...(description === snapshot.description
      ? []
      : [description === '' ? 'It has no description now.' : 'libvirt shows the new description.']),
    'Nothing else was changed.',
  ];
}
