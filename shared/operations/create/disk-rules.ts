import { version } from '../../libvirt/versions.ts';
import { hasMemory } from './modes.ts';
import { type CreateCase, type CreateRule, external, internal, isOff, kept } from './rule.ts';
import { are, listed } from './text.ts';

/** Disks whose image is on the host, or of a pool that may be (virStorageSourceIsLocalStorage after the pool is looked up). */
const local: ReadonlySet<string> = new Set(['file', 'block', 'volume']);

type Pick = (c: CreateCase) => string[];
const notQcow2: Pick = (c) => kept(c, ({ image }) => image?.format !== null && image?.format !== 'qcow2');
const readonly: Pick = (c) => kept(c, (disk) => disk.readonly);
const volumes: Pick = (c) => kept(c, ({ type }) => type === 'volume');
const beside: Pick = (c) => {
  const inside = new Set(kept(c));
  return c.facts.disks.flatMap(({ target, device, image }) =>
    device === 'disk' && !inside.has(target) && image?.format && image.format !== 'qcow2' ? [target] : [],
  );
};
const notLocal: Pick = (c) => kept(c, ({ type }) => !local.has(type));
const shareable: Pick = (c) => kept(c, (disk) => disk.shareable);
const transient: Pick = (c) => kept(c, (disk) => disk.transient);
const passedThrough: Pick = (c) => kept(c, ({ device }) => device === 'lun');
const vhostuser: Pick = ({ facts }) =>
  facts.disks.flatMap(({ type, target }) => (type === 'vhostuser' ? [target] : []));
const anyTransient: Pick = ({ facts }) => facts.disks.flatMap((disk) => (disk.transient ? [disk.target] : []));

/** What disks of a kind keep from being taken. */
export const diskRules: readonly CreateRule[] = [
  {
    code: 'NOT_QCOW2',
    driver: 'QEMU',
    about: 'mode',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotPrepare: “unsupported for storage type”',
    when: (c) => internal(c) && notQcow2(c).length > 0,
    text: (c) =>
      `An internal snapshot needs every disk in it to be qcow2, and ${listed(notQcow2(c))} ${are(notQcow2(c))} not.`,
  },
  {
    code: 'READ_ONLY_MARKED',
    driver: 'QEMU',
    since: version.namesJobs,
    about: 'mode',
    answer: 'OPERATION_FAILED',
    source: 'QEMU: snapshot-save names it, and cannot write there',
    when: (c) => internal(c) && c.facts.active && readonly(c).length > 0,
    text: (c) =>
      `The configuration includes ${listed(readonly(c))} in snapshots. That fails while the guest is on, because ${readonly(c).length === 1 ? 'it is' : 'they are'} read-only.`,
  },
  {
    code: 'VHOSTUSER',
    driver: 'QEMU',
    about: 'mode',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'virDomainDiskDefPostParse and qemuSnapshotPrepare: such a disk is always left out',
    when: (c) => internal(c) && vhostuser(c).length > 0,
    text: (c) =>
      `${listed(vhostuser(c))} ${are(vhostuser(c))} provided by another program, and an internal snapshot must include every disk.`,
  },
  {
    code: 'NOT_LOCAL',
    driver: 'QEMU',
    about: 'mode',
    answer: 'INTERNAL_ERROR',
    source: 'qemuSnapshotPrepareDiskInternal, qemuSnapshotPrepareDiskExternalInactive',
    when: (c) => isOff(c) && notLocal(c).length > 0,
    text: (c) =>
      `While the guest is off, libvirt only takes snapshots of files or devices on the host, and ${listed(notLocal(c))} ${are(notLocal(c))} not.`,
  },
  {
    code: 'NOT_QCOW2_BESIDE',
    driver: 'QEMU',
    until: version.followsDisks,
    about: 'mode',
    answer: 'OPERATION_INVALID',
    source: 'qemuDomainSnapshotForEachQcow2Raw (7.0): it looks at every hard disk',
    when: (c) => internal(c) && isOff(c) && beside(c).length > 0,
    text: (c) =>
      `${listed(beside(c))} ${are(beside(c))} not qcow2, and this libvirt fails on that while the guest is off, even if left out.`,
  },
  {
    code: 'VOLUME_LEFT_BEHIND',
    driver: 'QEMU',
    until: version.followsDisks,
    about: 'mode',
    answer: null,
    source: 'virStorageSourceIsSameLocation; observed on 7.0: the next start takes the image below the new file',
    when: (c) => external(c) && c.facts.active && c.facts.persistent && volumes(c).length > 0,
    text: (c) =>
      `This libvirt would not save the new file of ${listed(volumes(c))} in the stored configuration: the next start would use the old image, without anything written since.`,
  },
  {
    code: 'SHAREABLE',
    driver: 'QEMU',
    about: 'mode',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotPrepareDiskShared: an overlay is qcow2, which two guests cannot share',
    when: (c) => external(c) && shareable(c).length > 0,
    text: (c) =>
      `${listed(shareable(c))} may be shared with other guests, but a qcow2 overlay cannot be. Leave ${shareable(c).length === 1 ? 'it' : 'them'} out.`,
  },
  {
    code: 'TRANSIENT_DISK',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuDomainDiskBlockJobIsSupported',
    when: (c) => external(c) && c.facts.active && transient(c).length > 0,
    text: (c) =>
      `${listed(transient(c))} ${are(transient(c))} transient: its data is dropped when the guest stops, and libvirt takes no external snapshot of it. Leave ${transient(c).length === 1 ? 'it' : 'them'} out.`,
  },
  {
    code: 'TRANSIENT_MEMORY',
    driver: 'QEMU',
    about: 'mode',
    answer: 'OPERATION_INVALID',
    source: 'qemuMigrationSrcIsAllowed: “migration with transient disk is not supported”',
    when: (c) =>
      hasMemory(c.draft.mode) &&
      c.facts.active &&
      anyTransient(c).length > 0 &&
      !(external(c) && transient(c).length > 0),
    text: (c) =>
      `${listed(anyTransient(c))} ${are(anyTransient(c))} transient, and libvirt cannot save the memory of such a guest.`,
  },
  {
    code: 'PASSED_THROUGH',
    driver: 'QEMU',
    about: 'mode',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotPrepareDiskExternalActive: “not supported on scsi passthrough devices”',
    when: (c) => external(c) && c.facts.active && passedThrough(c).length > 0,
    text: (c) =>
      `${listed(passedThrough(c))} ${are(passedThrough(c))} passed through to the guest and cannot have an overlay.`,
  },
  {
    code: 'PASSED_THROUGH_OFF',
    driver: 'QEMU',
    about: 'mode',
    answer: null,
    source: 'qemuValidateDomainDeviceDefDiskFrontend: a LUN that is a file does not start',
    when: (c) => external(c) && isOff(c) && passedThrough(c).length > 0,
    text: (c) =>
      `${listed(passedThrough(c))} ${are(passedThrough(c))} passed through to the guest, which would not start with a file instead.`,
  },
];
