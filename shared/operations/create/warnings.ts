import { formatVersion } from '../../format.ts';
import { nameNote, overlayHazard } from '../../libvirt/names.ts';
import { version } from '../../libvirt/versions.ts';
import { hasMemory } from './modes.ts';
import { isMarked } from './request.ts';
import { type CreateCase, type CreateWarning, external, internal, isOff, kept } from './rule.ts';
import { overshadowed } from './tag-rules.ts';
import { are, chainKinds, listed } from './text.ts';

/** Disks that could be kept and are not. */
const leftOut = (c: CreateCase) => {
  const inside = new Set(kept(c));
  return c.facts.disks.flatMap((disk) =>
    disk.image && !disk.readonly && !inside.has(disk.target) ? [disk.target] : [],
  );
};
/** Beyond how many images the start of a domain broke (NEWS 12.0). */
const DEEP = 25;
const deep = (c: CreateCase) => kept(c, ({ depth }) => depth !== null && depth >= DEEP);
const drives = (c: CreateCase) => kept(c, ({ device }) => device !== 'disk');
const elsewhere = (c: CreateCase) => kept(c, ({ image, next, transient }) => !transient && image?.path !== next);
const marked = (c: CreateCase) => kept(c, isMarked);
const notFiles = ({ facts }: CreateCase) =>
  facts.disks.flatMap(({ type, target }) => (type === 'file' ? [] : [target]));
const commas = (c: CreateCase) =>
  kept(c, ({ image }) => {
    const revert = { operation: 'revert', active: null, memory: hasMemory(c.draft.mode) } as const;
    return image !== null && overlayHazard(image.path, revert) !== null;
  });
const blocks = (c: CreateCase) => kept(c, ({ type }) => type === 'block');
const notAsIs: ReadonlySet<string> = new Set(['crashed', 'shutdown']);

