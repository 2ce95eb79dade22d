import {
  definedDetail,
  pausedReason,
  resumedDetail,
  revertFlag,
  runningReason,
  shutdownDetail,
  shutoffReason,
  startedDetail,
  stoppedDetail,
  suspendedDetail,
} from '../../shared/libvirt/flags.ts';
import { can } from '../../shared/libvirt/versions.ts';
import type { LibvirtError } from '../libvirt/errors.ts';
import {
  type Change,
  currentConfig,
  type DomainConfig,
  type DomainEvent,
  type DomainModel,
  type Env,
  findSnapshot,
  hasMemory,
  isExternal,
  overlayPath,
  type SnapshotModel,
  stoppedAt,
} from './model.ts';
import { switchedOff, tell } from './power.ts';
import { refusal } from './refuse.ts';
import { abiDifference, findRevertRefusal } from './revert-rules.ts';
import { goingOnFrom } from './written.ts';

/**
 * What a revert does, one thing after the other. `killed`: QEMU is stopped, there is no way back from here.
 * `error`: libvirt's answer when it failed after that. `crash`: the daemon dies instead of answering.
 */
export interface Revert {
  readonly killed: Change | null;
  readonly done: Change | null;
  readonly error: LibvirtError | null;
  readonly crash: boolean;
}

/**
 * qemuDomainRevertToSnapshot (before 7.10) and qemuSnapshotRevert.
 * @throws LibvirtError when it is refused, and so nothing has happened (revert-rules.ts).
 */
export function revert(domain: DomainModel, name: string, flags: number, env: Env): Revert {
  const snapshot = findSnapshot(domain, name);
  const asked = { version: env.version, flags, domain, name, snapshot };
  const refused = findRevertRefusal(asked);
  if (refused?.crash) return { killed: null, done: null, error: null, crash: true };
  if (refused) throw refusal({ ...refused, message: refused.message(asked) });
  if (!snapshot) throw new Error('the rules let a missing snapshot through');
  const killed = domain.live && !fitsInto(domain.live, snapshot, env) ? kill(domain, env) : null;
  if (snapshot.lost || diskWithoutImage(domain, snapshot) !== null) return fail(domain, killed, snapshot, env);
  const base = killed?.domain ?? domain;
  const change = hasMemory(snapshot) ? toLive(base, snapshot, flags, env) : toOffline(base, snapshot, flags, env);
  return { killed, done: settle(change, snapshot, env), error: null, crash: false };
}

/** Before 7.10 a snapshot that fits the running QEMU is loaded in place. */
function fitsInto(live: DomainConfig, snapshot: SnapshotModel, env: Env): boolean {
  if (can(env.version, 'alwaysRestarts') || !hasMemory(snapshot)) return false;
  return snapshot.config === null || (snapshot.config.genid === null && abiDifference(snapshot.config, live) === null);
}

function kill(domain: DomainModel, env: Env): Change {
  const stopped = tell('stopped', stoppedDetail.fromSnapshot);
  return {
    domain: switchedOff(domain, shutoffReason.fromSnapshot),
    events: can(env.version, 'tellsShutdown') ? [tell('shutdown', shutdownDetail.host), stopped] : [stopped],
  };
}

function fail(domain: DomainModel, killed: Change | null, snapshot: SnapshotModel, env: Env): Revert {
  const hole = snapshot.lost ? null : diskWithoutImage(domain, snapshot);
  const error =
    hole !== null
      ? refusal({
          code: 'CONFIG_UNSUPPORTED',
          domain: 'DOMAIN_SNAPSHOT',
          message: `source for disk '${hole}' is not a regular file; refusing to generate external snapshot name`,
        })
      : snapshot.memory === 'external'
        ? refusal({
            code: 'SYSTEM_ERROR',
            domain: 'QEMU',
            message: `Failed to open file '${snapshot.memoryFile}': No such file or directory`,
          })
        : refusal({
            code: can(env.version, 'namesJobs') ? 'OPERATION_FAILED' : 'INTERNAL_ERROR',
            domain: 'QEMU',
            message: `Snapshot '${snapshot.name}' does not exist in one or more devices`,
          });
  const off = killed && { ...killed.domain, reason: shutoffReason.failed };
  const inPlace = domain.live && !killed ? suspendedForLoad(domain) : null;
  return { killed, done: off ? { domain: off, events: [] } : inPlace, error, crash: false };
}

/** The first disk whose image in an external snapshot is gone. Seen on 11.3: found out only once QEMU is stopped. */
function diskWithoutImage({ gone }: DomainModel, { disks, config }: SnapshotModel): string | null {
  const external = new Set(disks.flatMap(({ target, kind }) => (kind === 'external' ? [target] : [])));
  const disk = config?.disks.find(({ target, path }) => external.has(target) && path !== null && gone.includes(path));
  return disk?.target ?? null;
}

