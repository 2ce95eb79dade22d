import { describeChange } from '../../config-changes.ts';
import { formatVersion } from '../../format.ts';
import { errorCode } from '../../libvirt/flags.ts';
import { version } from '../../libvirt/versions.ts';
import { failureRules } from './failures.ts';
import { abiChanges, asksToRun, type Case, isActive, isExternal, isLive, named, type Rule } from './rule.ts';

/** What libvirt answers; error codes are virErrorNumber. */
export interface Answer {
  code: number;
  /**
   * How the guest is left, which has been stopped by then; `gone`: a transient domain, with libvirt’s list of its
   * snapshots. Else nothing was touched.
   */
  leaves?: 'shutoff' | 'paused' | 'gone' | 'perhaps-gone';
}

export interface RefusalRule extends Rule {
  answer: Answer | ((c: Case) => Answer);
  /** VIR_DOMAIN_SNAPSHOT_REVERT_FORCE passes it by. libvirt asks for force with SNAPSHOT_REVERT_RISKY alone. */
  forceHelps: boolean;
}

const risky: Answer = { code: errorCode.SNAPSHOT_REVERT_RISKY };

/** What libvirt finds before it touches anything, in the order in which it looks. */
const validation: readonly RefusalRule[] = [
  {
    code: 'RUNNING_AND_PAUSED',
    source: 'virDomainRevertToSnapshot: VIR_EXCLUSIVE_FLAGS',
    answer: { code: errorCode.INVALID_ARG },
    forceHelps: false,
    when: ({ flags }) => flags.running && flags.paused,
    text: () => 'A domain cannot be left both running and paused.',
  },
  {
    code: 'RESET_NVRAM_UNKNOWN',
    driver: 'QEMU',
    until: version.resetsNvram,
    source: 'qemuDomainRevertToSnapshot: virCheckFlags; NEWS 8.1',
    answer: { code: errorCode.INVALID_ARG },
    forceHelps: false,
    when: ({ flags }) => flags.resetNvram,
    text: ({ facts }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} cannot reset the firmware’s variables. It needs 8.1 or newer.`,
  },
  {
    code: 'RESET_NVRAM_TEST',
    driver: 'TEST',
    source: 'testDomainRevertToSnapshot: virCheckFlags',
    answer: { code: errorCode.INVALID_ARG },
    forceHelps: false,
    when: ({ flags }) => flags.resetNvram,
    text: () => 'libvirt’s test driver cannot reset the firmware’s variables.',
  },
  {
    code: 'BLOCK_JOB',
    source: 'qemuSnapshotRevert: qemuDomainHasBlockjob',
    answer: { code: errorCode.OPERATION_INVALID },
    forceHelps: false,
    when: ({ facts }) => facts.domain.blockJobs.length > 0,
    text: ({ facts }) =>
      `A block job is running on ${facts.domain.blockJobs.join(', ')}. libvirt refuses to revert until it has ended.`,
  },
  {
    code: 'JOB',
    driver: 'QEMU',
    source: 'virDomainObjBeginAsyncJob: another job holds the domain; it gives up after 30 seconds',
    answer: { code: errorCode.OPERATION_TIMEOUT },
    forceHelps: false,
    when: ({ facts }) => facts.domain.job === true && facts.domain.blockJobs.length === 0,
    text: () =>
      'Another job is running on this domain, such as a backup, a snapshot or a migration. libvirt would wait 30 seconds and then give up.',
  },
  {
    code: 'TRANSIENT_NEEDS_STATE',
    source: 'qemuSnapshotRevertValidate; testDomainRevertToSnapshot; virsh(1) snapshot-revert',
    answer: { code: errorCode.OPERATION_INVALID },
    forceHelps: false,
    when: (c) => !c.facts.domain.persistent && !isLive(c.facts.snapshot) && !asksToRun(c),
    text: () => 'A transient domain cannot be left shut off. Choose “running” or “paused”.',
  },
  {
    code: 'EXTERNAL_UNSUPPORTED',
    driver: 'QEMU',
    until: version.revertsExternal,
    source: 'qemuSnapshotRevertValidate: “revert to external snapshot not supported yet”; NEWS 9.9',
    answer: { code: errorCode.CONFIG_UNSUPPORTED },
    forceHelps: false,
    when: ({ facts }) => isExternal(facts),
    text: ({ facts }) =>
      `This is an external snapshot, and libvirt ${formatVersion(facts.libvirtVersion)} cannot revert to it. That needs 9.9 or newer.`,
  },
  {
    code: 'NO_CONFIGURATION',
    driver: 'QEMU',
    since: version.alwaysRestarts,
    source: 'qemuSnapshotRevertValidate: “lacks domain rollback info”, also by force',
    answer: risky,
    forceHelps: false,
    when: ({ facts }) => !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration, so libvirt refuses to revert to it, even with force.',
  },
  {
    code: 'NO_CONFIGURATION_TEST',
    driver: 'TEST',
    source: 'testDomainRevertToSnapshot: “lacks domain rollback info”, also by force',
    answer: risky,
    forceHelps: false,
    when: ({ facts }) => !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration, so libvirt refuses to revert to it, even with force.',
  },
  {
    code: 'NO_CONFIGURATION_OLD',
    driver: 'QEMU',
    until: version.alwaysRestarts,
    source: 'qemuDomainRevertToSnapshot: “lacks domain rollback info”',
    answer: risky,
    forceHelps: true,
    when: ({ facts }) => !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration, so libvirt cannot check that it matches. With force, the current configuration is kept.',
  },
  {
    // From 7.10 the process is replaced in every case, so there is nothing to ask for.
    code: 'MUST_RESPAWN',
    until: version.alwaysRestarts,
    source: 'qemuDomainRevertToSnapshot, testDomainRevertToSnapshot: “must respawn”; virsh(1) snapshot-revert',
    answer: risky,
    forceHelps: true,
    when: (c) => isActive(c.facts) && !isLive(c.facts.snapshot) && asksToRun(c),
    text: ({ facts }) =>
      `The guest is active and the snapshot is of a domain that was off, so libvirt ${formatVersion(facts.libvirtVersion)} must replace the hypervisor process. Open consoles are disconnected.`,
  },
  {
    code: 'MANAGED_SAVE',
    driver: 'QEMU',
    source: 'qemuSnapshotRevertValidate: “removal of existing managed saved state strongly recommended”',
    answer: risky,
    forceHelps: true,
    when: ({ facts }) => facts.domain.managedSave && !isLive(facts.snapshot),
    text: () =>
      'The domain has a managed save image and the snapshot has no memory of its own, so libvirt requires force.',
  },
  {
    code: 'GENERATION_ID',
    driver: 'QEMU',
    until: version.alwaysRestarts,
    source: 'qemuDomainRevertToSnapshot: “domain genid update requires restart”',
    answer: risky,
    forceHelps: true,
    when: ({ facts }) => isActive(facts) && isLive(facts.snapshot) && facts.stored.genid,
    text: ({ facts }) =>
      `The domain has a generation ID, which must change with a revert, so libvirt ${formatVersion(facts.libvirtVersion)} must replace the hypervisor process.`,
  },
  {
    code: 'CONFIG_MISMATCH',
    until: version.alwaysRestarts,
    source: 'qemuDomainRevertToSnapshot, testDomainRevertToSnapshot: virDomainDefCheckABIStability',
    answer: risky,
    forceHelps: true,
    when: ({ facts }) => isActive(facts) && isLive(facts.snapshot) && abiChanges(facts).length > 0,
    text: ({ facts }) =>
      `The configuration of the running guest no longer matches the snapshot’s (${abiChanges(facts).map(describeChange).join('; ')}), so libvirt ${formatVersion(facts.libvirtVersion)} must replace the hypervisor process.`,
  },
  {
    code: 'EXTERNAL_NOT_A_FILE',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemuSnapshotRevertValidate: “source disk is not a regular file”, drives without a medium included',
    answer: { code: errorCode.OPERATION_UNSUPPORTED },
    forceHelps: false,
    when: ({ facts }) => isExternal(facts) && facts.stored.notFiles.length > 0,
    text: ({ facts: { stored } }) =>
      `libvirt can only revert to an external snapshot if every drive in it is a plain file, and ${named(stored.notFiles)} ${stored.notFiles.length === 1 ? 'is' : 'are'} not.`,
  },
  {
    code: 'SUSPENDED_SNAPSHOT',
    driver: 'QEMU',
    source: 'qemuSnapshotRevert: “reversion of snapshot taken in PMSUSPENDED state”',
    answer: { code: errorCode.OPERATION_UNSUPPORTED },
    forceHelps: false,
    when: ({ facts }) => facts.snapshot.state === 'pmsuspended',
    text: () =>
      'The guest was suspended by power management when the snapshot was taken. libvirt cannot revert to that state.',
  },
  {
    code: 'NO_STATE',
    driver: 'QEMU',
    source: 'qemuSnapshotRevert: “Invalid target domain state”',
    answer: { code: errorCode.INTERNAL_ERROR },
    forceHelps: false,
    when: ({ facts }) => facts.snapshot.state === 'nostate' || facts.snapshot.state === 'blocked',
    text: ({ facts }) => `libvirt cannot revert to a snapshot of a guest in the state “${facts.snapshot.state}”.`,
  },
  {
    code: 'DISK_ONLY_UNSUPPORTED',
    driver: 'QEMU',
    since: version.revertsExternal,
    until: version.revertsDiskOnly,
    source: 'qemuSnapshotRevert (9.9–10.0): “Invalid target domain state disk-snapshot”',
    answer: { code: errorCode.INTERNAL_ERROR },
    forceHelps: false,
    when: ({ facts }) => facts.snapshot.state === 'disk-snapshot',
    text: ({ facts }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} fails to revert to disk-only snapshots. Newer versions can.`,
  },
];

/**
 * Everything that makes libvirt refuse a revert or fail in it, in the order in which it looks: its answer is that of the
 * first row that holds. (virDomainRevertToSnapshot; before 7.10 qemuDomainRevertToSnapshot; then qemuSnapshotRevert and
 * qemuSnapshotRevertValidate; testDomainRevertToSnapshot.)
 */
export const refusalRules: readonly RefusalRule[] = [...validation, ...failureRules];

/** Reverts that libvirt refuses, whatever is asked. */
export const blockerRules: readonly RefusalRule[] = refusalRules.filter((rule) => !rule.forceHelps);
/** Reverts that libvirt wants to be forced to. */
export const forceRules: readonly RefusalRule[] = refusalRules.filter((rule) => rule.forceHelps);
