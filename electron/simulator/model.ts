import { domainState } from '../../shared/libvirt/flags.ts';
import type { DomainState, SnapshotState } from '../../shared/schema.ts';
import type { Step, Written } from './written.ts';

export interface DiskModel {
  readonly target: string;
  readonly device: 'disk' | 'cdrom';
  readonly format: 'qcow2' | 'raw';
  readonly type: 'file' | 'block';
  /** The image that is written to; null for an empty drive. */
  readonly path: string | null;
  /** What the image lies on, nearest first. */
  readonly backing: readonly string[];
  readonly readonly: boolean;
}

/** What a `<domain>` element says, as far as the simulator keeps it. */
export interface DomainConfig {
  readonly title: string;
  readonly description: string;
  /** libosinfo's identifier */
  readonly os: string;
  readonly machine: string;
  readonly firmware: 'bios' | 'efi';
  readonly genid: string | null;
  readonly memoryKiB: number;
  readonly vcpus: number;
  readonly disks: readonly DiskModel[];
  readonly networks: readonly { readonly mac: string; readonly network: string }[];
  readonly graphics: 'vnc' | 'spice' | null;
  /** Shown only in secure XML. */
  readonly password: string | null;
}

export interface SnapshotDiskModel {
  readonly target: string;
  readonly kind: 'internal' | 'external' | 'no';
  /** The overlay that an external snapshot made. */
  readonly file: string | null;
  /** A merge into it was begun, and has not come to its end. */
  readonly deleteInProgress?: true;
}

export interface SnapshotModel {
  readonly name: string;
  readonly description: string;
  readonly parent: string | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly state: SnapshotState;
  readonly memory: 'no' | 'internal' | 'external';
  readonly memoryFile: string | null;
  readonly disks: readonly SnapshotDiskModel[];
  /** Null: metadata of an ancient libvirt, which only has the domain's UUID. */
  readonly config: DomainConfig | null;
  /** What the next boot would have used; only when taken of a running, persistent domain. */
  readonly inactiveConfig: DomainConfig | null;
  /** Overlays that a later external revert made over this snapshot's images. */
  readonly revertDisks: readonly SnapshotDiskModel[];
  /** What the guest's clock showed; 0 without memory. */
  readonly ran: number;
  /** Its data is gone though its metadata is there. */
  readonly lost: boolean;
}

/** How long a guest has run since it booted, seconds: it stands still while the guest does. */
export interface GuestClock {
  readonly ran: number;
  /** Since when it goes on from there, seconds since 1970; null while it stands still. */
  readonly since: number | null;
}

export interface DomainModel {
  readonly name: string;
  readonly uuid: string;
  /** QEMU's number while one runs. */
  readonly id: number | null;
  readonly state: DomainState;
  /** virDomain*Reason of the state */
  readonly reason: number;
  readonly persistent: boolean;
  readonly managedSave: boolean;
  /** What the next boot uses. */
  readonly config: DomainConfig;
  /** What the running QEMU has; null while there is none. */
  readonly live: DomainConfig | null;
  readonly snapshots: readonly SnapshotModel[];
  readonly current: string | null;
  /** The guest agent's channel: not there, nobody at its other end, or somebody while the guest is on. */
  readonly agent: 'none' | 'disconnected' | 'connected';
  /** Targets of disks with a block job. */
  readonly blockJobs: readonly string[];
  /** Names of checkpoints, as backup tools leave them. */
  readonly checkpoints: readonly string[];
  /** Paths of files that disappeared behind libvirt's back. */
  readonly gone: readonly string[];
  /** Paths of images that were made behind libvirt's back: no pool lists them before it is scanned again. */
  readonly unlisted: readonly string[];
  /** Images that no configuration knows of any more. */
  readonly strays: readonly StrayFile[];
  /** Internal snapshots as the images have them, whatever libvirt's metadata say. */
  readonly tags: readonly TagModel[];
  /** What the disks in its images go on from. */
  readonly written: readonly Written[];
  /** The guest does nothing when it is asked to shut down. */
  readonly ignoresPowerButton: boolean;
  /** Where a change sets it anew, the guest goes on from there; else it goes on as before (`World.put`). */
  readonly clock: GuestClock;
}

