import { nameProblem } from '../../libvirt/names.ts';
import { holds, type Rule } from '../../rule.ts';
import type { EditFacts, Snapshot, Statement } from '../../schema.ts';
import { type Redefined, redefinitionProblem } from './redefinition.ts';

export interface RenameCase extends Redefined {
  readonly snapshot: Snapshot;
  /** They are redefined as well, to point at the new name. */
  readonly children: readonly Redefined[];
}

const asTag = (what: string): string =>
  `${what}, and libvirt cannot change it there. With another name, the snapshot could no longer be reverted to, and deleting it would leave its data in the images.`;

/**
 * Which snapshots keep their name. libvirt renames by redefining, which touches metadata alone (virsh snapshot-edit):
 *
 * | disks    | memory   | where the name is                    | renamed and reverted to            |
 * |----------|----------|--------------------------------------|------------------------------------|
 * | internal | any      | tag in every image                   | fails: 1/0, guest left off (11.3)  |
 * | any      | internal | tag of the memory state in the image | fails likewise                     |
 * | external | external | nowhere: files are named in the XML  | the right bytes and memory (11.3)  |
 * | external | none     | nowhere                              | the right bytes (11.3)             |
 * | none     | none     | nowhere                              | there is only a configuration      |
 *
 * So a name never becomes a tag by renaming, and digits alone or commas in it do no harm: a revert names its overlays
 * after the image.
 */
export const renameRules: readonly Rule<RenameCase>[] = [
  {
    code: 'internal-disk',
    source: 'observed on 11.3: qemu-img finds no snapshot of the new name',
    when: ({ snapshot: { disks, kind } }) => kind === 'internal' || disks.some((disk) => disk.kind === 'internal'),
    text: () => asTag('The name is also the tag of the snapshot inside its disk images'),
  },
  {
    code: 'internal-memory',
    source: 'observed on 11.3: QEMU finds no memory state of the new name',
    when: ({ snapshot: { memory } }) => memory === 'internal',
    text: () => asTag('The name is also the tag of the guest’s memory inside a disk image'),
  },
  {
    code: 'unknown-kind',
    source: 'what is not known is not changed',
    when: ({ snapshot: { memory, disks } }) => memory === 'unknown' || disks.some((disk) => disk.kind === 'unknown'),
    text: () =>
      'libvirt describes this snapshot in a way that Snapkeel does not know, so it is unknown where the name is stored.',
  },
  {
    code: 'not-redefinable',
    source: 'redefinitionProblem',
    when: (c) => redefinitionProblem(c) !== null,
    text: (c) => redefinitionProblem(c)?.text ?? '',
  },
  {
    code: 'child-not-redefinable',
    source: 'redefinitionProblem; virDomainSnapshotDefParse: a child names its parent',
    when: ({ children }) => children.some((child) => redefinitionProblem(child) !== null),
    text: ({ children }) => {
      const problems = children.flatMap((child) => redefinitionProblem(child) ?? []);
      return `Its children would have to be redefined too. ${problems[0]?.text ?? ''}`;
    },
  },
];

/** Why a snapshot keeps its name; null when it can have another. */
export function nameFixed(c: RenameCase): Statement | null {
  const rule = renameRules.find((each) => holds(each, c));
  return rule ? { code: rule.code, text: rule.text(c) } : null;
}

/** Why a snapshot can't get this name, as a sentence; null when it can, or has it already. */
export function renameProblem(facts: Pick<EditFacts, 'snapshot' | 'nameFixed' | 'taken'>, name: string): string | null {
  if (name === facts.snapshot.name) return null;
  return facts.nameFixed?.text ?? nameProblem(name, new Set(facts.taken));
}
