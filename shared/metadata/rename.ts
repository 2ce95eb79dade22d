import type { Snapshot, Statement } from '../schema.ts';

interface RenameRule {
  readonly code: string;
  readonly when: (snapshot: Snapshot) => boolean;
  readonly text: string;
}

const asTag = (what: string): string =>
  `${what}, and libvirt has no way to change it there: under another name the snapshot could not be reverted to any more, and deleting it would leave its data in the images.`;

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
 */
export const renameRules: readonly RenameRule[] = [
  {
    code: 'internal-disk',
    when: ({ disks, kind }) => kind === 'internal' || disks.some((disk) => disk.kind === 'internal'),
    text: asTag('The name is also the tag of the snapshot inside its disk images'),
  },
  {
    code: 'internal-memory',
    when: ({ memory }) => memory === 'internal',
    text: asTag('The name is also the tag of the guest’s memory inside a disk image'),
  },
  {
    code: 'unknown-kind',
    when: ({ memory, disks }) => memory === 'unknown' || disks.some((disk) => disk.kind === 'unknown'),
    text: 'libvirt describes this snapshot in a way that Snapkeel does not know, so it cannot say where the name is kept.',
  },
];

/** Why a snapshot keeps its name; null when it can have another. */
export function nameFixed(snapshot: Snapshot): Statement | null {
  const rule = renameRules.find(({ when }) => when(snapshot));
  return rule ? { code: rule.code, text: rule.text } : null;
}
