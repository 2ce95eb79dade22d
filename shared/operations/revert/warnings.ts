import { formatVersion } from '../../format.ts';
import { isDrive } from '../../libvirt/disks.ts';
import { can, version } from '../../libvirt/versions.ts';
import type { RevertFacts, StoredDisk } from '../../schema.ts';
import { neededAtStart } from './failures.ts';
import { damageCodes } from './hazards.ts';
import { leftBehind } from './losses.ts';
import {
  asksToRun,
  isActive,
  isExternal,
  isLive,
  leftOut,
  named,
  quoted,
  type Rule,
  replacesProcess,
  starts,
  targetsOf,
  texts,
} from './rule.ts';

export interface WarningRule extends Rule {
  /** Something may be damaged, now or later, although libvirt says yes. */
  risk: boolean;
}

/** True and worth knowing, without anything being lost by it. */
export const warningRules: readonly WarningRule[] = [
  {
    code: 'STAYS_OFF',
    risk: false,
    source: 'virsh(1) snapshot-revert: “disk-only snapshots leave the domain off”',
    when: (c) => c.facts.domain.persistent && !asksToRun(c) && !isLive(c.facts.snapshot),
    text: ({ facts }) =>
      facts.snapshot.state === 'disk-snapshot'
        ? 'A disk-only snapshot has no memory: the domain stays shut off unless you choose another state.'
        : 'The snapshot was taken while the domain was off: it stays shut off unless you choose another state.',
  },
  {
    code: 'COLD_BOOT',
    driver: 'QEMU',
    risk: false,
    source: 'qemuSnapshotRevertInactive',
    when: (c) => asksToRun(c) && !isLive(c.facts.snapshot),
    text: () => 'The snapshot has no memory, so the guest boots from its disks.',
  },
  {
    code: 'TRANSIENT_IF_IT_FAILS',
    driver: 'QEMU',
    risk: false,
    source: 'qemuDomainRemoveInactive; observed on 7.0–12.8',
    when: ({ facts }) => !facts.domain.persistent,
    text: () =>
      'The domain is transient: if the revert fails once the guest is stopped, libvirt may forget the domain and its list of snapshots. Make it persistent first with “virsh define”.',
  },
  {
    code: 'SAFETY_MAY_FAIL',
    driver: 'QEMU',
    risk: true,
    source: 'shared/safety.ts',
    when: ({ kept }) => (kept?.doubts ?? []).length > 0,
    text: ({ kept }) => `The safety snapshot may fail; nothing is then reverted. ${texts(kept?.doubts ?? [])}`,
  },
  {
    code: 'MANAGED_SAVE_SURVIVES',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 7.0–12.8: the image survives FORCE and live reverts',
    when: ({ facts }) => facts.domain.managedSave,
    text: ({ facts }) =>
      `The managed save image is kept. Starting the domain from it later would combine old memory with the reverted disks and can corrupt them. Remove it with “virsh managedsave-remove” before the next start${facts.domain.autostart ? '. Autostart is on, so the domain also starts with the host' : ''}.`,
  },
  {
    code: 'DAMAGED',
    driver: 'QEMU',
    risk: true,
    source: 'shared/health/data.ts',
    when: ({ facts }) => otherDamage(facts).length > 0,
    text: ({ facts }) => otherDamage(facts).join(' '),
  },
  {
    code: 'MIXED_KINDS',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source: 'qemuSnapshotRevertActive, qemuSnapshotRevertInactive: virDomainSnapshotIsExternal decides for all disks',
    when: ({ facts }) => facts.snapshot.kind === 'mixed',
    text: () =>
      'This snapshot is partly internal and partly external. libvirt treats it as external, so the internal part is not reverted.',
  },
  {
    code: 'LEFT_OUT',
    driver: 'QEMU',
    risk: false,
    source: '<disk snapshot=’no’>, <disk snapshot=’manual’>',
    when: ({ facts }) => !isLive(facts.snapshot) && leftOut(facts).some(({ image, now }) => now === image?.path),
    text: ({ facts }) => {
      const stays = leftOut(facts).filter(({ image, now }) => now === image?.path);
      return `${targetsOf(stays)} ${stays.length === 1 ? 'is' : 'are'} not part of this snapshot and ${stays.length === 1 ? 'stays' : 'stay'} as ${stays.length === 1 ? 'it is' : 'they are'}.`;
    },
  },
  {
    code: 'MEMORY_OVER_DISKS',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 11.3 and 12.8: the memory of then over a disk that the snapshot does not hold',
    when: ({ facts }) => isLive(facts.snapshot) && leftOut(facts).length > 0,
    text: ({ facts }) =>
      `This snapshot holds memory but not ${targetsOf(leftOut(facts))}. The guest’s cached data in that memory does not match ${leftOut(facts).length === 1 ? 'this disk' : 'these disks'} ${leftOut(facts).length === 1 ? 'as it is' : 'as they are'} now, and file systems can be damaged.`,
  },
  {
    code: 'MEDIA_OVERLAID',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source:
      'virDomainSnapshotAlignDisks with force_default_location: media and read-only disks too; observed on 11.3 and 12.8',
    when: ({ facts }) => isExternal(facts) && overlaidMedia(facts).length > 0,
    text: ({ facts }) =>
      `libvirt also puts an overlay on ${targetsOf(overlaidMedia(facts))} (${named(overlaidMedia(facts).map(({ image }) => image?.path ?? ''))}), although nothing is written there. Once the medium is changed, deleting snapshots may be impossible. Eject media before you take external snapshots.`,
  },
  {
    code: 'CANNOT_START_LATER',
    driver: 'QEMU',
    risk: true,
    source: 'qemuSnapshotRevertInactive: the stored configuration is put back without a look at what it names',
    when: (c) => !starts(c) && goneLater(c.facts).length > 0,
    text: ({ facts }) =>
      `${named(goneLater(facts))} ${goneLater(facts).length === 1 ? 'is' : 'are'} missing, and the snapshot’s configuration needs ${goneLater(facts).length === 1 ? 'it' : 'them'}. The domain cannot start after the revert until that is fixed.`,
  },
  {
    code: 'NEXT_START',
    driver: 'QEMU',
    risk: true,
    source: 'qemuSnapshotRevertActive: <inactiveDomain> is put back for the next start',
    when: (c) => starts(c) && c.facts.stored.next.missing.length > 0,
    text: ({ facts: { stored } }) =>
      `The configuration for the next start needs ${named(stored.next.missing)}, which ${stored.next.missing.length === 1 ? 'is' : 'are'} missing.`,
  },
  {
    code: 'OPEN_IMAGE_GONE',
    driver: 'QEMU',
    risk: true,
    source: 'a file that was unlinked lives as long as QEMU holds it open',
    when: ({ facts }) => isActive(facts) && replacesProcess(facts) && facts.domain.disks.some(({ missing }) => missing),
    text: ({ facts }) => {
      const disks = facts.domain.disks.filter(({ missing }) => missing);
      return `The ${disks.length === 1 ? 'image' : 'images'} of ${targetsOf(disks)} ${disks.length === 1 ? 'is' : 'are'} deleted from the host, and only the running guest still has ${disks.length === 1 ? 'it' : 'them'} open. The revert stops that guest: copy its data out first.`;
    },
  },
  {
    code: 'CHECKPOINT_LEFT',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source:
      'observed on 11.3 and 12.8: libvirt goes on listing a checkpoint whose bitmap was in an overlay that is gone',
    when: ({ facts }) => isExternal(facts) && (facts.domain.checkpoints ?? []).length > 0,
    text: ({ facts }) => {
      const names = (facts.domain.checkpoints ?? []).map(({ name }) => quoted(name));
      return `The ${names.length === 1 ? 'checkpoint' : 'checkpoints'} ${named(names)} may not match the disks after the revert. Delete ${names.length === 1 ? 'it' : 'them'} and make the next backup a full backup.`;
    },
  },
  {
    code: 'DEEP_CHAIN',
    driver: 'QEMU',
    until: version.deepChains,
    risk: true,
    source: 'NEWS 12.0: chains of more than about 25 images broke the start of a domain',
    when: ({ facts }) => deepest(facts) > DEEP,
    text: ({ facts }) =>
      `The backing chain of a disk would have ${deepest(facts)} images. libvirt ${formatVersion(facts.libvirtVersion)} may fail to start a domain with more than about ${DEEP}.`,
  },
  {
    code: 'TPM_STAYS',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 9.0: the state of an emulated TPM lies in files of its own',
    when: ({ facts }) => facts.stored.tpm && !isLive(facts.snapshot),
    text: () =>
      'The TPM state is not part of this snapshot and stays as it is. A disk that is unlocked with the TPM may ask for its recovery key.',
  },
  {
    code: 'NVRAM_RECREATED',
    driver: 'QEMU',
    risk: true,
    source: 'qemuPrepareNVRAM: a variable store that is gone is made anew from its template',
    when: ({ facts }) => facts.stored.files.some(({ role, exists }) => role === 'nvram' && exists === false),
    text: () =>
      'The file with the firmware’s variables is missing. At the next start, libvirt creates a new one with default settings if it knows a template. Without a template, the domain cannot start.',
  },
  {
    code: 'NVRAM_STAYS',
    driver: 'QEMU',
    risk: true,
    source: 'NEWS 10.10: from there on internal snapshots include NVRAM in a qcow2 image',
    when: ({ facts }) => !isExternal(facts) && facts.stored.nvram !== null && !takesNvram(facts),
    text: ({ facts }) =>
      `The firmware’s variables (NVRAM) are not part of this snapshot (libvirt ${formatVersion(facts.libvirtVersion)}, ${facts.stored.nvram} variable store): they stay as they are.`,
  },
  {
    code: 'NVRAM_STAYS_EXTERNAL',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source: 'formatsnapshot: external snapshots hold disks and memory only',
    when: ({ facts, flags }) => isExternal(facts) && facts.stored.nvram !== null && !flags.resetNvram,
    text: () => 'The firmware’s variables (NVRAM) are not part of an external snapshot and stay as they are.',
  },
  {
    code: 'LEFT_BEHIND',
    risk: false,
    source: 'virDomainSnapshotSetCurrent',
    when: ({ facts }) => facts.history.leftBehind.count > 0,
    text: ({ facts }) => leftBehind(facts),
  },
  {
    code: 'CONSOLES',
    risk: false,
    source: 'NEWS 7.10: the hypervisor process is always replaced',
    when: ({ facts }) => isActive(facts) && facts.domain.consoles.length > 0 && replacesProcess(facts),
    text: ({ facts }) =>
      `Open ${facts.domain.consoles.map((kind) => kind.toUpperCase()).join(' and ')} consoles are disconnected${whyNoForce(facts)}.`,
  },
  {
    code: 'TEST_DRIVER_STAYS_OFF',
    driver: 'TEST',
    risk: false,
    source: 'testDomainRevertToSnapshot: STARTED is emitted, the domain is left shut off',
    when: (c) => asksToRun(c) && !isLive(c.facts.snapshot),
    text: () => 'libvirt’s test driver leaves the domain shut off here, whatever you choose.',
  },
];

