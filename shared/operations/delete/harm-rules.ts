import { formatVersion } from '../../format.ts';
import { tagsNamed } from '../../libvirt/image-tags.ts';
import { version } from '../../libvirt/versions.ts';
import type { DeleteSnapshot } from '../../schema.ts';
import {
  type DeleteCase,
  type DeleteRule,
  external,
  goingImages,
  insideOf,
  isLeaf,
  merges,
  nameHazard,
  neededUnlinks,
  onChain,
  quoted,
  sharedMerges,
  shortly,
  spoiled,
  strandedBy,
  tagsInMerged,
} from './case.ts';

/** The image that is to take in what is merged. Of the others in the chain QEMU has a hold, there or not. */
const missing = (c: DeleteCase) => merges(c).find(({ into }) => c.facts.images[into]?.exists === false)?.into;

/** Images of other domains that would be spoiled. */
const clones = (c: DeleteCase) => spoiled(c).filter(({ usedBy }) => usedBy !== null && usedBy.length > 0);

const isExternalAndPaused = (current: DeleteSnapshot | undefined) =>
  current?.memory === 'external' && current.state === 'paused';

/** Its memory was written or loaded while it was paused, and it did not run since: QEMU has let go of the images. */
function holdsNoImages({ facts, present }: DeleteCase, how: 'written' | 'loaded'): boolean {
  const { state, reason } = facts.domain;
  const current = present.current === null ? undefined : present.get(present.current);
  if (state !== 'paused') return false;
  if (how === 'written') return reason === 'creating snapshot' || (reason === 'user' && isExternalAndPaused(current));
  return reason === 'migrating' || (reason === 'from snapshot' && current?.memory === 'external');
}

/** The snapshot is in the table of an image, or may be. */
const holds = ({ facts, snapshot }: DeleteCase, path: string): boolean => {
  const tags = facts.images[path]?.tags ?? null;
  return tags === null || tagsNamed(tags, snapshot.name).length > 0;
};

/** Disks that QEMU has as read-only, and whose image holds the snapshot, or may. */
const onReadOnly = (c: DeleteCase): string[] =>
  insideOf(c) && c.facts.domain.active
    ? c.present
        .pointsOf(c.snapshot.name)
        .filter(({ target, path }) => c.present.disk(target)?.readonly && c.present.activeImage(target) === path)
        .flatMap(({ target, path }) => (holds(c, path) ? [target] : []))
    : [];

/** What is missing below an image that holds the snapshot, or may. */
const goneBelow = (c: DeleteCase): string | undefined =>
  insideOf(c) && !c.facts.domain.active
    ? c.present
        .pointsOf(c.snapshot.name)
        .filter(({ path }) => holds(c, path))
        .flatMap(({ target, path }) => [...(c.present.stack(target)?.chain(path) ?? [])].slice(1))
        .find((path) => c.facts.images[path]?.exists === false)
    : undefined;

/** Where libvirt looks for the images below, of a snapshot that is off the active chain. */
const local: ReadonlySet<string> = new Set(['file', 'block', 'dir']);

/**
 * libvirt does not know what a disk of its stored configuration lies on: an empty drive, any disk if it was taken while
 * the domain was off, and else one that would be merged and whose chain that configuration does not spell out.
 */
const tellsNoChain = (c: DeleteCase, name: string) => {
  const snapshot = c.present.get(name);
  const merged = new Set(merges(c).map(({ target }) => target));
  return (snapshot?.stored.config ?? []).some(
    ({ target, type, image, below }) =>
      local.has(type) &&
      (image === null || (below.length === 0 && (snapshot?.state === 'shutoff' || merged.has(target)))),
  );
};

/** A snapshot below that was taken when one of its disks was not there, which libvirt looks for. */
function lacksDisk({ present, snapshot }: DeleteCase): { name: string; target: string } | undefined {
  const targets = present.disksOf(snapshot.name).flatMap(({ target, kind }) => (kind === 'none' ? [] : [target]));
  for (const name of present.below(snapshot.name))
    for (const target of targets) if (!present.hadDisk(name, target)) return { name, target };
  return undefined;
}

const resumeFirst = ({ facts }: DeleteCase) =>
  `The guest is paused since its memory was written or loaded. QEMU then does not merge, and libvirt (${formatVersion(facts.libvirtVersion)}) leaves the deletion unfinished. Resume “${facts.domain.name}” first.`;

