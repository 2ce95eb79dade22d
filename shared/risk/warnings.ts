import { formatVersion } from '../format.ts';
import { can, version } from '../libvirt/versions.ts';
import type { RevertFacts } from '../schema.ts';
import { leftBehind } from './losses.ts';
import { asksToRun, isExternal, isLive, isQemu, listed, type Rule } from './rule.ts';

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
        ? 'A disk-only snapshot holds no memory: the domain is left shut off unless you choose otherwise.'
        : 'The snapshot was taken with the domain off: it is left shut off unless you choose otherwise.',
  },
  {
    code: 'COLD_BOOT',
    driver: 'QEMU',
    risk: false,
    source: 'qemuSnapshotRevertInactive',
    when: (c) => asksToRun(c) && !isLive(c.facts.snapshot),
    text: () => 'The snapshot holds no memory, so the guest boots from its disks.',
  },
  {
    code: 'MANAGED_SAVE_SURVIVES',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 7.0–12.8: the image survives FORCE and live reverts',
    when: ({ facts }) => facts.domain.managedSave,
    text: ({ facts }) =>
      `The managed save image stays. Starting the domain from it later would put old memory over the reverted disks and can corrupt them: remove it with “virsh managedsave-remove” before the next start${facts.domain.autostart ? ', which comes by itself with the host, because autostart is on' : ''}.`,
  },
  {
    code: 'EXTERNAL_DESCENDANTS_LOST',
    driver: 'QEMU',
    risk: true,
    source: 'observed: an internal revert changes the image in place on which the overlays lie',
    when: ({ facts }) => !isExternal(facts) && facts.history.externalDescendants.length > 0,
    text: ({ facts }) =>
      `libvirt goes on listing ${listed(facts.history.externalDescendants)}, but going there later no longer brings its data back.`,
  },
  {
    code: 'NVRAM_STAYS',
    driver: 'QEMU',
    risk: true,
    source: 'NEWS 10.10: from there on internal snapshots include NVRAM in a qcow2 image',
    when: ({ facts }) => !isExternal(facts) && facts.stored.nvram !== null && !takesNvram(facts),
    text: ({ facts }) =>
      `The firmware’s variables (NVRAM) are not part of this snapshot (libvirt ${formatVersion(facts.libvirtVersion)}, ${facts.stored.nvram} variable store): they stay as they are now.`,
  },
  {
    code: 'NVRAM_STAYS_EXTERNAL',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source: 'formatsnapshot: external snapshots hold disks and memory only',
    when: ({ facts, flags }) => isExternal(facts) && facts.stored.nvram !== null && !flags.resetNvram,
    text: () => 'The firmware’s variables (NVRAM) are not part of an external snapshot: they stay as they are now.',
  },
  {
    code: 'MEMORY_FILE_UNKNOWN',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source: 'virDomainSaveImageGetXMLDesc gave no answer that tells',
    when: ({ facts }) => facts.stored.memoryFile?.exists === null,
    text: ({ facts }) =>
      `Whether ${facts.stored.memoryFile?.path}, the file with the memory, is still there is unknown.`,
  },
  {
    code: 'LEFT_BEHIND',
    risk: false,
    source: 'virDomainSnapshotSetCurrent',
    when: ({ facts }) => facts.history.leftBehind.count > 0,
    text: ({ facts }) => leftBehind(facts),
  },
  {
    code: 'TEST_DRIVER_STAYS_OFF',
    driver: 'TEST',
    risk: false,
    source: 'testDomainRevertToSnapshot: STARTED is emitted, the domain is left shut off',
    when: (c) => asksToRun(c) && !isLive(c.facts.snapshot),
    text: () => 'libvirt’s test driver leaves the domain shut off here, whatever is chosen.',
  },
  {
    code: 'UNKNOWN_STATE',
    risk: true,
    source: 'a state that is newer than this version of Snapkeel',
    when: ({ facts }) => facts.snapshot.state === 'unknown',
    text: () => 'Snapkeel could not read what this snapshot holds, so it cannot tell the state afterwards.',
  },
  {
    code: 'UNTRIED_DRIVER',
    risk: true,
    source: 'the rules are tried on the QEMU and test drivers only',
    when: ({ facts }) => !isQemu(facts) && facts.driver !== 'TEST',
    text: ({ facts }) => `Snapkeel’s rules are made for QEMU. What ${facts.driver || 'this driver'} does may differ.`,
  },
];

function takesNvram({ libvirtVersion, stored }: RevertFacts): boolean {
  return can(libvirtVersion, 'revertsNvram') && stored.nvram === 'qcow2';
}