/** What older versions want to be forced to, newer ones do at every revert. */
function whyNoForce({ driver, libvirtVersion }: RevertFacts): string {
  if (driver !== 'QEMU' || !can(libvirtVersion, 'alwaysRestarts')) return '';
  return `: libvirt ${formatVersion(libvirtVersion)} starts a new hypervisor process at every revert, even without force`;
}

/** Findings about the data that make the revert fail (failures.ts). */
const failing: ReadonlySet<string> = new Set(['tag-gone', 'tag-without-memory']);

/** What no other rule says of data that is not what was taken. */
function otherDamage({ data, stored }: RevertFacts): string[] {
  const gone = new Set(stored.disks.flatMap(({ missing }) => missing));
  if (stored.memoryFile?.exists === false) gone.add(stored.memoryFile.path);
  const others = data.why.filter(
    ({ state, code, path }) =>
      state !== 'unknown' && !failing.has(code) && !damageCodes.has(code) && !(path !== null && gone.has(path)),
  );
  return [...new Set(others.map(({ text }) => text))];
}

function takesNvram({ libvirtVersion, stored }: RevertFacts): boolean {
  return can(libvirtVersion, 'revertsNvram') && stored.nvram === 'qcow2';
}

/** libvirt starts no deeper chains reliably before 12.0. */
const DEEP = 25;

/** Images of the deepest disk afterwards: an external revert lays one more over. */
function deepest(facts: RevertFacts): number {
  const depths = facts.stored.disks.map(({ image, below }) => (image ? below.length + 1 : 0));
  return Math.max(0, ...depths) + (isExternal(facts) ? 1 : 0);
}

/** Media and disks that nothing writes to, which an external revert overlays all the same. */
function overlaidMedia({ stored }: RevertFacts): StoredDisk[] {
  return stored.disks.filter((disk) => disk.image !== null && (disk.readonly || !isDrive(disk)));
}

function goneLater(facts: RevertFacts): string[] {
  return [
    ...new Set([
      ...neededAtStart(facts, 'later').flatMap(({ missing }) => missing),
      ...facts.stored.files.flatMap(({ role, path, exists }) => (exists === false && role !== 'nvram' ? [path] : [])),
      ...facts.stored.next.missing,
    ]),
  ];
}
