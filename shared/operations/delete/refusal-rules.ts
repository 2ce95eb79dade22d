import { formatVersion } from '../../format.ts';
import { isUnlike, type SnapshotDisk } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import {
  children,
  type DeleteCase,
  type DeleteRule,
  external,
  internal,
  isLeaf,
  merges,
  nameHazard,
  onChain,
  quoted,
  shortly,
} from './case.ts';
import type { RefusalCode } from './prepare.ts';

/** The first disk that is not as it was: what qemuSnapshotDeleteValidate finds of an internal snapshot of a guest that is active: the first disk decides. */
export function unlike({
  facts,
  present,
  snapshot,
}: DeleteCase): { disk: SnapshotDisk; kind: 'absent' | 'elsewhere' } | null {
  if (!facts.domain.active) return null;
  for (const disk of present.disksOf(snapshot.name)) {
    const stored = present.storedImage(snapshot.name, disk.target);
    if (stored === undefined || !present.disk(disk.target)) return { disk, kind: 'absent' };
    if (present.activeImage(disk.target) !== stored) return { disk, kind: 'elsewhere' };
  }
  return null;
}

const isInternalLike = (c: DeleteCase, kind: 'absent' | 'elsewhere') => internal(c) && unlike(c)?.kind === kind;
const found = (code: RefusalCode) => (c: DeleteCase) => external(c) && c.prepared.refusal?.code === code;
const target = ({ prepared }: DeleteCase) => prepared.refusal?.target ?? '';

/** Where the image of an internal snapshot has to be for qemu-img (qemuSnapshotForEachQcow2). */
const local: ReadonlySet<string> = new Set(['file', 'block', 'dir', 'volume']);

/** What QEMU has to open to start; a medium that may be left out is none. */
const neededDisks = ({ facts }: DeleteCase) =>
  facts.domain.disks.filter(({ startupPolicy }) => startupPolicy === null || startupPolicy === 'mandatory');
const missingFile = (c: DeleteCase) =>
  neededDisks(c)
    .flatMap((disk) => c.present.chainOf(disk.target))
    .find((path) => path !== null && c.facts.images[path]?.exists === false);
const unlikeDisk = (c: DeleteCase) =>
  neededDisks(c).find(({ image }) => image && isUnlike(image.format, c.facts.images[image.path]?.found ?? null));

