import { can, inVersions, type Versions } from '../libvirt/versions.ts';
import type { RevertFacts, Snapshot, StartState } from '../schema.ts';

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
export interface Rule extends Versions {
  code: string;
  driver?: 'QEMU' | 'TEST';
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
  const { driver } = rule;
  const { facts } = c;
  return (driver === undefined || driver === facts.driver) && inVersions(facts.libvirtVersion, rule) && rule.when(c);
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
  const old = isQemu(facts) && !can(facts.libvirtVersion, 'alwaysRestarts');
  return !old || !isLive(facts.snapshot) || facts.stored.genid || abiChanges(facts).length > 0;
}

/** An external revert deletes the overlays of the current snapshot (qemuSnapshotRevertExternalFinish). */
export const unlinks = (facts: RevertFacts): boolean =>
  isQemu(facts) && isExternal(facts) && can(facts.libvirtVersion, 'revertsExternal');

export const quoted = (name: string): string => `“${name}”`;
export const listed = (names: readonly string[], count = names.length): string =>
  count > names.length
    ? `${names.map(quoted).join(', ')} and ${count - names.length} more`
    : names.map(quoted).join(', ');
