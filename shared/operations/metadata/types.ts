import { formatCount } from '../../format.ts';
import { isXmlText, utf8Bytes } from '../../libvirt/names.ts';
import type {
  EditChoice,
  EditFacts,
  EditPlan,
  ImportFacts,
  ImportFile,
  ImportPlan,
  MakeCurrentPlan,
  Statement,
} from '../../schema.ts';
import type { BaseAssessment, OperationType } from '../operation.ts';
import { type EditStep, editSteps } from './edit-steps.ts';
import { renameProblem } from './rename.ts';
import { metadataStaleness } from './staleness.ts';
import { virshEdit, virshMakeCurrent } from './virsh.ts';

/** All of a snapshot's XML has to fit into one string of libvirt's protocol, 4 MiB. */
const DESCRIPTION_BYTES = 1 << 20;

export interface EditAssessment extends BaseAssessment {
  readonly steps: readonly EditStep[];
}

/** As it is written: lines end as on the host. */
export const asWritten = ({ name, description }: EditChoice): EditChoice => ({
  name,
  description: description.replaceAll(/\r\n?/g, '\n'),
});

function editBlockers(facts: EditFacts, { name, description }: EditChoice, steps: readonly EditStep[]): Statement[] {
  const nameProblem = renameProblem(facts, name);
  return [
    ...(facts.refusal ? [{ code: 'EDIT_REFUSED', text: facts.refusal.text }] : []),
    ...(steps.length === 0 ? [{ code: 'NOTHING_TO_CHANGE', text: 'Nothing is changed.' }] : []),
    ...(nameProblem === null ? [] : [{ code: 'NAME_REFUSED', text: nameProblem }]),
    ...(isXmlText(description)
      ? []
      : [{ code: 'DESCRIPTION_REFUSED', text: 'The description contains a character that libvirt cannot store' }]),
    ...(utf8Bytes(description) <= DESCRIPTION_BYTES
      ? []
      : [{ code: 'DESCRIPTION_REFUSED', text: 'The description is longer than 1 MiB' }]),
  ];
}

/** A snapshot's name and description, by redefining it. */
export const editType: OperationType<EditPlan, { name: string }, EditChoice, EditAssessment> = {
  kind: 'edit',
  changed: (read, now) => metadataStaleness(read.facts, now),
  assess(_plan, facts, choice) {
    const { snapshot, current, children } = facts;
    const written = asWritten(choice);
    const steps = editSteps({ ...snapshot, current, children }, written);
    return { steps, blockers: editBlockers(facts, written, steps), consents: [] };
  },
  subject: ({ facts }) => `“${facts.snapshot.name}”`,
  isProtected: () => true,
  shown: ({ virsh }, { steps }) => ({ losses: [], virsh: virshEdit(virsh, steps).join('\n') }),
  refusal: 'EDIT_REFUSED',
};

type NothingToChoose = Record<string, never>;

/** Telling libvirt that another snapshot is the current one. */
export const makeCurrentType: OperationType<MakeCurrentPlan, { name: string }, NothingToChoose, BaseAssessment> = {
  kind: 'make-current',
  changed({ facts: read }, now) {
    if (read.current !== now.current)
      return [`The current snapshot is ${now.current === null ? 'none' : `“${now.current}”`} now.`];
    const seen = ({ snapshot, current, children }: typeof read) => ({
      snapshot,
      current: current === snapshot.name,
      children,
    });
    return metadataStaleness(seen(read), seen(now));
  },
  assess: (_plan, { refusal }) => ({ blockers: refusal ? [refusal] : [], consents: [] }),
  subject: ({ facts }) => `“${facts.snapshot.name}”`,
  isProtected: () => true,
  shown: ({ virsh, facts }) => ({ losses: [], virsh: virshMakeCurrent(virsh, facts.snapshot.name) }),
  refusal: 'MAKE_CURRENT_REFUSED',
};

function importChanges(read: ImportFacts, now: ImportFacts): string[] {
  const before = new Map(read.rows.map((row) => [`${row.file}/${row.name}`, row]));
  return [
    ...now.rows.flatMap((row) => {
      const was = before.get(`${row.file}/${row.name}`);
      const unread = row.notes.filter((note) => !was?.notes.includes(note)).map((note) => `“${row.name}”: ${note}`);
      if (was && was.verdict === row.verdict && was.current === row.current) return unread;
      const becomes = row.reason ?? (row.verdict === 'add' ? 'It can be added now.' : 'It is already here.');
      return [`“${row.name}”: ${becomes}`];
    }),
    ...(read.currentText === now.currentText ? [] : [now.currentText]),
  ];
}

const added = ({ rows }: ImportFacts) => rows.filter(({ verdict }) => verdict === 'add').length;

/** Bringing the metadata of snapshots back from files. */
export const importType: OperationType<ImportPlan, { files: ImportFile[] }, NothingToChoose, BaseAssessment> = {
  kind: 'import',
  changed: (read, now) => importChanges(read.facts, now),
  assess: (_plan, { blockers, warnings }) => ({
    blockers,
    consents: warnings.map((warning) => ({ ...warning, certainty: 'needed', by: 'button' })),
  }),
  subject: ({ facts }) => formatCount(added(facts), 'snapshot'),
  isProtected: () => true,
  shown: ({ facts }) => ({ losses: [], virsh: facts.lines.join('\n') }),
  refusal: 'IMPORT_REFUSED',
};
