import { revertFlag } from '../../shared/libvirt/flags.ts';
import { can, inVersions, type Versions, version } from '../../shared/libvirt/versions.ts';
import {
  currentConfig,
  type DomainConfig,
  type DomainModel,
  hasMemory,
  isActive,
  isExternal,
  type SnapshotModel,
} from './model.ts';
import type { Refusal } from './refuse.ts';

/** One revert as it was asked for. `snapshot` is undefined when the domain has none of that name. */
export interface RevertCase {
  /** libvirt's version: major * 1 000 000 + minor * 1 000 + release */
  readonly version: number;
  readonly flags: number;
  readonly domain: DomainModel;
  readonly name: string;
  readonly snapshot: SnapshotModel | undefined;
}

export interface RevertRule extends Omit<Refusal, 'message'>, Versions {
  readonly rule: string;
  /** FORCE overrides it. */
  readonly forceable?: true;
  /** The daemon does not answer: it dies. */
  readonly crash?: true;
  readonly message: (asked: RevertCase) => string;
  readonly when: (asked: RevertCase) => boolean;
}

const { running, paused, force, resetNvram } = revertFlag;
const asksToRun = (asked: RevertCase): boolean => (asked.flags & (running | paused)) !== 0;
const on =
  (test: (snapshot: SnapshotModel, asked: RevertCase) => boolean) =>
  (asked: RevertCase): boolean =>
    asked.snapshot !== undefined && test(asked.snapshot, asked);
/** Before 7.10 a live snapshot is loaded into the running QEMU, which must fit it. */
const intoRunning = (test: (stored: DomainConfig, live: DomainConfig) => boolean) =>
  on((snapshot, { domain }) =>
    Boolean(hasMemory(snapshot) && domain.live && snapshot.config && test(snapshot.config, domain.live)),
  );

/**
 * Everything that makes libvirt refuse a revert, in the order it looks
 * (virDomainRevertToSnapshot; 7.0: qemuDomainRevertToSnapshot; later: qemuSnapshotRevert, qemuSnapshotRevertValidate).
 */