function toLive(domain: DomainModel, snapshot: SnapshotModel, flags: number, env: Env): Change {
  const { live, config } = restored(domain, snapshot, env);
  const clock = stoppedAt(snapshot.ran);
  const paused = !(flags & revertFlag.running) && (snapshot.state === 'paused' || (flags & revertFlag.paused) !== 0);
  const state: Partial<DomainModel> = paused
    ? { state: 'paused', reason: pausedReason.fromSnapshot }
    : { state: 'running', reason: runningReason.fromSnapshot };
  if (domain.live) {
    const stopped = suspendedForLoad(domain).events;
    const resumed = paused ? [] : [tell('resumed', resumedDetail.fromSnapshot)];
    return { domain: { ...domain, ...state, live, config, clock }, events: [...stopped, ...resumed] };
  }
  const then = paused ? tell('suspended', suspendedDetail.fromSnapshot) : tell('resumed', resumedDetail.fromSnapshot);
  const started = tell('started', startedDetail.fromSnapshot);
  const resumesFirst = !can(env.version, 'alwaysRestarts') && !paused;
  return {
    domain: { ...domain, ...state, live, config, clock, id: env.newId() },
    events: resumesFirst ? [then, started] : [started, then],
  };
}

/** A guest that is off already keeps the reason why it is off. */
function toOffline(domain: DomainModel, snapshot: SnapshotModel, flags: number, env: Env): Change {
  const { config } = restored(domain, snapshot, env);
  const off = { ...domain, config };
  if (!(flags & (revertFlag.running | revertFlag.paused))) return { domain: off, events: [] };
  const paused = (flags & revertFlag.paused) !== 0;
  const on = { ...off, live: config, id: env.newId(), clock: stoppedAt(0) };
  const started = tell('started', startedDetail.fromSnapshot);
  return paused
    ? {
        domain: { ...on, state: 'paused', reason: pausedReason.user },
        events: [started, tell('suspended', suspendedDetail.fromSnapshot)],
      }
    : {
        domain: { ...on, state: 'running', reason: runningReason.booted },
        events: [tell('resumed', resumedDetail.unpaused), started],
      };
}

function suspendedForLoad(domain: DomainModel): Change {
  if (domain.state !== 'running') return { domain, events: [] };
  return {
    domain: { ...domain, state: 'paused', reason: pausedReason.fromSnapshot },
    events: [tell('suspended', suspendedDetail.fromSnapshot)],
  };
}

/** The target becomes current, and only a persistent domain's definition is told as changed. */
function settle(change: Change, snapshot: SnapshotModel, { now }: Env): Change {
  const { domain } = change;
  const overlays = isExternal(snapshot) ? overlaysOf(snapshot, domain) : [];
  const hasChildren = domain.snapshots.some((each) => each.parent === snapshot.name);
  const defined: DomainEvent[] = domain.persistent ? [tell('defined', definedDetail.fromSnapshot)] : [];
  return {
    domain: {
      ...domain,
      current: snapshot.name,
      written: goingOnFrom(domain.written, domain.tags, snapshot.name, now),
      snapshots:
        overlays.length === 0
          ? domain.snapshots
          : domain.snapshots.map((each) => (each === snapshot ? withOverlays(each, overlays, hasChildren) : each)),
    },
    events: [...change.events, ...defined],
  };
}

/** Without children nothing lies on the overlays that the snapshot made: the new ones take their place (seen on 11.3). */
function withOverlays(
  snapshot: SnapshotModel,
  overlays: SnapshotModel['revertDisks'],
  hasChildren: boolean,
): SnapshotModel {
  if (hasChildren) return { ...snapshot, revertDisks: overlays };
  const disks = snapshot.disks.map((disk) => overlays.find(({ target }) => target === disk.target) ?? disk);
  return { ...snapshot, disks, revertDisks: [] };
}

function overlaysOf(snapshot: SnapshotModel, domain: DomainModel): SnapshotModel['revertDisks'] {
  return snapshot.disks
    .filter((disk) => disk.kind === 'external')
    .map((disk) => ({
      ...disk,
      file: currentConfig(domain).disks.find(({ target }) => target === disk.target)?.path ?? null,
    }));
}

/** The snapshot's configurations; over an external snapshot's images lie new overlays, `<base>.<epoch seconds>`. */
function restored(
  domain: DomainModel,
  snapshot: SnapshotModel,
  env: Env,
): { live: DomainConfig; config: DomainConfig } {
  const live = snapshot.config ?? currentConfig(domain);
  const config = snapshot.inactiveConfig ?? snapshot.config ?? domain.config;
  const external = new Set(snapshot.disks.filter(({ kind }) => kind === 'external').map(({ target }) => target));
  const overlaid = (from: DomainConfig): DomainConfig => ({
    ...from,
    disks: from.disks.map((disk) =>
      external.has(disk.target) && disk.path !== null
        ? { ...disk, path: overlayPath(disk.path, env.now), format: 'qcow2', backing: [disk.path, ...disk.backing] }
        : disk,
    ),
  });
  return external.size === 0 ? { live, config } : { live: overlaid(live), config: overlaid(config) };
}
