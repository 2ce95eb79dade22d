import { formatVersion } from '../../format.ts';
import { tagsNamed } from '../../libvirt/image-tags.ts';
import { version } from '../../libvirt/versions.ts';
import type { Rule } from '../../rule.ts';
import {
  type DeleteCase,
  external,
  goingImages,
  internal,
  merges,
  misnames,
  quoted,
  shortly,
  spoiled,
  withData,
} from './case.ts';
import { isExternal } from './present.ts';
import { unlike } from './refusal-rules.ts';

/** What is true and worth knowing. `risk`: something may be worse afterwards than the person would think. */
export interface DeleteWarning extends Rule<DeleteCase> {
  readonly risk?: true;
}

const leftOut = (c: DeleteCase) => {
  const child = c.present.childrenOf(c.snapshot.name)[0];
  const parts = child === undefined ? undefined : new Set(kept(c, child));
  return parts ? merges(c).filter(({ target }) => !parts.has(target)) : [];
};
const kept = ({ present }: DeleteCase, name: string) => present.pointsOf(name).map(({ target }) => target);

/** Merges into what the snapshot itself never wrote to: a medium, or an image that is read-only to the guest. */
const intoMedia = (c: DeleteCase) =>
  merges(c).filter(({ target }) => {
    const disk = c.present.disk(target);
    return disk !== undefined && (disk.device === 'cdrom' || disk.device === 'floppy' || disk.readonly);
  });

const twice = (c: DeleteCase) =>
  internal(c)
    ? c.present
        .pointsOf(c.snapshot.name)
        .find(({ path }) => tagsNamed(c.facts.images[path]?.tags ?? [], c.snapshot.name).length > 1)
    : undefined;

const unlisted = (c: DeleteCase) =>
  goingImages(c).flatMap((path) => (c.facts.images[path]?.tags ?? []).map(({ name }) => name));