export const revertRules: readonly RevertRule[] = [
  {
    rule: 'running-and-paused',
    code: 'INVALID_ARG',
    domain: 'DOMAIN_SNAPSHOT',
    message: () =>
      "Flags 'VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING' and 'VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED' are mutually exclusive",
    when: ({ flags }) => (flags & running) !== 0 && (flags & paused) !== 0,
  },
  {
    rule: 'unknown-flag',
    code: 'INVALID_ARG',
    domain: 'QEMU',
    message: ({ flags }) => `unsupported flags (0x${flags.toString(16)}) in function qemuDomainRevertToSnapshot`,
    when: ({ flags, version }) =>
      (flags & ~(running | paused | force | (can(version, 'resetsNvram') ? resetNvram : 0))) !== 0,
  },
  {
    rule: 'block-job',
    code: 'OPERATION_INVALID',
    domain: 'QEMU',
    message: () => 'domain has active block job',
    when: ({ domain }) => domain.blockJobs.length > 0,
  },
  {
    rule: 'no-such-snapshot',
    code: 'NO_DOMAIN_SNAPSHOT',
    domain: 'QEMU',
    message: ({ name }) => `no domain snapshot with matching name '${name}'`,
    when: ({ snapshot }) => snapshot === undefined,
  },
  {
    rule: 'transient-would-end',
    code: 'OPERATION_INVALID',
    domain: 'QEMU',
    message: () => 'transient domain needs to request run or pause to revert to inactive snapshot',
    when: on((snapshot, asked) => !asked.domain.persistent && !hasMemory(snapshot) && !asksToRun(asked)),
  },
  {
    rule: 'external-unsupported',
    until: version.revertsExternal,
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: () => 'revert to external snapshot not supported yet',
    when: on(isExternal),
  },
  {
    rule: 'no-rollback-info-old',
    until: version.alwaysRestarts,
    forceable: true,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: ({ name, domain }) =>
      `revert requires force: snapshot '${name}' lacks domain '${domain.name}' rollback info`,
    when: on((snapshot) => snapshot.config === null),
  },
  {
    rule: 'no-rollback-info',
    since: version.alwaysRestarts,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: ({ name, domain }) =>
      `revert requires force: snapshot '${name}' lacks domain '${domain.name}' rollback info`,
    when: on((snapshot) => snapshot.config === null),
  },
  {
    rule: 'must-respawn',
    until: version.alwaysRestarts,
    forceable: true,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: () => 'revert requires force: must respawn qemu to start inactive snapshot',
    when: on((snapshot, asked) => isActive(asked.domain) && !hasMemory(snapshot) && asksToRun(asked)),
  },
  {
    rule: 'managed-save',
    forceable: true,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: () =>
      'revert requires force: snapshot without memory state, removal of existing managed saved state strongly recommended to avoid corruption',
    when: on((snapshot, { domain }) => domain.managedSave && !hasMemory(snapshot)),
  },
  {
    rule: 'pmsuspended',
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: () => "qemu doesn't support reversion of snapshot taken in PMSUSPENDED state",
    when: on((snapshot) => snapshot.state === 'pmsuspended'),
  },
  {
    rule: 'external-without-current',
    since: version.revertsExternal,
    crash: true,
    code: 'INTERNAL_ERROR',
    domain: 'QEMU',
    message: () => 'the daemon dereferences NULL',
    when: on((snapshot, { domain }) => isExternal(snapshot) && domain.current === null),
  },
  {
    rule: 'external-disk-only-unsupported',
    since: version.revertsExternal,
    until: version.revertsDiskOnly,
    code: 'INTERNAL_ERROR',
    domain: 'QEMU',
    message: () => "Invalid target domain state 'disk-snapshot'. Refusing snapshot reversion",
    when: on((snapshot) => snapshot.state === 'disk-snapshot'),
  },
  {
    rule: 'external-not-a-file',
    since: version.revertsExternal,
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: () => "source disk is not a regular file, reverting to snapshot isn't supported",
    when: on((snapshot) =>
      snapshot.disks.some(
        ({ kind, target }) =>
          kind === 'external' && snapshot.config?.disks.some((disk) => disk.target === target && disk.type !== 'file'),
      ),
    ),
  },
  {
    rule: 'genid',
    until: version.alwaysRestarts,
    forceable: true,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: () => 'revert requires force: domain genid update requires restart',
    when: intoRunning((stored) => stored.genid !== null),
  },
  {
    rule: 'abi',
    until: version.alwaysRestarts,
    forceable: true,
    code: 'SNAPSHOT_REVERT_RISKY',
    domain: 'QEMU',
    message: ({ snapshot, domain }) =>
      `revert requires force: ${abiDifference(snapshot?.config ?? domain.config, currentConfig(domain))}`,
    when: intoRunning((stored, live) => abiDifference(stored, live) !== null),
  },
];

/** The rows that a libvirt of this version has. */
export function rulesOf(libvirtVersion: number): RevertRule[] {
  return revertRules.filter((rule) => inVersions(libvirtVersion, rule));
}

/** The row that refuses, if any. */
export function findRevertRefusal(asked: RevertCase): RevertRule | undefined {
  const forced = (asked.flags & force) !== 0;
  return rulesOf(asked.version).find((row) => !(forced && row.forceable) && row.when(asked));
}

/** virDomainDefCheckABIStability, the part of it that matters here: the first difference in libvirt's words. */
export function abiDifference(target: DomainConfig, source: DomainConfig): string | null {
  const rows: [unknown, unknown, string][] = [
    [target.memoryKiB, source.memoryKiB, 'max memory'],
    [target.vcpus, source.vcpus, 'vCPU count'],
    [target.machine, source.machine, 'OS type'],
    [target.disks.length, source.disks.length, 'disk count'],
    [target.networks.length, source.networks.length, 'net card count'],
  ];
  const row = rows.find(([a, b]) => a !== b);
  return row ? `Target domain ${row[2]} ${row[0]} does not match source ${row[1]}` : null;
}
