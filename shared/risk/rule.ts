import type { RevertFacts, Snapshot, StartState } from '../schema.ts';

/** Versions in libvirt's numbers. */
export const version = {
  /** A revert always replaces the hypervisor process from here on (libvirt NEWS 7.10). */
  alwaysRestarts: 7_010_000,
  /** VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM (libvirt NEWS 8.1). */
  resetsNvram: 8_001_000,
  revertsExternal: 9_009_000,
  revertsDiskOnly: 10_010_000,
  /** Internal snapshots take the NVRAM back too (libvirt NEWS 10.10). */
  revertsNvram: 10_010_000,
} as const;

/** What libvirt is asked for, flag by flag; the window can only ask for a start state. */
export interface RevertFlags {
  running: boolean;
  paused: boolean;
  resetNvram: boolean;
}

/** One revert as it would be asked for. */
export interface Case {
  facts: RevertFacts;
  flags: RevertFlags;
}

/** A row of a table. It holds for one driver or all, from `since` up to, not including, `until`. */
export interface Rule {
  code: string;
  driver?: 'QEMU' | 'TEST';
  since?: number;
  until?: number;
  /** The function of libvirt or the section of a manual that says so; `observed`: seen on live daemons. */
  source: string;
  when(c: Case): boolean;
  text(c: Case): string;
}

export function flagsOf(startState: StartState): RevertFlags {
  return { running: startState === 'running', paused: startState === 'paused', resetNvram: false };
}

/** Whether a rule speaks of this case: driver, version and condition. */
export function holds(rule: Rule, c: Case): boolean {
  const { driver, since = 0, until = Number.POSITIVE_INFINITY } = rule;
  const { facts } = c;
  return (
    (driver === undefined || driver === facts.driver) &&
    facts.libvirtVersion >= since &&
    facts.libvirtVersion < until &&
    rule.when(c)
  );
}

/** The snapshot has memory to resume. */
export const isLive = (snapshot: Pick<Snapshot, 'state'>): boolean =>
  snapshot.state === 'running' || snapshot.state === 'paused';
export const isActive = ({ domain }: RevertFacts): boolean => domain.state !== 'shutoff' && domain.state !== 'crashed';
/** virDomainSnapshotIsExternal: any disk or the memory is outside. */
export const isExternal = ({ snapshot }: RevertFacts): boolean =>
  snapshot.kind === 'external' || snapshot.kind === 'mixed';
export const isQemu = ({ driver }: RevertFacts): boolean => driver === 'QEMU';
export const asksToRun = ({ flags }: Case): boolean => flags.running || flags.paused;
export const abiChanges = (facts: RevertFacts) => facts.configChanges.filter((change) => change.abi);
export const isSaved = (disk: Snapshot['disks'][number]): boolean =>
  disk.kind === 'internal' || disk.kind === 'external';

/** Before 7.10 a running hypervisor process was kept wherever possible; since then it is always replaced. */
export function replacesProcess(facts: RevertFacts): boolean {
  const old = isQemu(facts) && facts.libvirtVersion < version.alwaysRestarts;
  return !old || !isLive(facts.snapshot) || facts.stored.genid || abiChanges(facts).length > 0;
}

/** An external revert deletes the overlays of the current snapshot (qemuSnapshotRevertExternalFinish). */
export const unlinks = (facts: RevertFacts): boolean =>
  isQemu(facts) && isExternal(facts) && facts.libvirtVersion >= version.revertsExternal;

export const quoted = (name: string): string => `“${name}”`;
export const listed = (names: readonly string[], count = names.length): string =>
  count > names.length
    ? `${names.map(quoted).join(', ')} and ${count - names.length} more`
    : names.map(quoted).join(', ');
