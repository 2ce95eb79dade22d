import { formatVersion } from '../../format.ts';
import { isDrive, isUnlike } from '../../libvirt/disks.ts';
import { errorCode } from '../../libvirt/flags.ts';
import { can, version } from '../../libvirt/versions.ts';
import type { RevertFacts, StoredDisk } from '../../schema.ts';
import { bitmapsOf } from './bitmaps.ts';
import type { Answer, RefusalRule } from './refusals.ts';
import {
  type Case,
  commas,
  isActive,
  isExternal,
  isLive,
  named,
  quoted,
  replacesProcess,
  starts,
  tagHazard,
  tagsRead,
  targetsOf,
  texts,
  writtenBack,
} from './rule.ts';

/**
 * A transient domain that was stopped is forgotten (qemuDomainRemoveInactive), with the list of its snapshots. Before
 * 12.x it is not where memory comes back, unless libvirt notices first that QEMU has ended, nor where the overlays cannot
 * be made (seen on 7.0–12.8).
 */
const left =
  (code: number, by: 'libvirt' | 'start' | 'QEMU' = 'libvirt') =>
  ({ facts }: Case): Answer => {
    if (facts.domain.persistent) return { code, leaves: 'shutoff' };
    if (can(facts.libvirtVersion, 'dropsTransient')) return { code, leaves: 'gone' };
    if (isLive(facts.snapshot)) return { code, leaves: by === 'QEMU' ? 'perhaps-gone' : 'shutoff' };
    return { code, leaves: by === 'start' || !isExternal(facts) ? 'gone' : 'shutoff' };
  };
const withImage = (facts: RevertFacts) => facts.stored.disks.filter(({ image }) => image !== null);
const gone = (disks: readonly StoredDisk[]) => [...new Set(disks.flatMap(({ missing }) => missing))];
const topGone = ({ image, missing }: StoredDisk) => image !== null && missing.includes(image.path);
/**
 * Where memory comes back: since jobs have names of their own QEMU's failures have another code, and so they have where
 * the process was kept, which leaves the guest paused (seen on 7.0–12.8).
 */
const leftByQemu = (c: Case): Answer => {
  const { facts } = c;
  if (!isLive(facts.snapshot)) return left(errorCode.INTERNAL_ERROR)(c);
  if (isActive(facts) && !replacesProcess(facts)) return { code: errorCode.OPERATION_FAILED, leaves: 'paused' };
  const code = can(facts.libvirtVersion, 'namesJobs') ? errorCode.OPERATION_FAILED : errorCode.INTERNAL_ERROR;
  return left(code, 'QEMU')(c);
};

/**
 * A medium that libvirt leaves out when it is gone (qemuDomainCheckDiskStartupPolicy): a requisite one in a revert, also
 * where the guest boots (seen on 7.0 and 9.0), though not at a start of its own.
 */
const dispensable = ({ startupPolicy }: StoredDisk, start: 'in the revert' | 'later') =>
  startupPolicy === 'optional' || (startupPolicy === 'requisite' && start === 'in the revert');

/** Images and media that QEMU would open at a start. */
export function neededAtStart(facts: RevertFacts, start: 'in the revert' | 'later'): StoredDisk[] {
  return withImage(facts).filter((disk) => isDrive(disk) || !dispensable(disk, start));
}

/** Disks whose images libvirt opens in this revert. */
export const opened = (c: Case): readonly StoredDisk[] =>
  isExternal(c.facts) ? withImage(c.facts) : starts(c) ? neededAtStart(c.facts, 'in the revert') : writtenBack(c.facts);
const unlike = (c: Case) => opened(c).filter(({ image, found }) => isUnlike(image?.format ?? null, found));

const withBitmaps = (facts: RevertFacts) => bitmapsOf(facts).filter(({ found }) => found === 'there');
const checkpointsInTheWay = (facts: RevertFacts) => [
  ...new Set(withBitmaps(facts).flatMap(({ checkpoints }) => checkpoints)),
];
const strayBitmaps = (facts: RevertFacts) => withBitmaps(facts).filter(({ checkpoints }) => checkpoints.length === 0);

const gonePhrase = (files: readonly string[]) =>
  `${named(files)} ${files.length === 1 ? 'is' : 'are'} missing, or libvirt cannot open ${files.length === 1 ? 'it' : 'them'}`;

