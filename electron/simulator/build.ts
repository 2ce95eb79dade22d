import { pausedReason, runningReason, shutoffReason } from '../../shared/libvirt/flags.ts';
import type { DomainState, SnapshotState } from '../../shared/schema.ts';
import {
  type DiskModel,
  type DomainConfig,
  type DomainModel,
  overlayPath,
  type SnapshotDiskModel,
  type SnapshotModel,
} from './model.ts';
import { TagTable } from './tags.ts';
import { goingOnFrom } from './written.ts';

export interface SnapshotSpec {
  readonly name: string;
  /** Seconds before now. */
  readonly ago: number;
  readonly description?: string;
  /** `shutoff` unless told. */
  readonly state?: SnapshotState;
  /** The snapshot before it in the list unless told. */
  readonly parent?: string | null;
  /** Overlays instead of internal snapshots; with memory too if the guest was on. Disk-only ones always are. */
  readonly external?: boolean;
  /** What was different from its parent's configuration from here on. */
  readonly changed?: Partial<DomainConfig>;
  /** Metadata of an ancient libvirt, without `<domain>`. */
  readonly noConfig?: boolean;
  /** Taken, and then its metadata was deleted: its overlays are still there. */
  readonly forgotten?: boolean;
}

export interface DomainSpec {
  readonly name: string;
  readonly uuid: string;
  readonly title?: string;
  readonly description?: string;
  readonly os?: string;
  readonly machine?: string;
  readonly firmware?: DomainConfig['firmware'];
  readonly memoryMiB?: number;
  readonly vcpus?: number;
  /** Targets of qcow2 disks; vda unless told. */
  readonly disks?: readonly (string | DiskModel)[];
  readonly graphics?: DomainConfig['graphics'];
  readonly password?: string;
  /** `shutoff` unless told. */
  readonly state?: DomainState;
  readonly reason?: number;
  readonly id?: number;
  readonly persistent?: boolean;
  readonly managedSave?: boolean;
  readonly checkpoints?: readonly string[];
  readonly snapshots?: readonly SnapshotSpec[];
  /** The last one in the list unless told. */
  readonly current?: string | null;
  /** Configuration changes since the current snapshot. */
  readonly since?: Partial<DomainConfig>;
  /** `connected` unless told. */
  readonly agent?: DomainModel['agent'];
  readonly blockJobs?: readonly string[];
  /** Paths of files that disappeared behind libvirt's back. */
  readonly gone?: readonly string[];
  /** Paths of images that the pool has not listed yet. */
  readonly unlisted?: readonly string[];
  readonly strays?: DomainModel['strays'];
  readonly ignoresPowerButton?: boolean;
}

const usualReason: Partial<Record<DomainState, number>> = {
  running: runningReason.booted,
  paused: pausedReason.user,
  shutoff: shutoffReason.shutdown,
};

/** A domain and its history from a short description; `now` in seconds since 1970. */
export function buildDomain(spec: DomainSpec, now: number): DomainModel {
  const { state = 'shutoff', persistent = true } = spec;
  const first = firstConfig(spec);
  const snapshots: SnapshotModel[] = [];
  const tags = new TagTable();
  const after = new Map<string | null, DomainConfig>([[null, first]]);
  for (const row of spec.snapshots ?? []) {
    const parent = row.parent === undefined ? (snapshots.at(-1)?.name ?? null) : row.parent;
    const config = { ...(after.get(parent) ?? first), ...row.changed };
    const snapshot = buildSnapshot(row, parent, config, persistent, now);
    snapshots.push(snapshot);
    tags.take(snapshot, config, (path) => tags.after(parent, path));
    after.set(row.name, onOverlays(config, snapshot.disks));
  }
  const current = spec.current === undefined ? (snapshots.at(-1)?.name ?? null) : spec.current;
  const config = { ...(after.get(current) ?? first), ...spec.since };
  const active = state !== 'shutoff' && state !== 'crashed';
  // A snapshot with memory pauses the guest, and so the guest was "unpaused" last.
  const resumed = state === 'running' && snapshots.find(({ name }) => name === current)?.state === 'running';
  return {
    name: spec.name,
    uuid: spec.uuid,
    id: active ? (spec.id ?? 1) : null,
    state,
    reason: spec.reason ?? (resumed ? runningReason.unpaused : usualReason[state]) ?? 0,
    persistent,
    managedSave: spec.managedSave ?? false,
    checkpoints: spec.checkpoints ?? [],
    config,
    live: active ? config : null,
    ...withoutForgotten(snapshots, current, spec.snapshots ?? []),
    agent: spec.agent ?? 'connected',
    blockJobs: spec.blockJobs ?? [],
    gone: spec.gone ?? [],
    unlisted: spec.unlisted ?? [],
    strays: spec.strays ?? [],
    tags: tags.tags,
    written: goingOnFrom([], tags.tags, current, snapshots.find(({ name }) => name === current)?.createdAt ?? now),
    ignoresPowerButton: spec.ignoresPowerButton ?? false,
    clock: { ran: active ? bootedAgo(spec.name.length) : 0, since: state === 'running' ? now : null },
  };
}