/** What libvirt refuses, in its order, and where it dies of looking. */
export const refusals: readonly DeleteRule[] = [
  {
    code: 'DISK_DETACHED_CRASH',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.deletesDetached,
    effect: 'crash',
    source:
      'qemuSnapshotDeleteValidate of 9.0 takes every disk in <disks> for one that the domain has; observed on 9.0',
    when: (c) => isInternalLike(c, 'absent'),
    text: (c) =>
      `“${c.snapshot.name}” includes disk ${unlike(c)?.disk.target}, which the running domain does not have. Deleting it now would crash the libvirt daemon (${formatVersion(c.facts.libvirtVersion)}), so Snapkeel does not do it. Shut the domain down first.`,
  },
  {
    code: 'DISK_DETACHED',
    driver: 'QEMU',
    since: version.deletesDetached,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source: 'qemuSnapshotDeleteValidate: “disk referenced by snapshot not found”; observed on 11.3 and 12.8',
    when: (c) => isInternalLike(c, 'absent'),
    text: (c) =>
      `“${c.snapshot.name}” includes disk ${unlike(c)?.disk.target}, which the running domain does not have. Shut the domain down to delete it.`,
  },
  {
    code: 'DISK_ELSEWHERE',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source:
      'qemuSnapshotDeleteValidate: “disk image for internal snapshot is not the same as disk image currently used”, of every disk in <disks>, media too; observed on 9.0–12.8',
    when: (c) => isInternalLike(c, 'elsewhere'),
    text: (c) => {
      const disk = unlike(c)?.disk;
      return disk?.kind === 'internal'
        ? `“${c.snapshot.name}” is inside an image that the running guest does not write to. Shut the domain down to delete it.`
        : `Drive ${disk?.target} holds another medium than when “${c.snapshot.name}” was taken, so libvirt does not delete it while the guest runs. Insert that medium again, or shut the domain down.`;
    },
  },
  {
    code: 'IMAGE_NOT_LOCAL',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_INVALID',
    source: 'qemuSnapshotForEachQcow2: “can’t manipulate inactive snapshots of disk”',
    when: (c) =>
      internal(c) &&
      !c.facts.domain.active &&
      c.snapshot.stored.config.some(
        ({ target: disk, device, image }) =>
          device === 'disk' &&
          image !== null &&
          !local.has(image.type) &&
          c.present.disksOf(c.snapshot.name).some((part) => part.target === disk && part.kind === 'internal'),
      ),
    text: ({ snapshot }) =>
      `“${snapshot.name}” is in an image that is not a file or device on the host. libvirt deletes it only while the domain runs.`,
  },
  {
    code: 'BLOCK_JOB',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate',
    when: (c) => external(c) && (c.facts.domain.blockJobs ?? []).length > 0,
    text: ({ facts }) =>
      `A block job is running on ${facts.domain.blockJobs?.join(', ')}. libvirt merges no overlays until it has ended.`,
  },
  {
    code: 'EXTERNAL_WITHOUT_CURRENT',
    driver: 'QEMU',
    since: version.branches,
    effect: 'harm',
    source:
      'qemuSnapshotDeleteValidate asks for the ancestors of the current snapshot without looking whether there is one',
    when: (c) => external(c) && c.present.current === null && !isLeaf(c),
    text: () =>
      'The domain has no current snapshot, so libvirt cannot tell which overlays are in use. First make the snapshot that the domain is based on current.',
  },
  {
    code: 'CURRENT_WITH_CHILDREN',
    driver: 'QEMU',
    since: version.branches,
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “active external snapshot that is not a leaf”',
    when: (c) => external(c) && c.present.current === c.snapshot.name && !isLeaf(c),
    text: (c) =>
      `“${c.snapshot.name}” is the current snapshot and ${quoted(children(c))} ${children(c).length === 1 ? 'is' : 'are'} based on it. libvirt deletes a current external snapshot only if it has no children.`,
  },
  {
    code: 'OFF_CHAIN_WITH_CHILDREN',
    driver: 'QEMU',
    since: version.branches,
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “non-leaf external snapshot that is not in active chain”',
    when: (c) => external(c) && !isLeaf(c) && !onChain(c),
    text: (c) =>
      `“${c.snapshot.name}” is on another branch than the domain, and ${quoted(children(c))} ${children(c).length === 1 ? 'is' : 'are'} based on it. Delete that branch from its end.`,
  },
  {
    code: 'SEVERAL_CHILDREN',
    driver: 'QEMU',
    since: version.branches,
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “with multiple children snapshots”',
    when: (c) => external(c) && children(c).length > 1,
    text: (c) =>
      `“${c.snapshot.name}” has ${children(c).length} children (${quoted(children(c))}) that are based on its image. Delete all but one of those branches first.`,
  },
  {
    code: 'NOTHING_OUTSIDE',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source: 'qemuSnapshotDeleteExternalPrepare of 9.0 (NEWS 9.1.0); observed on 9.0',
    when: found('NOTHING_OUTSIDE'),
    text: ({ facts, snapshot }) =>
      `“${snapshot.name}” has memory in a file and no disks. libvirt ${formatVersion(facts.libvirtVersion)} cannot delete such a snapshot; “Metadata only” works.`,
  },
  {
    code: 'IN_PROGRESS',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_INVALID',
    source: 'qemuSnapshotDeleteExternalPrepare: “was target of not completed snapshot delete”; observed on 9.0–12.8',
    when: found('IN_PROGRESS'),
    text: (c) =>
      `An earlier deletion was interrupted while it wrote into disk ${target(c)} above “${c.snapshot.name}”. Repeat that deletion first; until then libvirt does not delete “${c.snapshot.name}”.`,
  },
  {
    code: 'STORED_WITHOUT_DISK',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source: 'qemuSnapshotDeleteExternalPrepare: “failed to find disk in snapshot VM XML”',
    when: found('STORED_WITHOUT_DISK'),
    text: (c) =>
      `The configuration stored with “${c.snapshot.name}” has no disk ${target(c)}, although the snapshot includes it. libvirt does not delete it with its data.`,
  },
  {
    code: 'DISK_TAKEN_OUT',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'INVALID_ARG',
    source: 'qemuDomainDiskByName in qemuSnapshotDeleteExternalPrepare; observed on 9.0–12.8, off and running',
    when: found('DISK_TAKEN_OUT'),
    text: (c) =>
      `The domain no longer has disk ${target(c)}, which “${c.snapshot.name}” includes. To delete the snapshot, attach the disk again with its image.`,
  },
  {
    code: 'UNLIKE_FORMAT',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source:
      'qemuSnapshotDeleteExternalPrepare: QEMU is started to merge while the domain is off, with all its disks; observed on 12.8',
    when: (c) => !c.facts.domain.active && c.prepared.merges.length > 0 && unlikeDisk(c) !== undefined,
    text: (c) =>
      `The image of disk ${unlikeDisk(c)?.target}, ${unlikeDisk(c)?.image?.path}, does not have the format that the configuration says. libvirt starts QEMU to merge, and QEMU could not open it.`,
  },
  {
    code: 'NOT_IN_CHAIN',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'INVALID_ARG',
    source:
      'virStorageSourceChainLookupBySource: “could not find base disk source in disk source chain”; observed on 9.0–12.8',
    when: found('NOT_IN_CHAIN'),
    text: (c) => {
      const { from } = c.prepared.refusal ?? {};
      const needed = from ? shortly(from) : `an overlay of “${c.snapshot.name}”`;
      return from && c.present.chainOf(target(c)).includes(from)
        ? `libvirt ${formatVersion(c.facts.libvirtVersion)} looks for ${needed} in the definition of the domain while it is off, and that does not include backing files. Start the domain to delete “${c.snapshot.name}”.`
        : `${needed} would have to be merged, but is not in the backing chain of disk ${target(c)}: it was merged by another program, belongs to another branch, or the disk now uses another image.`;
    },
  },
  {
    code: 'NO_BASE',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source: 'qemuSnapshotDeleteExternalPrepare: “failed to find parent disk source in backing chain”',
    when: found('NO_BASE'),
    text: (c) =>
      c.present.activeImage(target(c)) === null
        ? `Drive ${target(c)} is empty now. A revert gave its medium an overlay, which libvirt would merge. Insert that medium again to delete “${c.snapshot.name}”.`
        : `The image of disk ${target(c)} no longer has a backing file that “${c.snapshot.name}” could be merged into.`,
  },
  {
    code: 'BASE_ELSEWHERE',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source:
      'qemuSnapshotDeleteExternalPrepare: “snapshot VM disk source and parent disk source are not the same”; observed on 9.0–12.8',
    when: found('BASE_ELSEWHERE'),
    text: (c) => {
      const { from, into } = c.prepared.refusal ?? {};
      return `The overlay to merge (${shortly(from ?? '')}) is not based directly on the image of “${c.snapshot.name}” (${shortly(into ?? '')}): an overlay that no snapshot owns is in between, or images were merged by another program. libvirt does not merge across that.`;
    },
  },
  {
    code: 'PARENT_INTERNAL',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotDeleteExternalPrepare: “external snapshot that has internal snapshot as parent”',
    when: found('PARENT_INTERNAL'),
    text: (c) => {
      const owner = c.present.ownerAbove(c.snapshot.name, target(c))?.name;
      return `“${c.snapshot.name}” is external and its parent “${owner}” is internal: its overlay would be merged into the image that contains “${owner}”. libvirt refuses that.`;
    },
  },
  {
    code: 'CANNOT_START',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'SYSTEM_ERROR',
    source: 'qemuSnapshotDelete starts a domain that is off, and qemuDomainDetermineDiskChain looks for its images',
    when: (c) => external(c) && !c.facts.domain.active && merges(c).length > 0 && missingFile(c) !== undefined,
    text: (c) =>
      `To merge, libvirt has to start “${c.facts.domain.name}”, and ${shortly(missingFile(c) ?? '')} is missing. Restore the file first.`,
  },
  {
    code: 'NO_BLOCK_JOBS',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source: 'qemuDomainDiskBlockJobIsSupported',
    when: (c) =>
      merges(c).some(({ target: disk }) => {
        const now = c.present.disk(disk);
        return now !== undefined && (now.transient || now.type === 'vhostuser');
      }),
    text: (c) =>
      `Disk ${merges(c)[0]?.target} is transient or provided by another process: libvirt merges nothing there.`,
  },
  {
    code: 'JOB_NAME',
    driver: 'QEMU',
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source: 'tagRules of shared/libvirt/names.ts',
    when: (c) => nameHazard(c, 'refused') !== undefined,
    text: (c) => `“${c.snapshot.name}”: ${nameHazard(c, 'refused')?.text}`,
  },
];