/** What is true and worth knowing, without keeping anybody from it. */
export const deleteWarnings: readonly DeleteWarning[] = [
  {
    code: 'WAY_BACK',
    risk: true,
    source: 'the safety snapshot of the last revert',
    when: ({ snapshot }) => snapshot.undoes,
    text: ({ snapshot }) =>
      `“${snapshot.name}” is the safety snapshot of the last revert. Without it, that revert can no longer be undone.`,
  },
  {
    code: 'FINISHES_BROKEN_OFF',
    source: 'qemuSnapshotSetInvalid: the record is taken back when the deletion comes to its end',
    when: (c) =>
      merges(c).length > 0 &&
      (c.snapshot.interrupted ||
        merges(c).some(({ target }) =>
          c.present
            .disksOf(c.present.ownerAbove(c.snapshot.name, target)?.name ?? '')
            .some((disk) => disk.target === target && disk.deleteInProgress),
        )),
    text: ({ snapshot }) => `An earlier deletion of “${snapshot.name}” was interrupted. This finishes it.`,
  },
  {
    code: 'STARTED_MEANWHILE',
    driver: 'QEMU',
    since: version.deletesExternal,
    source: 'qemuSnapshotDelete: an inactive domain is started paused, and stopped afterwards',
    when: (c) => !c.facts.domain.active && merges(c).length > 0,
    text: ({ facts }) =>
      `To merge, libvirt starts “${facts.domain.name}” paused and stops it afterwards. The guest does not run during that time.`,
  },
  {
    code: 'NOT_CANCELLABLE_WITHOUT_HARM',
    driver: 'QEMU',
    since: version.deletesExternal,
    source: 'observed on 9.0–12.8: a block commit writes into the lower image as it goes',
    when: (c) => merges(c).length > 0,
    text: ({ snapshot }) =>
      `You can cancel while it merges. The guest then loses nothing, but “${snapshot.name}” is damaged and can only be deleted again.`,
  },
  {
    code: 'LEFT_OUT_DISK',
    driver: 'QEMU',
    since: version.branches,
    source: 'qemuSnapshotExternalGetSnapDiskSrc: by the configuration stored with the child; observed on 11.3 and 12.8',
    when: (c) => leftOut(c).length > 0,
    text: (c) =>
      `Disk ${leftOut(c)
        .map(({ target }) => target)
        .join(', ')} is not part of ${quoted(c.present.childrenOf(c.snapshot.name))}, but is merged too.`,
  },
  {
    code: 'MERGES_INTO_MEDIUM',
    driver: 'QEMU',
    since: version.deletesExternal,
    risk: true,
    source: 'qemuSnapshotRevertExternalPrepare gives every file disk an overlay; observed on 11.3 and 12.8',
    when: (c) => intoMedia(c).length > 0,
    text: (c) =>
      `A revert gave ${intoMedia(c)
        .map(({ target }) => target)
        .join(', ')} an overlay. libvirt opens ${intoMedia(c)
        .map(({ into }) => shortly(into))
        .join(', ')} for writing to merge it.`,
  },
  {
    code: 'SPOILS_OVERLAYS',
    driver: 'QEMU',
    risk: true,
    source: 'an image is worth what it lies on; libvirt asks nobody who lies on one that it deletes or merges',
    when: (c) => spoiled(c).length > 0,
    text: (c) =>
      `These images are based on one that is deleted or changed, and become unusable: ${spoiled(c)
        .map(({ path, on }) => `${shortly(path)} (based on ${shortly(on)})`)
        .join(', ')}. The domain does not need them, but they may be backups or clones.`,
  },
  {
    code: 'UNLISTED_TAGS_LOST',
    driver: 'QEMU',
    risk: true,
    source: 'the image’s own table of internal snapshots',
    when: (c) => unlisted(c).length > 0,
    text: (c) =>
      `The deleted image contains internal snapshots that libvirt does not list. They are deleted with it: ${quoted([...new Set(unlisted(c))])}.`,
  },
  {
    code: 'TAG_TWICE',
    driver: 'QEMU',
    source: 'bdrv_snapshot_find: the first of that name; observed on 9.0–12.8, off and running',
    when: (c) => twice(c) !== undefined,
    text: (c) =>
      `${shortly(twice(c)?.path ?? '')} contains “${c.snapshot.name}” more than once. libvirt deletes the first one; the others stay in the image and use space.`,
  },
  {
    code: 'STAYS_INSIDE',
    driver: 'QEMU',
    until: version.deletesExternal,
    risk: true,
    source: 'delvm looks at the images that are in use alone; observed on 7.0: done, and the image still holds it',
    when: (c) => internal(c) && unlike(c)?.disk.kind === 'internal',
    text: (c) =>
      `While the guest runs, libvirt ${formatVersion(c.facts.libvirtVersion)} forgets “${c.snapshot.name}” but leaves its data in an image that the guest does not write to. To delete the data, shut the domain down first.`,
  },
  {
    code: 'MEMORY_FILE_STAYS',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.deletesMemoryFile,
    source: 'NEWS 9.1.0',
    when: (c) => external(c) && c.snapshot.memoryFile !== null,
    text: ({ facts, snapshot }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} leaves the memory of “${snapshot.name}” in ${snapshot.memoryFile}. Remove that file by hand.`,
  },
  {
    code: 'CHILDREN_MISLED',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 9.0: the metadata of what lay on it names another image afterwards',
    when: misnames,
    text: ({ facts, snapshot, present }) => {
      const names = [...present.misnamed(snapshot.name).keys()];
      return `libvirt ${formatVersion(facts.libvirtVersion)} records a wrong image for ${quoted(names)}, which ${names.length === 1 ? 'is' : 'are'} based on “${snapshot.name}”. A revert there then brings back other data.`;
    },
  },
  {
    code: 'DATA_STAYS',
    source: 'VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY',
    when: (c) => !withData(c) && c.snapshot.kind !== 'none',
    text: (c) => dataStays(c),
  },
  {
    code: 'SAME_NAME_AGAIN',
    driver: 'QEMU',
    source: 'two internal snapshots of one name: QEMU takes the first; observed on 9.0–12.8',
    when: (c) => !withData(c) && c.present.pointsOf(c.snapshot.name).some(({ kind }) => kind === 'internal'),
    text: ({ snapshot }) =>
      `Do not take another snapshot named “${snapshot.name}” afterwards: a revert to it would bring back the data of this one.`,
  },
];

function dataStays({ snapshot, present }: DeleteCase): string {
  const paths = [...new Set(present.pointsOf(snapshot.name).map(({ path }) => path))];
  if (!isExternal(snapshot))
    return `The data of “${snapshot.name}” stays inside ${paths.join(', ')} and uses space. Only “qemu-img snapshot -d” can remove it afterwards.`;
  const files = [
    ...snapshot.stored.disks.flatMap(({ file }) => file ?? []),
    ...(snapshot.memoryFile ? [snapshot.memoryFile] : []),
  ];
  return `${files.join(', ')} ${files.length === 1 ? 'stays' : 'stay'} where ${files.length === 1 ? 'it is' : 'they are'} and ${files.length === 1 ? 'belongs' : 'belong'} to no snapshot. libvirt does not merge across that, so the neighbours of “${snapshot.name}” may become impossible to delete.`;
}