/** Deleting the metadata of a snapshot hands its children, and being the current one, over to its parent. */
function withoutForgotten(
  snapshots: readonly SnapshotModel[],
  current: string | null,
  rows: readonly SnapshotSpec[],
): Pick<DomainModel, 'snapshots' | 'current'> {
  const forgotten = new Set(rows.filter((row) => row.forgotten).map(({ name }) => name));
  const parents = new Map(snapshots.map(({ name, parent }) => [name, parent]));
  const heir = (name: string | null): string | null => {
    let at = name;
    while (at !== null && forgotten.has(at)) at = parents.get(at) ?? null;
    return at;
  };
  const left = snapshots.filter(({ name }) => !forgotten.has(name));
  return { snapshots: left.map((each) => ({ ...each, parent: heir(each.parent) })), current: heir(current) };
}

/** Some hours, not the same for every seed: seconds. */
function bootedAgo(seed: number): number {
  return 3_600 + ((seed * 7_919) % 90_000);
}

/** A qcow2 disk where libvirt's default pool keeps them. */
export function qcow2(domain: string, target: string): DiskModel {
  const suffix = target === 'vda' ? '' : `-${target}`;
  return {
    target,
    device: 'disk',
    format: 'qcow2',
    type: 'file',
    path: `/var/lib/libvirt/images/${domain}${suffix}.qcow2`,
    backing: [],
    readonly: false,
  };
}

/** The empty drive that every built domain has. */
export const cdrom: DiskModel = {
  target: 'sda',
  device: 'cdrom',
  format: 'raw',
  type: 'file',
  path: null,
  backing: [],
  readonly: true,
};

function firstConfig(spec: DomainSpec): DomainConfig {
  const disks = (spec.disks ?? ['vda']).map((disk) => (typeof disk === 'string' ? qcow2(spec.name, disk) : disk));
  return {
    title: spec.title ?? '',
    description: spec.description ?? '',
    os: spec.os ?? 'http://debian.org/debian/12',
    machine: spec.machine ?? 'pc-q35-9.2',
    firmware: spec.firmware ?? 'bios',
    genid: null,
    memoryKiB: (spec.memoryMiB ?? 2048) * 1024,
    vcpus: spec.vcpus ?? 2,
    disks: [...disks, cdrom],
    networks: [{ mac: `52:54:00:${spec.uuid.slice(0, 6).replace(/(..)(..)(..)/, '$1:$2:$3')}`, network: 'default' }],
    graphics: spec.graphics === undefined ? 'vnc' : spec.graphics,
    password: spec.password ?? null,
  };
}

function buildSnapshot(
  row: SnapshotSpec,
  parent: string | null,
  config: DomainConfig,
  persistent: boolean,
  now: number,
): SnapshotModel {
  const { name, state = 'shutoff' } = row;
  const live = state === 'running' || state === 'paused';
  const external = row.external ?? state === 'disk-snapshot';
  const memory = live ? (external ? 'external' : 'internal') : 'no';
  const hasInactive = persistent && (live || state === 'disk-snapshot') && !row.noConfig;
  return {
    name,
    description: row.description ?? '',
    parent,
    createdAt: now - row.ago,
    state,
    memory,
    memoryFile: memory === 'external' ? `/var/lib/libvirt/qemu/snapshot/${name}.mem` : null,
    disks: config.disks.map(({ target, device, path }) =>
      device === 'cdrom'
        ? { target, kind: 'no', file: null }
        : { target, kind: external ? 'external' : 'internal', file: external && path ? overlayPath(path, name) : null },
    ),
    config: row.noConfig ? null : config,
    inactiveConfig: hasInactive ? config : null,
    revertDisks: [],
    ran: live ? bootedAgo(row.ago) : 0,
    lost: false,
  };
}

function onOverlays(config: DomainConfig, made: readonly SnapshotDiskModel[]): DomainConfig {
  return {
    ...config,
    disks: config.disks.map((disk) => {
      const file = made.find(({ target, kind }) => target === disk.target && kind === 'external')?.file;
      return file && disk.path !== null ? { ...disk, path: file, backing: [disk.path, ...disk.backing] } : disk;
    }),
  };
}