/** An entry of an image's own snapshot table. */
export interface TagModel {
  /** Of the image. */
  readonly path: string;
  readonly id: number;
  readonly name: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly memoryBytes: number;
  /** What the disk was. */
  readonly steps: readonly Step[];
}

export interface StrayFile {
  readonly path: string;
  /** What it lies on, nearest first. */
  readonly backing: readonly string[];
}

export type DomainEvent =
  | { readonly kind: 'lifecycle'; readonly event: number; readonly detail: number }
  | { readonly kind: 'jobCompleted'; readonly operation: number }
  | { readonly kind: 'reboot' }
  | { readonly kind: 'blockJob'; readonly target: string; readonly type: number; readonly status: number };

/** A domain as it is after something happened to it, and what libvirt tells about that. */
export interface Change {
  readonly domain: DomainModel;
  readonly events: readonly DomainEvent[];
}

/** What the pure functions need from outside. */
export interface Env {
  /** libvirt's version: major * 1 000 000 + minor * 1 000 + release */
  readonly version: number;
  /** Seconds since 1970. */
  readonly now: number;
  readonly newId: () => number;
}

/** What a guest's clock shows, seconds. */
export function ranAt({ ran, since }: GuestClock, now: number): number {
  return since === null ? ran : ran + Math.max(0, now - since);
}

export function stoppedAt(ran: number): GuestClock {
  return { ran, since: null };
}

export function isActive(domain: DomainModel): boolean {
  return domain.live !== null;
}

export function stateNumber(state: DomainState): number {
  return state === 'unknown' ? -1 : domainState[state];
}

export function currentConfig(domain: DomainModel): DomainConfig {
  return domain.live ?? domain.config;
}

/** `virDomainSnapshotIsExternal`: external memory, or any external disk. */
export function isExternal(snapshot: SnapshotModel): boolean {
  return snapshot.memory === 'external' || snapshot.disks.some((disk) => disk.kind === 'external');
}

export function hasMemory(snapshot: SnapshotModel): boolean {
  return snapshot.state === 'running' || snapshot.state === 'paused';
}

export function findSnapshot(domain: DomainModel, name: string): SnapshotModel | undefined {
  let index = byName.get(domain.snapshots);
  if (!index) {
    // Of two of one name the first counts.
    index = new Map(domain.snapshots.toReversed().map((snapshot) => [snapshot.name, snapshot]));
    byName.set(domain.snapshots, index);
  }
  return index.get(name);
}

/** Of each list once: a list does not change. */
const byName = new WeakMap<readonly SnapshotModel[], ReadonlyMap<string, SnapshotModel>>();

/** The snapshots below one, at any depth, parents first. */
export function descendants(snapshots: readonly SnapshotModel[], name: string): SnapshotModel[] {
  const byParent = childrenByParent(snapshots);
  const found = [...(byParent.get(name) ?? [])];
  for (const each of found) found.push(...(byParent.get(each.name) ?? []));
  return found;
}

/** Parent (null for the roots) to children. */
export function childrenByParent(snapshots: readonly SnapshotModel[]): Map<string | null, SnapshotModel[]> {
  const byParent = new Map<string | null, SnapshotModel[]>();
  for (const snapshot of snapshots) {
    const siblings = byParent.get(snapshot.parent);
    if (siblings) siblings.push(snapshot);
    else byParent.set(snapshot.parent, [snapshot]);
  }
  return byParent;
}

/** Where libvirt puts the overlay of an image: the suffix takes the place of the extension. */
export function overlayPath(image: string, suffix: string | number): string {
  return `${image.replace(/\.[^./]*$/, '')}.${suffix}`;
}

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
