import { describeChange } from './config-changes.ts';
import { formatVersion, stateLabel } from './format.ts';
import type { Assessment, DomainState, Requirement, RevertFacts, Snapshot, StartState, Statement } from './schema.ts';

/*
 * What a revert does, as tables. The state afterwards, with QEMU (qemuDomainRevertToSnapshot, seen on 7.0–12.8):
 *
 *   snapshot          as saved   running    paused
 *   running           running    running    paused
 *   paused            paused     running    paused
 *   shut off, crashed shut off   running *  paused *
 *   disk-snapshot     shut off   running *  paused *      * a cold boot: there is no memory to resume
 */

/** Versions in libvirt's numbers. */
export const version = { alwaysRestarts: 7_010_000, revertsExternal: 9_009_000, revertsDiskOnly: 10_010_000 } as const;

interface Case {
  facts: RevertFacts;
  startState: StartState;
}
interface Rule {
  code: string;
  when(c: Case): boolean;
  text(c: Case): string;
}
interface ForceRule extends Rule {
  certainty: Requirement['certainty'];
}

export const isLive = (snapshot: Pick<Snapshot, 'state'>): boolean =>
  snapshot.state === 'running' || snapshot.state === 'paused';
const isActive = ({ domain }: RevertFacts) => domain.state !== 'shutoff' && domain.state !== 'crashed';
const isExternal = ({ snapshot }: RevertFacts) => snapshot.kind === 'external' || snapshot.kind === 'mixed';
const isQemu = ({ driver }: RevertFacts) => driver === 'QEMU';
const abiChanges = (facts: RevertFacts) => facts.configChanges.filter((change) => change.abi);
const quoted = (name: string) => `“${name}”`;