/**
 * What fails after the guest was stopped, in the order in which it would (qemuSnapshotRevertActive,
 * qemuSnapshotRevertInactive). Nothing of it is asked for: the guest would be off, and the disks partly reverted.
 */
export const failureRules: readonly RefusalRule[] = [
  {
    code: 'EXTERNAL_IMAGE_GONE',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'virDomainSnapshotDefAssignExternalNames: “missing or not a regular file”; observed on 11.3 and 12.8',
    answer: left(errorCode.CONFIG_UNSUPPORTED),
    forceHelps: false,
    when: ({ facts }) => isExternal(facts) && withImage(facts).some(topGone),
    text: ({ facts }) =>
      `${gonePhrase(
        withImage(facts)
          .filter(topGone)
          .map(({ image }) => image?.path ?? ''),
      )}. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'SAME_OVERLAY',
    driver: 'QEMU',
    since: version.revertsExternal,
    source:
      'virDomainSnapshotDefAssignExternalNames: “collision with disk”, after the guest was stopped; observed on 11.3 and 12.8',
    answer: left(errorCode.CONFIG_UNSUPPORTED),
    forceHelps: false,
    when: ({ facts }) => isExternal(facts) && sameOverlay(facts).length > 0,
    text: ({ facts }) =>
      `${named(sameOverlay(facts))} have names that differ only after the last dot, so libvirt cannot name a new file for each. It would stop the guest and then fail.`,
  },
  {
    code: 'SHARED_DISK',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemuSnapshotPrepareDiskShared: the overlay of a shared disk would be qcow2',
    answer: left(errorCode.CONFIG_UNSUPPORTED),
    forceHelps: false,
    when: ({ facts }) => isExternal(facts) && shared(facts).length > 0,
    text: ({ facts }) =>
      `${targetsOf(shared(facts))} can be shared with other guests, and libvirt cannot put an overlay on such a disk. It would stop the guest and then fail.`,
  },
  {
    code: 'UNLIKE_FORMAT',
    driver: 'QEMU',
    source: 'qemu-img, QEMU: “Image is not in qcow2 format”; observed on 11.3',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: (c) => unlike(c).length > 0,
    text: (c) =>
      `${unlike(c)
        .map(({ image, found }) => `${image?.path} is ${found}, and the snapshot’s configuration says ${image?.format}`)
        .join('. ')}. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'MEMORY_FILE_GONE',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemuSnapshotRevertExternalPrepare: the file is opened after the guest was stopped',
    answer: left(errorCode.SYSTEM_ERROR),
    forceHelps: false,
    when: ({ facts }) => isLive(facts.snapshot) && facts.stored.memoryFile?.exists === false,
    text: ({ facts }) =>
      `The file with the snapshot’s memory, ${facts.stored.memoryFile?.path}, cannot be opened. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'QEMU_CRASHES',
    driver: 'QEMU',
    since: version.revertsExternal,
    until: version.mendsInternalRevert,
    source: 'NEWS 9.10.0: “Fix qemu crash when reverting an internal snapshot”',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => !isExternal(facts) && isLive(facts.snapshot),
    text: () =>
      'QEMU crashes when libvirt 9.9 reverts to an internal snapshot with memory, and the guest would be off. libvirt 9.10 and newer can do it.',
  },
  {
    code: 'NOT_ON_HOST',
    driver: 'QEMU',
    source: 'qemuSnapshotForEachQcow2: “can’t manipulate inactive snapshots of disk”',
    answer: left(errorCode.OPERATION_INVALID),
    forceHelps: false,
    when: ({ facts }) => !isLive(facts.snapshot) && notLocal(facts).length > 0,
    text: ({ facts }) =>
      `The image of ${targetsOf(notLocal(facts))} is not a file or device on the host, so libvirt cannot revert to a snapshot inside it. It would stop the guest and then fail.`,
  },
  {
    code: 'NOT_QCOW2',
    driver: 'QEMU',
    source: 'qemuSnapshotForEachQcow2: images that are not qcow2 are skipped, and the revert then fails',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => notQcow2(facts).length > 0,
    text: ({ facts }) =>
      `${targetsOf(notQcow2(facts))} ${notQcow2(facts).length === 1 ? 'is not qcow2, so it holds' : 'are not qcow2, so they hold'} no snapshot. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'CHECKPOINT',
    driver: 'QEMU',
    source: 'QEMU bdrv_snapshot_goto: “Device has active dirty bitmaps”; observed on 9.0, 11.3 and 12.8',
    answer: leftByQemu,
    forceHelps: false,
    when: ({ facts }) => checkpointsInTheWay(facts).length > 0,
    text: ({ facts }) => {
      const names = checkpointsInTheWay(facts);
      return `The domain has ${names.length === 1 ? `the checkpoint ${quoted(names[0] ?? '')}` : `${names.length} checkpoints (${named(names.map(quoted))})`}, left by a backup program. QEMU cannot revert to an internal snapshot with ${names.length === 1 ? 'it' : 'them'}: libvirt would stop the guest and then fail. Start the domain, delete the checkpoint${names.length === 1 ? '' : 's'} with “virsh checkpoint-delete”, then revert. The next backup will be a full backup.`;
    },
  },
  {
    code: 'BITMAPS',
    driver: 'QEMU',
    source: 'QEMU bdrv_snapshot_goto: “Device has active dirty bitmaps”; observed on 9.0, 11.3 and 12.8',
    answer: leftByQemu,
    forceHelps: false,
    when: ({ facts }) => strayBitmaps(facts).length > 0,
    text: ({ facts }) =>
      `${named(strayBitmaps(facts).map(({ path }) => path))} ${strayBitmaps(facts).length === 1 ? 'holds' : 'hold'} dirty bitmaps that belong to no checkpoint. QEMU cannot revert inside such an image: libvirt would stop the guest and then fail. Remove them with “qemu-img bitmap --remove” while the domain is off, then revert.`,
  },
  {
    code: 'IMAGE_GONE',
    driver: 'QEMU',
    source: 'qemuSnapshotForEachQcow2: qemu-img cannot open the image; observed on 7.0–12.8',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => !isLive(facts.snapshot) && gone(writtenBack(facts)).length > 0,
    text: ({ facts }) =>
      `${gonePhrase(gone(writtenBack(facts)))}, and the snapshot is inside it. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'READ_ONLY_LISTED',
    driver: 'QEMU',
    since: version.namesJobs,
    source:
      'qemuSnapshotInternalRevertGetDevices names it, and QEMU: “is writable but does not support snapshots”; observed on 11.3 and 12.8, whether or not its image holds one',
    answer: leftByQemu,
    forceHelps: false,
    when: ({ facts }) => readOnlyListed(facts).length > 0,
    text: ({ facts }) =>
      `The snapshot lists ${targetsOf(readOnlyListed(facts))}, which ${readOnlyListed(facts).length === 1 ? 'is' : 'are'} read-only, as part of it. libvirt ${formatVersion(facts.libvirtVersion)} would stop the guest and then fail. Set snapshot='no' for it with “virsh snapshot-edit”.`,
  },
  {
    code: 'TAG_GONE',
    driver: 'QEMU',
    source: 'qemu-img snapshot -a, loadvm: no such snapshot; observed on 7.0–12.8',
    answer: leftByQemu,
    forceHelps: false,
    when: ({ facts }) => tagGone(facts).length > 0 && tagHazard(facts, 'nothing') === undefined,
    text: ({ facts }) =>
      `${quoted(facts.snapshot.name)} is not in the image of ${named(tagGone(facts))}, although libvirt lists it. libvirt would stop the guest and then fail. Only its metadata is left; it can be deleted.`,
  },
  {
    code: 'TAG_WITHOUT_MEMORY',
    driver: 'QEMU',
    source: 'loadsMemory (shared/libvirt/image-tags.ts); observed on 7.0–12.8',
    answer: leftByQemu,
    forceHelps: false,
    when: ({ facts }) => withoutMemory(facts).length > 0,
    text: ({ facts }) => `${texts(withoutMemory(facts))} libvirt would stop the guest and then fail.`,
  },
  {
    code: 'TAG_QUOTED',
    driver: 'QEMU',
    source: 'tagRules (shared/libvirt/names.ts); observed on 9.0: the image does not hold it',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => !tagsRead(facts) && tagHazard(facts, 'fails') !== undefined,
    text: ({ facts }) => tagHazard(facts, 'fails')?.text ?? '',
  },
  {
    code: 'NVRAM_GONE',
    driver: 'QEMU',
    since: version.revertsNvram,
    source: 'qemuSnapshotForEachQcow2: the variable store is taken back like a disk',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) =>
      !isExternal(facts) &&
      !isLive(facts.snapshot) &&
      facts.stored.nvram === 'qcow2' &&
      filesGone(facts, 'nvram').length > 0,
    text: ({ facts }) =>
      `${gonePhrase(filesGone(facts, 'nvram'))}. The firmware’s variables are part of this snapshot, so libvirt would stop the guest and then fail.`,
  },
  {
    code: 'COMMA',
    driver: 'QEMU',
    since: version.revertsExternal,
    source:
      'qemuSnapshotCreateQcow2Files: a comma is written twice, which qemu-img takes literally; observed on 11.3 and 12.8',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => commas(facts, 'fails').length > 0,
    text: ({ facts }) => texts(commas(facts, 'fails')),
  },
  {
    code: 'BACKING_GONE',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemu-img create cannot open what the image lies on',
    answer: left(errorCode.INTERNAL_ERROR),
    forceHelps: false,
    when: ({ facts }) => isExternal(facts) && !isLive(facts.snapshot) && goneBelow(facts).length > 0,
    text: ({ facts }) => `${gonePhrase(goneBelow(facts))}. libvirt would stop the guest and then fail.`,
  },
  {
    code: 'CANNOT_START',
    driver: 'QEMU',
    source: 'qemuProcessStart: what the stored configuration names cannot be opened; observed on 7.0–12.8',
    answer: left(errorCode.SYSTEM_ERROR, 'start'),
    forceHelps: false,
    when: (c) => starts(c) && goneAtStart(c).length > 0,
    text: (c) =>
      `${gonePhrase(goneAtStart(c))}, and the snapshot’s configuration needs ${goneAtStart(c).length === 1 ? 'it' : 'them'}. libvirt would stop the guest, and it could not be started again.`,
  },
];

function goneBelow(facts: RevertFacts): string[] {
  return [
    ...new Set(withImage(facts).flatMap(({ image, missing }) => (missing.includes(image?.path ?? '') ? [] : missing))),
  ];
}

/** What the start alone would stumble over: what fails before it is told already. */
function goneAtStart({ facts }: Case): string[] {
  const before = new Set(
    isExternal(facts)
      ? isLive(facts.snapshot)
        ? gone(withImage(facts).filter(topGone))
        : gone(withImage(facts))
      : isLive(facts.snapshot)
        ? []
        : gone(writtenBack(facts)),
  );
  return [
    ...gone(neededAtStart(facts, 'in the revert')).filter((path) => !before.has(path)),
    ...facts.stored.files.flatMap(({ role, path, exists }) => (exists === false && role !== 'nvram' ? [path] : [])),
  ];
}

function filesGone({ stored }: RevertFacts, role: string): string[] {
  return stored.files.filter((file) => file.role === role && file.exists === false).map(({ path }) => path);
}

/** Images that would get one overlay together (`/d/a.qcow2` and `/d/a.img`). */
function sameOverlay({ stored }: RevertFacts): string[] {
  const images = [...new Set(stored.disks.flatMap(({ image }) => (image?.type === 'file' ? [image.path] : [])))];
  const stem = (path: string) => path.replace(/\.[^./]*$/, '');
  return images.filter((path) => images.some((other) => other !== path && stem(other) === stem(path)));
}

function shared(facts: RevertFacts): StoredDisk[] {
  return withImage(facts).filter(({ shareable, readonly }) => shareable && !readonly);
}

function notLocal(facts: RevertFacts): StoredDisk[] {
  const strange = new Set(['network', 'nvme', ...(can(facts.libvirtVersion, 'revertsVolumes') ? [] : ['volume'])]);
  return writtenBack(facts).filter(({ image }) => image !== null && strange.has(image.type));
}

function notQcow2(facts: RevertFacts): StoredDisk[] {
  return writtenBack(facts).filter(({ image }) => image?.format !== null && image?.format !== 'qcow2');
}

/** A libvirt that left the devices to QEMU has taken it, or somebody has written its metadata. */
function readOnlyListed(facts: RevertFacts): StoredDisk[] {
  if (isExternal(facts) || !isLive(facts.snapshot)) return [];
  return facts.stored.disks.filter(({ kind, image, readonly }) => kind === 'internal' && image !== null && readonly);
}

/** Disks whose image does not hold the snapshot. */
function tagGone({ data }: RevertFacts): string[] {
  return data.why.flatMap(({ code, target }) => (code === 'tag-gone' && target !== null ? [target] : []));
}

/** The memory is not where QEMU looks for it. */
function withoutMemory({ data }: RevertFacts) {
  return data.why.filter(({ code }) => code === 'tag-without-memory');
}