const resumeToDelete = ({ facts, snapshot }: DeleteCase) =>
  `The guest is paused since its memory was written or loaded, and QEMU has released its images: the data of “${snapshot.name}” would stay in them. Resume “${facts.domain.name}” first.`;

/** What libvirt would do, and destroys something by it or leaves it half done. */
export const harms: readonly DeleteRule[] = [
  {
    code: 'BRANCH_ABOVE',
    driver: 'QEMU',
    since: version.branches,
    until: version.deletesBelowBranches,
    effect: 'crash',
    source:
      'qemuSnapshotDiskHasBackingDisk takes what every disk of a snapshot below and off the active chain lies on for known; the daemon of 11.3 dies of one that was taken off, of an empty drive, and of a live one on a chain that was made while the domain was off, 12.8 does not',
    when: (c) =>
      external(c) &&
      onChain(c) &&
      !isLeaf(c) &&
      merges(c).length > 0 &&
      c.present.below(c.snapshot.name).some((name) => !c.present.isOnActiveChain(name) && tellsNoChain(c, name)),
    text: ({ facts, snapshot }) =>
      `Another branch is based on “${snapshot.name}”. Deleting it would crash the libvirt daemon (${formatVersion(facts.libvirtVersion)}), so Snapkeel does not do it. Delete that branch first.`,
  },
  {
    code: 'NAME_STAYS',
    driver: 'QEMU',
    effect: 'harm',
    source: 'tagRules of shared/libvirt/names.ts',
    when: (c) => nameHazard(c, 'left') !== undefined,
    text: (c) => `“${c.snapshot.name}”: ${nameHazard(c, 'left')?.text}`,
  },
  {
    code: 'PAUSED_SINCE_MEMORY_WRITTEN',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.mergesWhilePaused,
    effect: 'harm',
    source:
      'observed on 9.0 (“Block node is read-only”) and 11.3 (“Inactive … can’t be a backing child”): 1, and the parent is left as half deleted. 9.0 merges into what was made since; whether it was nothing tells: a snapshot of the memory in between may be forgotten',
    when: (c) => merges(c).length > 0 && holdsNoImages(c, 'written'),
    text: resumeFirst,
  },
  {
    code: 'PAUSED_SINCE_MEMORY_LOADED',
    driver: 'QEMU',
    since: version.branches,
    until: version.mergesWhilePaused,
    effect: 'harm',
    source: 'observed on 11.3 after a managed save and after a revert to memory outside; 9.0 and 12.8 merge then',
    when: (c) => merges(c).length > 0 && holdsNoImages(c, 'loaded'),
    text: resumeFirst,
  },
  {
    code: 'STAYS_SINCE_MEMORY_WRITTEN',
    driver: 'QEMU',
    until: version.mergesWhilePaused,
    effect: 'harm',
    source:
      'observed: 7.0 and 9.0 say that it is done, and the image still holds it; 11.3: 9, “Device … is writable but does not support snapshots”',
    when: (c) => insideOf(c) && holdsNoImages(c, 'written'),
    text: resumeToDelete,
  },
  {
    code: 'STAYS_SINCE_MEMORY_LOADED',
    driver: 'QEMU',
    since: version.branches,
    until: version.mergesWhilePaused,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source:
      'observed on 11.3 after a managed save: “Device … is writable but does not support snapshots”; 9.0 and 12.8 delete it',
    when: (c) => insideOf(c) && holdsNoImages(c, 'loaded'),
    text: resumeToDelete,
  },
  {
    code: 'STAYS_ON_READ_ONLY',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'bdrv_all_delete_snapshot passes read-only disks over; observed on 7.0–12.8: libvirt says that it is done, and the image still holds it',
    when: (c) => onReadOnly(c).length > 0,
    text: (c) =>
      `While the guest is on, QEMU deletes nothing on a read-only disk: the data of “${c.snapshot.name}” would stay in ${quoted(onReadOnly(c))}. Shut “${c.facts.domain.name}” down first.`,
  },
  {
    code: 'STAYS_WITHOUT_BASE',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'qemuSnapshotForEachQcow2: qemu-img opens the whole chain, and that it fails is passed over; observed on 7.0–12.8: libvirt says that it is done, and the image still holds it',
    when: (c) => goneBelow(c) !== undefined,
    text: (c) =>
      `${shortly(goneBelow(c) ?? '')} is missing. It is in the backing chain of the image that contains “${c.snapshot.name}”: while the domain is off, libvirt would forget “${c.snapshot.name}” and leave its data. Restore the file first.`,
  },
  {
    code: 'DISK_NOT_BELOW',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.branches,
    effect: 'harm',
    source:
      'qemuDomainDiskByName, asked of every snapshot below; observed on 9.0: INVALID_ARG, and it is done all the same, but for what those are to note',
    when: (c) => lacksDisk(c) !== undefined,
    text: (c) => {
      const { name, target } = lacksDisk(c) ?? { name: '', target: '' };
      return `“${name}” was taken without disk ${target}, which “${c.snapshot.name}” has: libvirt ${formatVersion(c.facts.libvirtVersion)} would stop halfway and report a failure, although “${c.snapshot.name}” is deleted. Delete “${name}” first.`;
    },
  },
  {
    code: 'IMAGE_GONE',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'observed on 9.0–12.8: “unable to stat” of the image that takes in, after the merges of other disks have begun; any other image of the chain may be gone, and nothing is lost',
    when: (c) => c.facts.domain.active && missing(c) !== undefined,
    text: (c) =>
      `${shortly(missing(c) ?? '')}, which an overlay would be merged into, is missing: libvirt would refuse, or leave the deletion unfinished. The guest still has its data, and loses it when it stops. Copy it out of the guest first.`,
  },
  {
    code: 'TAGS_LOST',
    driver: 'QEMU',
    effect: 'harm',
    source: 'observed on 9.0–12.8: the overlay is unlinked with the internal snapshots inside it, which stay listed',
    when: (c) => tagsInMerged(c).length > 0,
    text: (c) =>
      `The overlay that would be merged contains the internal snapshots ${quoted([...new Set(tagsInMerged(c))])}. libvirt would delete their data and still list them, so Snapkeel does not do it. Delete those first.`,
  },
  {
    code: 'SHARED_IMAGE',
    driver: 'QEMU',
    effect: 'harm',
    source: 'a block commit changes the image it goes into for everything that lies on it or was taken in it',
    when: (c) => sharedMerges(c).length > 0,
    text: (c) =>
      `${sharedMerges(c)[0]?.into} would be changed, but other snapshots need it as it is. Snapkeel does not do it.`,
  },
  {
    code: 'CLONES',
    driver: 'QEMU',
    effect: 'harm',
    source: 'an image is worth what it lies on; libvirt asks nobody who lies on one that it deletes or merges',
    when: (c) => clones(c).length > 0,
    text: (c) =>
      `${clones(c)
        .map(({ path, on, usedBy }) => `${path} of ${quoted(usedBy ?? [])} is based on ${shortly(on)}`)
        .join('. ')}. It would be unusable afterwards, so Snapkeel does not do it.`,
  },
  {
    code: 'STRANDED',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'qemuSnapshotGetDisksWithBackingStore: only images of snapshots below are laid on the merged image; the overlay itself is deleted',
    when: (c) => strandedBy(c).length > 0,
    text: (c) =>
      `${strandedBy(c).map(shortly).join(', ')} is based on the overlay that would be merged, and would be unusable without it. Snapkeel does not do it.`,
  },
  {
    code: 'UNLINKS_NEEDED',
    driver: 'QEMU',
    effect: 'harm',
    source: 'qemuSnapshotDiscardExternal: the image of a leaf that is not current is deleted, whoever else lies on it',
    when: (c) => neededUnlinks(c).length > 0,
    text: (c) =>
      `libvirt would delete ${neededUnlinks(c)[0]}, which the domain or another snapshot needs. Snapkeel does not do it.`,
  },
  {
    code: 'MANAGED_SAVE',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'observed on 9.0–12.8: the configuration kept with the memory names the top of each disk, and the next start looks for it',
    when: (c) => c.facts.domain.managedSave && savedImagesGoing(c).length > 0,
    text: (c) =>
      `“${c.facts.domain.name}” has a managed save image, which ${c.facts.domain.savedImages === null ? 'may need' : 'needs'} ${savedImagesGoing(c).map(shortly).join(', ')}, and that would be ${merges(c).length > 0 ? 'merged' : 'deleted'}: the domain could no longer start. First start it, or remove the image with “virsh managedsave-remove”.`,
  },
];

/** Images that go and that the saved memory needs, or may need. */
function savedImagesGoing(c: DeleteCase): string[] {
  const { savedImages } = c.facts.domain;
  return goingImages(c).filter((path) => savedImages?.includes(path) ?? true);
}
