import { formatVersion } from '../format.ts';
import { version } from '../libvirt/versions.ts';
import {
  children,
  type DeleteRule,
  external,
  insideOf,
  isLeaf,
  liesElsewhere,
  missesParent,
  onChain,
  parentOf,
  quoted,
  sharedImages,
  tagsInMerged,
  tookMerge,
  withData,
} from './case.ts';
import { isActive, isExternal } from './present.ts';

/** In the order of the dialog; the first that holds is told. */
export const deleteRules: readonly DeleteRule[] = [
  {
    code: 'PINNED',
    effect: 'ours',
    source: 'the person pinned it',
    when: ({ facts, step }) => facts.snapshots.some(({ name, pinned }) => pinned && step.goes.includes(name)),
    text: ({ facts, step }) => {
      const pinned = facts.snapshots.filter((each) => each.pinned && step.goes.includes(each.name));
      return `${quoted(pinned.map(({ name }) => name))} ${pinned.length === 1 ? 'is' : 'are'} pinned against deletion. Unpin first if it is to go.`;
    },
  },
  {
    code: 'TEST_METADATA_ONLY',
    driver: 'TEST',
    effect: 'refused',
    error: 'INVALID_ARG',
    source: 'testDomainSnapshotDelete: unsupported flag',
    when: (c) => !withData(c),
    text: () => 'libvirt’s test driver cannot delete metadata alone.',
  },
  {
    code: 'EXTERNAL_UNSUPPORTED',
    driver: 'QEMU',
    until: version.deletesExternal,
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuDomainSnapshotDelete before 9.0.0',
    when: external,
    text: ({ facts, snapshot }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} cannot delete external snapshots such as “${snapshot.name}”. It needs 9.0 or newer, or “metadata only”.`,
  },
  {
    code: 'BLOCK_JOB',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate',
    when: (c) => external(c) && c.facts.domain.blockJobs.length > 0,
    text: ({ facts }) =>
      `A block job is running on ${facts.domain.blockJobs.join(', ')}. libvirt merges no overlays before it has ended.`,
  },
  {
    code: 'EXTERNAL_WITHOUT_CURRENT',
    driver: 'QEMU',
    since: version.deletesExternal,
    effect: 'harm',
    source:
      'not tried: which chain is the active one is told by the current snapshot alone, and reverts without one crash the daemon',
    when: (c) => external(c) && c.present.current === null,
    text: () =>
      'The domain has no current snapshot, so libvirt cannot tell which overlays are in use. Make the snapshot that the domain stands on the current one first.',
  },
  {
    code: 'DISK_DETACHED',
    driver: 'QEMU',
    effect: 'crash',
    source:
      'qemuSnapshotDeleteValidate of 9.0 dereferences the disk of an internal snapshot without looking whether there is one',
    when: (c) => insideOf(c).some(({ target }) => c.present.activeImage(target) === null),
    text: (c) =>
      `“${c.snapshot.name}” is kept inside a disk that the domain no longer has (${insideOf(c).find(({ target }) => c.present.activeImage(target) === null)?.target}). Deleting it could crash the libvirt daemon, so Snapkeel does not ask for it. Attach the disk again, or delete the metadata only.`,
  },
  {
    code: 'RUNNING_INTERNAL_BELOW',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source:
      'qemuSnapshotDeleteValidate: “disk image for internal snapshot is not the same as disk image currently used”; observed on 9.0–11.3',
    when: (c) => isActive(c.facts) && insideOf(c).some(({ target, path }) => c.present.activeImage(target) !== path),
    text: ({ snapshot }) =>
      `“${snapshot.name}” is kept inside an image that the running guest does not write to. Shut the domain down to delete it.`,
  },
  {
    code: 'CHILD_TAKEN_OFF',
    driver: 'QEMU',
    until: version.branches,
    effect: 'refused',
    error: 'INVALID_ARG',
    source:
      'observed on 9.0: “could not find base disk source in disk source chain”; the chain stored with the child is not mended by merges',
    when: (c) =>
      external(c) &&
      !isActive(c.facts) &&
      children(c).some((name) => {
        const child = c.present.get(name);
        return child !== undefined && isExternal(child) && (child.state === 'shutoff' || tookMerge(c));
      }),
    text: (c) =>
      `libvirt ${formatVersion(c.facts.libvirtVersion)} cannot delete “${c.snapshot.name}” while the domain is off, because the one on top of it was taken with the domain off, or before the images below it were merged. Start the domain first.`,
  },
  {
    code: 'PARENT_INTERNAL',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “deleting external snapshot that has internal snapshot as parent”',
    when: (c) => {
      const parent = parentOf(c);
      return external(c) && parent !== undefined && !isExternal(parent) && parent.kind !== 'none';
    },
    text: (c) =>
      `“${c.snapshot.name}” is external and stands on the internal snapshot “${parentOf(c)?.name}”: its overlay would be merged into the image that holds “${parentOf(c)?.name}”. libvirt refuses that.`,
  },
  {
    code: 'TAGS_LOST',
    driver: 'QEMU',
    effect: 'harm',
    source: 'observed on 9.0–12.8: the overlay is unlinked with the internal snapshots inside it, which stay listed',
    when: (c) => external(c) && tagsInMerged(c).length > 0,
    text: (c) =>
      `The overlay that would be merged away holds the internal snapshots ${quoted([...new Set(tagsInMerged(c))])}. libvirt would delete their data and go on listing them, so Snapkeel does not ask for it. Delete those first.`,
  },
  {
    code: 'SEVERAL_CHILDREN',
    driver: 'QEMU',
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “with multiple children snapshots”',
    when: (c) => external(c) && children(c).length > 1,
    text: (c) =>
      `“${c.snapshot.name}” has ${children(c).length} children (${quoted(children(c))}) that lie on its image. Delete all but one of those branches first.`,
  },
  {
    code: 'CURRENT_WITH_CHILDREN',
    driver: 'QEMU',
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “active external snapshot that is not a leaf”',
    when: (c) => external(c) && c.present.current === c.snapshot.name && !isLeaf(c),
    text: (c) =>
      `“${c.snapshot.name}” is the current snapshot and ${quoted(children(c))} ${children(c).length === 1 ? 'lies' : 'lie'} on it. libvirt deletes a current external snapshot only when nothing lies on it.`,
  },
  {
    code: 'OFF_CHAIN_WITH_CHILDREN',
    driver: 'QEMU',
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotDeleteValidate: “non-leaf external snapshot that is not in active chain”',
    when: (c) => external(c) && !isLeaf(c) && !onChain(c),
    text: (c) =>
      `“${c.snapshot.name}” is on another branch than the domain, and ${quoted(children(c))} ${children(c).length === 1 ? 'lies' : 'lie'} on it. Delete that branch from its end.`,
  },
  {
    code: 'BRANCH_ABOVE',
    driver: 'QEMU',
    since: version.branches,
    until: version.deletesBelowBranches,
    effect: 'crash',
    source: 'observed on 11.3: the daemon dies where another branch lies above a snapshot of the active chain',
    when: (c) =>
      external(c) &&
      onChain(c) &&
      !isLeaf(c) &&
      c.present.below(c.snapshot.name).some((name) => {
        const below = c.present.get(name);
        return below !== undefined && isExternal(below) && !c.present.isOnActiveChain(name);
      }),
    text: ({ facts, snapshot }) =>
      `Another branch lies on “${snapshot.name}” further up. Deleting it would crash the libvirt daemon (${formatVersion(facts.libvirtVersion)}), so Snapkeel does not ask for it. Delete that branch first.`,
  },
  {
    code: 'HOLE_ABOVE',
    driver: 'QEMU',
    since: version.branches,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source:
      'qemuSnapshotDeleteExternalPrepare: “snapshot VM disk source and parent disk source are not the same”; observed on 11.3',
    when: (c) =>
      external(c) &&
      c.present.mergesOf(c.snapshot.name).some(({ target, from, into }) => c.present.under(target, from) !== into),
    text: (c) =>
      `Between the image of “${c.snapshot.name}” and what lies on it is an overlay that no snapshot owns (deleted as metadata only, or made without metadata). libvirt does not merge across it.`,
  },
  {
    code: 'HOLE_BELOW',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.branches,
    effect: 'refused',
    error: 'OPERATION_FAILED',
    source: 'observed on 9.0: its image must be what its own overlay lies on, and the overlay that its parent made',
    when: (c) => external(c) && (liesElsewhere(c) || missesParent(c)),
    text: (c) =>
      `Below “${c.snapshot.name}” is an overlay that no snapshot owns. libvirt ${formatVersion(c.facts.libvirtVersion)} does not merge across it.`,
  },
  {
    code: 'SHARED_IMAGE',
    driver: 'QEMU',
    effect: 'harm',
    source: 'a block commit changes the image it goes into for everything that lies on it or was taken in it',
    when: (c) => external(c) && sharedImages(c).length > 0,
    text: (c) =>
      `${sharedImages(c)[0]?.into} would be written to or deleted, and other snapshots need it as it is. Snapkeel does not ask for it.`,
  },
  {
    code: 'MANAGED_SAVE',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'observed on 9.0 and 11.3: the saved memory names the overlay that was merged away, and the next start fails',
    when: (c) => external(c) && c.facts.domain.managedSave && c.present.mergesOf(c.snapshot.name).length > 0,
    text: ({ facts }) =>
      `“${facts.domain.name}” has a managed save image, which needs the overlay that would be merged away: the domain could not be started any more. Start it, or remove the image with “virsh managedsave-remove”, first.`,
  },
  {
    code: 'JOB_NAME',
    driver: 'QEMU',
    since: version.namesJobs,
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source: 'observed on 11.3 and 12.8: “Invalid job ID” (QEMU id_wellformed)',
    when: (c) =>
      withData(c) &&
      isActive(c.facts) &&
      !isExternal(c.snapshot) &&
      c.step.goes.some((name) => !/^[A-Za-z0-9._-]+$/.test(name)),
    text: ({ facts, step }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} cannot delete ${quoted(step.goes.filter((name) => !/^[A-Za-z0-9._-]+$/.test(name)))} while the domain is active: QEMU wants names of letters, digits, dots, dashes and underscores. Shut the domain down first.`,
  },
];
