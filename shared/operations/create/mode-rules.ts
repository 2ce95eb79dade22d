import { formatVersion } from '../../format.ts';
import { isUnlike } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import { hasMemory } from './modes.ts';
import { canKeep } from './request.ts';
import { type CreateCase, type CreateRule, external, internal, isOff, kept } from './rule.ts';
import { are, chainKinds, listed } from './text.ts';

const other = (c: CreateCase) => (external(c) ? 'internal' : 'external');
const kindOf = (c: CreateCase) => (external(c) ? 'external' : 'internal');
const uefi = (c: CreateCase) => internal(c) && c.facts.pflash;

/** What a domain as it is now keeps from every snapshot, or from one kind. */
export const modeRules: readonly CreateRule[] = [
  {
    code: 'DRIVER',
    about: 'mode',
    answer: null,
    source: 'not tried with other drivers',
    when: ({ facts }) => facts.driver !== 'QEMU' && facts.driver !== 'TEST',
    text: ({ facts }) => `Taking snapshots is only tested with QEMU; this is libvirt’s ${facts.driver} driver.`,
  },
  {
    code: 'TEST_DISKS',
    driver: 'TEST',
    about: 'mode',
    answer: 'INVALID_ARG',
    source: 'testDomainSnapshotCreateXML: it knows no DISK_ONLY',
    when: ({ draft }) => draft.mode === 'disks-external',
    text: () => 'libvirt’s test driver cannot take disk-only snapshots in new files.',
  },
  {
    code: 'SUSPENDED',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotCreateXMLValidateDef; before 8.0 qemuSnapshotCreateXML',
    when: ({ facts }) => facts.state === 'pmsuspended',
    text: () => 'The guest is suspended by power management, so libvirt cannot take a snapshot. Wake it first.',
  },
  {
    code: 'JOB',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_TIMEOUT',
    source: 'virDomainObjBeginAsyncJob: waits 30 s for another job',
    when: ({ facts }) => facts.job === true,
    text: () => 'Another job is running on this domain, such as a backup. libvirt takes no snapshot until it ends.',
  },
  {
    code: 'NO_GUEST_MEMORY',
    about: 'mode',
    answer: 'XML_ERROR',
    source: 'virDomainSnapshotDefParse',
    when: ({ facts, draft }) => !facts.active && hasMemory(draft.mode),
    text: () => 'The guest is off, so there is no memory to save.',
  },
  {
    code: 'MEMORY_NEEDED',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotCreateAlignDisks: “internal snapshot of a running VM must include the memory state”',
    when: ({ facts, draft }) => facts.active && draft.mode === 'disks-internal',
    text: () => 'While the guest is on, every internal snapshot includes its memory.',
  },
  {
    code: 'NO_DISK',
    driver: 'QEMU',
    about: 'mode',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotPrepare: “nothing selected for snapshot”',
    when: (c) =>
      c.draft.mode !== 'memory-external' && (internal(c) ? kept(c).length === 0 : !c.facts.disks.some(canKeep)),
    text: () => 'The domain has no writable disk to take a snapshot of.',
  },
  {
    // Deleting, and reverting across, mixed chains has destroyed images (libvirt issue 734, virt-manager 800 and 811).
    code: 'MIXED_CHAIN',
    driver: 'QEMU',
    about: 'mode',
    answer: null,
    source: 'libvirt issue 734; virt-manager issues 800 and 811',
    when: (c) => chainKinds(c.facts).has(other(c)) && !chainKinds(c.facts).has(kindOf(c)),
    text: (c) =>
      `The domain’s snapshots are ${other(c)}. If you add ${kindOf(c)} ones, libvirt may be unable to delete or revert to all of them.`,
  },
  {
    code: 'CHECKPOINT_EXTERNAL',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotPrepare; 9.0: qemuDomainSupportsCheckpointsBlockjobs',
    when: (c) => isOff(c) && external(c) && (c.facts.checkpoints ?? []).length > 0,
    text: () => 'While the guest is off, libvirt takes no external snapshot of a domain with backup checkpoints.',
  },
  {
    code: 'CHECKPOINT_INTERNAL',
    driver: 'QEMU',
    until: version.internalBesideCheckpoints,
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuDomainSupportsCheckpointsBlockjobs (9.0)',
    when: (c) => isOff(c) && internal(c) && (c.facts.checkpoints ?? []).length > 0,
    text: ({ facts }) =>
      `While the guest is off, libvirt ${formatVersion(facts.libvirtVersion)} takes no snapshot of a domain with backup checkpoints.`,
  },
  {
    code: 'UEFI',
    driver: 'QEMU',
    until: version.internalOfUefi,
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotPrepare: virDomainDefHasOldStyleUEFI',
    when: uefi,
    text: ({ facts }) =>
      `The guest boots with UEFI, and libvirt ${formatVersion(facts.libvirtVersion)} takes no internal snapshots of such guests.`,
  },
  {
    code: 'UEFI_ON',
    driver: 'QEMU',
    since: version.internalOfUefi,
    until: version.namesJobs,
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotPrepare; NEWS 10.9',
    when: (c) => uefi(c) && c.facts.active,
    text: ({ facts }) =>
      `The guest boots with UEFI, and libvirt ${formatVersion(facts.libvirtVersion)} takes internal snapshots of such guests only while they are off.`,
  },
  {
    code: 'UEFI_RAW',
    driver: 'QEMU',
    since: version.namesJobs,
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotPrepare: “require QCOW2 nvram format”',
    when: (c) => internal(c) && c.facts.active && c.facts.nvram === 'other',
    text: () =>
      'The guest boots with UEFI and its NVRAM is not qcow2, so libvirt takes no internal snapshot of it while it is on.',
  },
  {
    code: 'UEFI_NO_WAY_BACK',
    driver: 'QEMU',
    since: version.internalOfUefi,
    until: version.revertsNvram,
    about: 'mode',
    answer: null,
    source: 'NEWS 10.10: reverting did not consider the NVRAM',
    when: (c) => internal(c) && c.facts.nvram === 'qcow2',
    text: ({ facts }) =>
      `The guest boots with UEFI, and libvirt ${formatVersion(facts.libvirtVersion)} cannot revert to internal snapshots of such guests. That needs 10.10 or newer.`,
  },
  {
    code: 'BLOCK_JOB',
    driver: 'QEMU',
    about: 'mode',
    answer: 'BLOCK_COPY_ACTIVE', // a pull: OPERATION_UNSUPPORTED
    source: 'qemuDomainDiskBlockJobIsActive',
    when: (c) => busy(c).length > 0,
    text: (c) =>
      `A block job is running on ${listed(busy(c))}; libvirt takes no snapshot of ${busy(c).length === 1 ? 'it' : 'them'} until it ends.`,
  },
  {
    code: 'BLOCK_JOB_MEMORY',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_INVALID',
    source: 'qemuMigrationSrcIsAllowed: “domain has active block job”',
    when: (c) => hasMemory(c.draft.mode) && (c.facts.blockJobs ?? []).length > 0 && busy(c).length === 0,
    text: ({ facts }) =>
      `A block job is running on ${listed(facts.blockJobs ?? [])}; libvirt cannot save memory until it ends.`,
  },
  {
    code: 'STOOD_STILL',
    driver: 'QEMU',
    about: 'mode',
    answer: 'INTERNAL_ERROR',
    source:
      'observed (9.0–12.8): QEMU has given its images up with the memory it wrote (“paused due to previous migration”)',
    when: (c) => c.draft.mode === 'memory-external' && standsSinceSnapshot(c),
    text: () => stoodStill,
  },
  {
    code: 'STOOD_STILL_INTERNAL',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_FAILED',
    source: 'observed (9.0–12.8): “Device … is writable but does not support snapshots”',
    when: (c) => c.draft.mode === 'memory-internal' && standsSinceSnapshot(c),
    text: () => stoodStill,
  },
  {
    code: 'IMAGE_MISSING',
    driver: 'QEMU',
    about: 'mode',
    answer: 'INTERNAL_ERROR',
    source: 'qemu-img snapshot -c, qemu-img create: they open the image',
    when: (c) => isOff(c) && kept(c, ({ exists, gone }) => exists === false || gone.length > 0).length > 0,
    text: (c) => missing(c),
  },
  {
    code: 'UNLIKE_FORMAT',
    driver: 'QEMU',
    about: 'mode',
    answer: 'INTERNAL_ERROR',
    source: 'qemu-img: “Image is not in qcow2 format”; observed on 11.3',
    when: (c) => isOff(c) && unlike(c).length > 0,
    text: (c) =>
      `The ${unlike(c).length === 1 ? 'image' : 'images'} of ${listed(unlike(c))} ${are(unlike(c))} not in the format that the configuration says, and cannot be opened.`,
  },
  {
    code: 'IMAGE_DELETED',
    driver: 'QEMU',
    about: 'mode',
    answer: null,
    source: 'observed: QEMU goes on with a file that was deleted',
    when: (c) => c.facts.active && kept(c, ({ exists, gone }) => exists === false || gone.length > 0).length > 0,
    text: (c) =>
      `${missing(c)} The guest still uses the deleted file, which is lost when it stops. Copy its data out first.`,
  },
  {
    code: 'TOO_DEEP',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuDomainStorageSourceValidateDepth: VIR_STORAGE_MAX_CHAIN_DEPTH',
    when: (c) => external(c) && deeper(c, 200).length > 0,
    text: (c) =>
      `${listed(deeper(c, 200))} ${are(deeper(c, 200))} already 200 images deep, the most that libvirt opens.`,
  },
];

const unlike = (c: CreateCase) => kept(c, ({ image, found }) => isUnlike(image?.format ?? null, found));

const stoodStill =
  'The guest has been paused since the last snapshot, whose disks were left to another program. Resume it first.';

/**
 * libvirt leaves a guest paused whose disks somebody else is to copy (`manual`), also after a snapshot of the disks alone:
 * QEMU keeps its images then.
 */
function standsSinceSnapshot({ facts }: CreateCase): boolean {
  return (
    facts.state === 'paused' &&
    facts.reason === 'creating snapshot' &&
    facts.snapshots.some(({ memory }) => memory === 'external')
  );
}

/** The disks that the snapshot keeps and that have a block job. */
function busy(c: CreateCase): string[] {
  return kept(c, ({ target }) => (c.facts.blockJobs ?? []).includes(target));
}

function missing(c: CreateCase): string {
  const files = c.facts.disks
    .filter(({ target }) => kept(c).includes(target))
    .flatMap(({ image, exists, gone }) => [...(exists === false && image ? [image.path] : []), ...gone]);
  return `The host has no ${listed(files)}.`;
}

const deeper = (c: CreateCase, most: number) => kept(c, ({ depth }) => depth !== null && depth >= most);