/** What should be known before, though libvirt does it. */
export const createWarnings: readonly CreateWarning[] = [
  {
    code: 'MIXED_ALREADY',
    driver: 'QEMU',
    wayBack: true,
    source: 'libvirt issue 734; virt-manager issues 800 and 811',
    when: (c) => chainKinds(c.facts).size > 1,
    text: () =>
      'The domain already has internal and external snapshots. It may not be possible to revert to another one.',
  },
  {
    code: 'ID_IS_A_TAG',
    driver: 'QEMU',
    wayBack: false,
    source: 'observed (7.0–12.8): QEMU looks a snapshot up by its ID first',
    when: (c) => internal(c) && overshadowed(c, false).length > 0,
    text: (c) =>
      `The image of ${listed(overshadowed(c, false))} contains a snapshot that libvirt does not list, and its name will be the ID of the new one: qemu-img would revert to the new one by that name.`,
  },
  {
    code: 'NO_WAY_BACK',
    driver: 'QEMU',
    until: version.revertsExternal,
    wayBack: true,
    source: 'qemuSnapshotRevertValidate: CONFIG_UNSUPPORTED before 9.9',
    when: external,
    text: ({ facts }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} takes external snapshots but cannot revert to them; 9.9 or newer can.`,
  },
  {
    code: 'BROKEN_INTERNAL',
    driver: 'QEMU',
    since: version.revertsExternal,
    until: version.mendsInternalRevert,
    wayBack: true,
    source: 'NEWS 9.10.0',
    when: internal,
    text: () => 'libvirt 9.9 crashes QEMU when it reverts to an internal snapshot.',
  },
  {
    code: 'NOT_FILES',
    driver: 'QEMU',
    since: version.revertsExternal,
    wayBack: true,
    source: 'qemuSnapshotRevertValidate: OPERATION_UNSUPPORTED for every disk of the configuration, drives included',
    when: (c) => external(c) && notFiles(c).length > 0,
    text: (c) =>
      `libvirt can only revert to an external snapshot if all disks and drives are files, and ${listed(notFiles(c))} ${are(notFiles(c))} not.`,
  },
  {
    code: 'CHECKPOINTS',
    driver: 'QEMU',
    wayBack: true,
    source: 'QEMU: “Device has active dirty bitmaps” (INTERNAL_ERROR or OPERATION_FAILED, after the guest was killed)',
    when: (c) => internal(c) && (c.facts.checkpoints ?? []).length > 0,
    text: (c) =>
      `While the domain has ${c.facts.checkpoints?.length === 1 ? 'a backup checkpoint' : 'backup checkpoints'} (${listed(c.facts.checkpoints ?? [])}), a revert to an internal snapshot fails and leaves the guest off.`,
  },
  {
    code: 'COMMA',
    driver: 'QEMU',
    since: version.revertsExternal,
    wayBack: true,
    source: 'overlayHazard: a revert makes the overlay beside the image',
    when: (c) => external(c) && commas(c).length > 0,
    text: (c) =>
      `The image of ${listed(commas(c))} has a comma in its path. libvirt then cannot revert to external snapshots without memory, and leaves the guest off.`,
  },
  {
    code: 'DRIVE_NOT_KEPT',
    driver: 'QEMU',
    wayBack: true,
    source: 'qemuSnapshotForEachQcow2: only device=disk is looked at',
    when: (c) => internal(c) && isOff(c) && drives(c).length > 0,
    text: (c) =>
      `While the guest is off, libvirt lists ${listed(drives(c))} as included but does not save ${drives(c).length === 1 ? 'it' : 'them'}.`,
  },
  {
    code: 'LEFT_OUT_MEMORY',
    driver: 'QEMU',
    wayBack: true,
    source: 'observed (9.9 and newer): memory of then over disks of now',
    when: (c) => hasMemory(c.draft.mode) && leftOut(c).length > 0,
    text: (c) =>
      `A revert combines this memory with whatever ${listed(leftOut(c))} ${leftOut(c).length === 1 ? 'contains' : 'contain'} by then, which can damage the file systems there.`,
  },
  {
    code: 'LEFT_OUT',
    driver: 'QEMU',
    wayBack: true,
    source: 'observed (11.3, 12.8): every file disk of the configuration gets a new overlay over the image of then',
    when: (c) => external(c) && !hasMemory(c.draft.mode) && leftOut(c).length > 0 && kept(c).length > 0,
    text: (c) =>
      `${listed(leftOut(c))} ${are(leftOut(c))} not included: a revert does not bring back ${leftOut(c).length === 1 ? 'its' : 'their'} content.`,
  },
  {
    code: 'DEEP_CHAIN',
    driver: 'QEMU',
    until: version.deepChains,
    wayBack: false,
    source: 'NEWS 12.0',
    when: (c) => external(c) && deep(c).length > 0,
    text: (c) =>
      `${listed(deep(c))} ${are(deep(c))} ${DEEP} images deep or more. With one more, libvirt before 12.0 may not start the guest again. Delete or merge some first.`,
  },
  {
    code: 'NEXT_START',
    driver: 'QEMU',
    wayBack: false,
    source: 'qemuSnapshotDiskPrepareOne: the stored configuration follows only where it names the same image',
    when: (c) => c.facts.active && c.facts.persistent && elsewhere(c).length > 0,
    text: (c) =>
      `The stored configuration names another image for ${listed(elsewhere(c))} than the running guest. The next start uses that one.`,
  },
  {
    code: 'MARKED',
    driver: 'QEMU',
    wayBack: false,
    source: 'virDomainSnapshotAlignDisks: what is asked for overrides the attribute',
    when: (c) => marked(c).length > 0,
    text: (c) =>
      `The configuration leaves ${listed(marked(c))} out of snapshots; this one includes ${marked(c).length === 1 ? 'it' : 'them'}.`,
  },
  {
    code: 'BLOCK_DEVICE',
    driver: 'QEMU',
    wayBack: false,
    source: 'a device does not grow: QEMU answers ENOSPC',
    when: (c) => internal(c) && blocks(c).length > 0,
    text: (c) =>
      `${listed(blocks(c))} ${are(blocks(c))} on a device that does not grow. Later writes need room beside the snapshot, and the guest stops when there is none left.`,
  },
  {
    code: 'NOT_RESUMED',
    driver: 'QEMU',
    wayBack: true,
    source: 'qemuSnapshotRevert: such a state ends in an inactive revert',
    when: ({ facts, draft }) => hasMemory(draft.mode) && notAsIs.has(facts.state),
    text: ({ facts }) =>
      `The guest ${facts.state === 'crashed' ? 'has crashed' : 'is shutting down'}, so a revert leaves it off: the memory is saved for nothing.`,
  },
  {
    code: 'NVRAM_NOT_KEPT',
    driver: 'QEMU',
    wayBack: true,
    source: 'qemuSnapshotForEachQcow2: only qcow2 NVRAM; external snapshots never',
    when: (c) =>
      c.facts.nvram !== 'none' &&
      !(internal(c) && c.facts.nvram === 'qcow2') &&
      !(hasMemory(c.draft.mode) && internal(c)),
    text: () => 'The firmware’s NVRAM is not included: a revert leaves the UEFI settings as they are by then.',
  },
  {
    code: 'TPM_NOT_KEPT',
    driver: 'QEMU',
    wayBack: true,
    source: 'observed: the state of swtpm stays as it is in an offline revert',
    when: (c) => c.facts.tpm && !hasMemory(c.draft.mode),
    text: () => 'The TPM state is not included: a revert leaves it as it is by then.',
  },
  {
    code: 'NAME_INVISIBLE',
    wayBack: false,
    source: 'Unicode: Default_Ignorable_Code_Point, Bidi_Control',
    when: ({ draft }) => nameNote(draft.name) !== null,
    text: ({ draft }) => nameNote(draft.name)?.text ?? '',
  },
  {
    code: 'PAUSED_TWICE',
    driver: 'QEMU',
    wayBack: false,
    source:
      'QEMU: “Can’t migrate the vm that was paused due to previous migration” (9.0, 11.3, 12.8: INTERNAL_ERROR; internal, from 10.9 on: OPERATION_FAILED); libvirt does not tell whether it was written, and the snapshot need not be listed any more',
    when: ({ facts, draft }) => hasMemory(draft.mode) && facts.state === 'paused',
    text: () =>
      'The guest is paused. If its memory was written to a file since, QEMU refuses to write it again. No snapshot is then taken, and nothing is lost. To be safe, resume the guest for a moment first.',
  },
  {
    code: 'MANAGED_SAVE_NOT_KEPT',
    wayBack: false,
    source: 'virsh(1), managedsave',
    when: ({ facts }) => facts.managedSave,
    text: () => 'The managed save image is not included: a revert brings back the disks, not that memory.',
  },
  {
    code: 'NOT_QUIESCED',
    wayBack: false,
    source: 'formatsnapshot, “disk-only”: crash-consistent',
    when: ({ facts, draft }) =>
      facts.active && facts.state !== 'paused' && draft.mode === 'disks-external' && !draft.quiesce,
    text: () => 'Without the guest agent, the disks are saved as after a power failure.',
  },
  {
    code: 'HALT_LOSES_MEMORY',
    wayBack: false,
    source: 'qemuSnapshotCreateActiveExternal: qemuProcessStop',
    when: ({ facts, draft }) => facts.active && draft.halt && draft.mode === 'disks-external',
    text: () => 'The guest is switched off like a power failure, and its memory is not saved.',
  },
];