/** Reverts that libvirt refuses, or that would do harm: they are not offered. */
export const blockerRules: readonly Rule[] = [
  {
    // qemuSnapshotRevertValidate: VIR_ERR_OPERATION_INVALID (55); virsh(1) snapshot-revert
    code: 'TRANSIENT_NEEDS_STATE',
    when: ({ facts, startState }) => !facts.domain.persistent && !isLive(facts.snapshot) && startState === 'as-saved',
    text: () => 'A transient domain cannot be left shut off. Choose “running” or “paused”.',
  },
  {
    // qemuSnapshotRevertValidate: CONFIG_UNSUPPORTED (67) before 9.9.0
    code: 'EXTERNAL_UNSUPPORTED',
    when: ({ facts }) => isQemu(facts) && isExternal(facts) && facts.libvirtVersion < version.revertsExternal,
    text: ({ facts }) =>
      `This is an external snapshot, and libvirt ${formatVersion(facts.libvirtVersion)} cannot revert to those. It needs 9.9 or newer.`,
  },
  {
    // qemuSnapshotRevertExternalPrepare (11.3.0): NULL dereference without a current snapshot
    code: 'EXTERNAL_WITHOUT_CURRENT',
    when: ({ facts }) => isQemu(facts) && isExternal(facts) && facts.current === null,
    text: () =>
      'The domain has no current snapshot. Reverting to an external one would crash the libvirt daemon, so Snapkeel does not ask for it.',
  },
  {
    // qemuSnapshotRevertExternal (9.9–10.0): INTERNAL_ERROR "Invalid target domain state 'disk-snapshot'"
    code: 'DISK_ONLY_UNSUPPORTED',
    when: ({ facts }) =>
      isQemu(facts) &&
      facts.snapshot.state === 'disk-snapshot' &&
      facts.libvirtVersion >= version.revertsExternal &&
      facts.libvirtVersion < version.revertsDiskOnly,
    text: ({ facts }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} fails to revert to disk-only snapshots. Newer versions can.`,
  },
  {
    // qemuSnapshotRevertValidate: OPERATION_UNSUPPORTED (84)
    code: 'SUSPENDED_SNAPSHOT',
    when: ({ facts }) => isQemu(facts) && facts.snapshot.state === 'pmsuspended',
    text: () =>
      'The guest was suspended by power management when the snapshot was taken. libvirt cannot revert to that state.',
  },
  {
    // qemuSnapshotRevertValidate: SNAPSHOT_REVERT_RISKY (77), which FORCE does not overcome since 7.10
    code: 'NO_CONFIGURATION',
    when: ({ facts }) => !facts.hasConfig && facts.libvirtVersion >= version.alwaysRestarts,
    text: () =>
      'The snapshot does not hold the domain’s configuration, so libvirt refuses to revert to it, also by force.',
  },
  {
    // virDomainObjCheckActive / qemuDomainHasBlockjob: OPERATION_INVALID (55)
    code: 'BLOCK_JOB',
    when: ({ facts }) => facts.domain.blockJobs.length > 0,
    text: ({ facts }) =>
      `A block job is running on ${facts.domain.blockJobs.join(', ')}. libvirt refuses to revert until it has ended.`,
  },
];

/** Why force is or may be needed. libvirt asks for it with SNAPSHOT_REVERT_RISKY (77) only. */
export const forceRules: readonly ForceRule[] = [
  {
    code: 'LIBVIRT_SAID_RISKY',
    certainty: 'needed',
    when: ({ facts }) => facts.riskReported !== null,
    text: ({ facts }) => `libvirt refused this revert as risky: ${facts.riskReported}`,
  },
  {
    // qemuDomainRevertToSnapshot (6.0–7.9): "must respawn qemu to start inactive snapshot"
    code: 'MUST_RESPAWN',
    certainty: 'needed',
    when: ({ facts, startState }) =>
      isOldQemu(facts) && isActive(facts) && !isLive(facts.snapshot) && startState !== 'as-saved',
    text: ({ facts }) =>
      `The guest is active and the snapshot is of a domain that was off, so libvirt ${formatVersion(facts.libvirtVersion)} must replace the hypervisor process. Consoles that are connected to it break.`,
  },
  {
    // qemuDomainRevertToSnapshot (6.0–7.9): virDomainDefCheckABIStability
    code: 'CONFIG_MISMATCH',
    certainty: 'needed',
    when: ({ facts }) => isOldQemu(facts) && isActive(facts) && isLive(facts.snapshot) && abiChanges(facts).length > 0,
    text: ({ facts }) =>
      `The configuration of the running guest no longer matches the snapshot’s (${abiChanges(facts).map(describeChange).join('; ')}), so libvirt ${formatVersion(facts.libvirtVersion)} must replace the hypervisor process.`,
  },
  {
    // qemuDomainRevertToSnapshot (6.0–7.9): "lacks domain rollback info", overcome by FORCE in these versions only
    code: 'NO_CONFIGURATION_OLD',
    certainty: 'needed',
    when: ({ facts }) => isOldQemu(facts) && !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration, so libvirt cannot prove that it matches. By force, the configuration of today is kept.',
  },
  {
    // qemuSnapshotRevertValidate: a managed save image with a snapshot that has no memory
    code: 'MANAGED_SAVE',
    certainty: 'needed',
    when: ({ facts }) => isQemu(facts) && facts.domain.managedSave && !isLive(facts.snapshot),
    text: () =>
      'The domain has a managed save image and the snapshot has no memory of its own, so libvirt wants to be forced.',
  },
];

/** What is gone afterwards, in the order of the dialog. Only sentences that are true of these facts. */
export const lossRules: readonly Rule[] = [
  {
    code: 'MEMORY',
    when: ({ facts }) => isActive(facts),
    text: () => 'The memory and every running program of this guest',
  },
  {
    code: 'DISKS',
    when: ({ facts }) => facts.snapshot.disks.some(isSaved),
    text: ({ facts }) => {
      const targets = facts.snapshot.disks.filter(isSaved).map((disk) => disk.target);
      const since =
        facts.current === facts.snapshot.name ? 'since the snapshot' : 'that is not kept by another snapshot';
      return `Everything written to ${targets.join(', ')} ${since}`;
    },
  },
  {
    code: 'CONFIGURATION',
    when: ({ facts }) => facts.configChanges.length > 0,
    text: ({ facts }) => `The configuration goes back too. ${facts.configChanges.map(describeChange).join('; ')}`,
  },
  {
    code: 'CONSOLES',
    when: ({ facts }) => isActive(facts) && facts.domain.consoles.length > 0 && replacesProcess(facts),
    text: ({ facts }) =>
      `Open ${facts.domain.consoles.map((kind) => kind.toUpperCase()).join(' and ')} consoles are disconnected`,
  },
];

/** True and worth knowing, without anything being lost by it. */
export const warningRules: readonly Rule[] = [
  {
    // virsh(1) snapshot-revert: "disk-only snapshots leave the domain off"
    code: 'STAYS_OFF',
    when: ({ facts, startState }) => facts.domain.persistent && startState === 'as-saved' && !isLive(facts.snapshot),
    text: ({ facts }) =>
      facts.snapshot.state === 'disk-snapshot'
        ? 'A disk-only snapshot holds no memory: the domain is left shut off unless you choose otherwise.'
        : 'The snapshot was taken with the domain off: it is left shut off unless you choose otherwise.',
  },
  {
    code: 'COLD_BOOT',
    when: ({ facts, startState }) => startState !== 'as-saved' && !isLive(facts.snapshot) && isQemu(facts),
    text: () => 'The snapshot holds no memory, so the guest boots from its disks.',
  },
  {
    // observed: the image survives FORCE and live reverts
    code: 'MANAGED_SAVE_SURVIVES',
    when: ({ facts }) => isQemu(facts) && facts.domain.managedSave,
    text: () =>
      'The managed save image stays. Starting the domain from it later would put old memory over the reverted disks and can corrupt them: remove it with “virsh managedsave-remove” before the next start.',
  },
  {
    // testDomainRevertToSnapshot: STARTED is emitted, the domain is left shut off
    code: 'TEST_DRIVER_STAYS_OFF',
    when: ({ facts, startState }) => facts.driver === 'TEST' && startState !== 'as-saved' && !isLive(facts.snapshot),
    text: () => 'libvirt’s test driver leaves the domain shut off here, whatever is chosen.',
  },
  {
    code: 'UNKNOWN_STATE',
    when: ({ facts }) => facts.snapshot.state === 'unknown',
    text: () => 'Snapkeel could not read what this snapshot holds, so it cannot tell the state afterwards.',
  },
];

/** The state libvirt will leave the domain in. */
export function revertOutcome(facts: RevertFacts, startState: StartState): DomainState {
  const { snapshot, driver } = facts;
  if (snapshot.state === 'unknown') return 'unknown';
  if (!isLive(snapshot) && (driver === 'TEST' || startState === 'as-saved')) return 'shutoff';
  if (startState === 'as-saved') return snapshot.state === 'paused' ? 'paused' : 'running';
  return startState;
}

/** Everything the rules say of one choice. The virsh line carries `--force` when force is needed. */
export function assessRevert(
  facts: RevertFacts,
  startState: StartState,
  virsh: (force: boolean) => string,
): Assessment {
  const c: Case = { facts, startState };
  const matching = (rules: readonly Rule[]): Statement[] =>
    rules.filter((rule) => rule.when(c)).map(({ code, text }) => ({ code, text: text(c) }));
  const requirements: Requirement[] = forceRules
    .filter((rule) => rule.when(c))
    .map(({ code, certainty, text }) => ({
      code,
      certainty,
      text: text(c),
      consent: 'Revert with --force',
      grants: 'force',
    }));
  return {
    outcome: revertOutcome(facts, startState),
    losses: matching(lossRules),
    warnings: matching(warningRules),
    requirements,
    blockers: matching(blockerRules),
    virsh: virsh(requirements.some((each) => each.certainty === 'needed')),
  };
}

interface Comparison {
  changed(before: RevertFacts, after: RevertFacts): boolean;
  text(before: RevertFacts, after: RevertFacts): string;
}
const differ = (of: (facts: RevertFacts) => unknown) => (before: RevertFacts, after: RevertFacts) =>
  JSON.stringify(of(before)) !== JSON.stringify(of(after));

/** What may not change between reading a plan and carrying it out. */
const comparisons: readonly Comparison[] = [
  {
    changed: differ((f) => f.domain.state),
    text: (a, b) => `The domain is ${stateLabel(b.domain.state)} now; it was ${stateLabel(a.domain.state)}.`,
  },
  {
    changed: differ((f) => f.domain.persistent),
    text: (_, b) => `The domain is ${b.domain.persistent ? 'persistent' : 'transient'} now.`,
  },
  {
    changed: differ((f) => f.domain.managedSave),
    text: (_, b) => `The domain has ${b.domain.managedSave ? 'a' : 'no'} managed save image now.`,
  },
  {
    changed: differ((f) => f.current),
    text: (a, b) =>
      `The current snapshot is ${b.current === null ? 'none' : quoted(b.current)} now; it was ${a.current === null ? 'none' : quoted(a.current)}.`,
  },
  {
    changed: differ((f) => f.snapshot),
    text: (_, b) => `The snapshot ${quoted(b.snapshot.name)} was changed or replaced.`,
  },
  {
    changed: differ((f) => f.configChanges),
    text: (_, b) =>
      b.configChanges.length === 0
        ? 'The domain’s configuration is the snapshot’s again.'
        : `The domain’s configuration was changed. ${b.configChanges.map(describeChange).join('; ')}.`,
  },
  { changed: differ((f) => f.hasConfig), text: () => 'The configuration stored with the snapshot was changed.' },
  {
    changed: differ((f) => f.domain.blockJobs),
    text: (_, b) => (b.domain.blockJobs.length ? 'A block job has started.' : 'A block job has ended.'),
  },
  { changed: differ((f) => f.domain.consoles), text: () => 'The domain’s consoles were changed.' },
  { changed: differ((f) => [f.driver, f.libvirtVersion]), text: () => 'The host runs another libvirt now.' },
];

/** Sentences for everything that is no longer as the person read it; empty when the plan still holds. */
export function staleness(before: RevertFacts, after: RevertFacts): string[] {
  return comparisons.filter((each) => each.changed(before, after)).map((each) => each.text(before, after));
}

/** Before 7.10 a running hypervisor process was kept wherever possible; since then it is always replaced. */
function replacesProcess(facts: RevertFacts): boolean {
  return !isQemu(facts) || !isOldQemu(facts) || !isLive(facts.snapshot) || abiChanges(facts).length > 0;
}

function isOldQemu(facts: RevertFacts): boolean {
  return isQemu(facts) && facts.libvirtVersion < version.alwaysRestarts;
}

function isSaved(disk: Snapshot['disks'][number]): boolean {
  return disk.kind === 'internal' || disk.kind === 'external';
}
