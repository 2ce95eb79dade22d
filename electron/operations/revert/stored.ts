import { chainFrom, type DiskLayers, isReadToEnd, type LayerNode } from '../../../shared/chain.ts';
import { type Disk, type Image, imagesOf, lastingImage } from '../../../shared/libvirt/disks.ts';
import { isLive } from '../../../shared/operations/revert/risk.ts';
import type { DiskFact, NamedFile, RevertFacts, StoredDisk } from '../../../shared/schema.ts';
import type { KnownLayers } from '../../inspect/health/layers.ts';
import { readDisks, readNvram } from '../../libvirt/disks.ts';
import type { Caller } from '../../libvirt/domains.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import type { ImageContent } from '../../libvirt/snapshot-table.ts';
import type { StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import type { XmlElement } from '../../libvirt/xml.ts';

/** The configurations that a snapshot puts back (qemuSnapshotRevertPrep). */
export interface Configs {
  /** In force afterwards. */
  readonly live: XmlElement | undefined;
  /** Of the next start. */
  readonly next: XmlElement | undefined;
  /** The next start has a configuration of its own. */
  readonly hasNext: boolean;
}

export function configsOf({ snapshot, config, element }: StoredSnapshot): Configs {
  const inactive = element.at('inactiveDomain');
  const next = inactive ?? config;
  return { live: isLive(snapshot) ? config : next, next, hasNext: inactive !== undefined };
}

/** Every image that one of the configurations names, with what is known to lie below, and the memory. */
export function filesNamed(aimed: StoredSnapshot, layers: readonly DiskLayers[]): string[] {
  const { live, next } = configsOf(aimed);
  const disks = [...readDisks(live), ...readDisks(next), ...aimed.disks.config];
  return [
    ...imagesOf(disks).flatMap((image) => [
      image.path,
      ...chainOf(layers, image.target, image.path),
      ...image.below.map(({ path }) => path),
    ]),
    ...(aimed.memoryFile === null ? [] : [aimed.memoryFile]),
  ];
}

/** Kernel, firmware and the like of the configuration in force afterwards. @throws ConnectionError */
export async function neededFiles(reads: Caller, aimed: StoredSnapshot): Promise<NamedFile[]> {
  const { live } = configsOf(aimed);
  const os = live?.at('os');
  if (!live || !os) return [];
  const nvram = readNvram(live)?.file ?? null;
  const named = [
    ...['kernel', 'initrd', 'dtb', 'loader'].map((role) => ({ role, path: os.at(role)?.text.trim() ?? '' })),
    ...(nvram === null ? [] : [{ role: 'nvram', path: nvram }]),
  ].filter(({ path }) => path !== '');
  return Promise.all(named.map(async (file) => ({ ...file, exists: await fileExists(reads, file.path) })));
}

interface Gathered {
  readonly aimed: StoredSnapshot;
  readonly known: KnownLayers;
  /** Disks in force now. */
  readonly current: readonly Disk[];
  readonly disks: readonly DiskFact[];
  readonly files: NamedFile[];
  /** Of the images that hold the snapshot; null where one could not be read. */
  readonly contents: ReadonlyMap<string, ImageContent | null>;
}

export function storedFacts({ aimed, known, current, disks, files, contents }: Gathered): RevertFacts['stored'] {
  const { live, next } = configsOf(aimed);
  const found = (disk: Disk) => storedDisk(disk, aimed, known, current, disks, contents);
  const stored = readDisks(live).map(found);
  const own = new Set(stored.flatMap((disk) => [...disk.missing, ...disk.unseen]));
  const later = readDisks(next).map(found);
  const others = (of: (disk: StoredDisk) => readonly string[]) => [
    ...new Set(later.flatMap(of).filter((path) => !own.has(path))),
  ];
  const memory = aimed.memoryFile;
  return {
    disks: stored,
    files,
    notFiles: aimed.disks.config.filter(({ type }) => type !== 'file').map(({ target }) => target),
    next: { missing: others(({ missing }) => missing), unseen: others(({ unseen }) => unseen) },
    nvram: (live && readNvram(live)?.format) ?? null,
    tpm: live?.at('devices')?.at('tpm') !== undefined,
    genid: live?.at('genid') !== undefined,
    memoryFile: memory === null ? null : { path: memory, exists: known.files.get(memory)?.exists ?? null },
  };
}

function storedDisk(
  disk: Disk,
  { disks: { disks: kept } }: StoredSnapshot,
  { disks: layers, files, formats }: KnownLayers,
  current: readonly Disk[],
  facts: readonly DiskFact[],
  contents: Gathered['contents'],
): StoredDisk {
  const today = current.find(({ target }) => target === disk.target);
  const fact = facts.find(({ target }) => target === disk.target);
  const now = (today && lastingImage(today)?.path) ?? null;
  const below = disk.image ? belowOf(disk, disk.image.path, layers) : [];
  const paths = disk.image ? [...new Set([disk.image.path, ...below.map(({ path }) => path)])] : [];
  /** What a running domain has open is there, whatever it lies on. */
  const opened = (path: string) => path === now && fact !== undefined && !fact.missing && fact.allocationBytes !== null;
  const there = (path: string) => files.get(path)?.exists ?? (opened(path) ? true : null);
  return {
    ...disk,
    below,
    kind: kept.find(({ target }) => target === disk.target)?.kind ?? 'none',
    missing: paths.filter((path) => there(path) === false),
    unseen: paths.filter((path) => there(path) === null),
    found: formats.get(disk.image?.path ?? '') ?? null,
    attached: today !== undefined,
    now,
    related: disk.image && now !== null ? related(layers, disk.target, disk.image.path, now) : null,
    isWhole: disk.image === null || isReadToEnd(nodesFrom(layers, disk.target, disk.image.path)),
    isUnderNow:
      now !== null &&
      chainOf(layers, disk.target, now)
        .slice(1)
        .includes(disk.image?.path ?? ''),
    hasBitmaps: contents.get(disk.image?.path ?? '')?.hasBitmaps ?? null,
  };
}

/** Whether two images stand on the same root, or one is the other; null where a root is not known to be one. */
function related(layers: readonly DiskLayers[], target: string, a: string, b: string): boolean | null {
  if (a === b) return true;
  const disk = layers.find((each) => each.target === target);
  const [one, other] = [a, b].map((path) => (disk ? chainFrom(disk, path).at(-1) : undefined));
  if (!one || !other) return null;
  if (one.path === other.path) return true;
  return one.isRead && other.isRead ? false : null;
}

/** What lies below an image: as far as the storage tells, else what the configuration says, which is seldom anything. */
function belowOf({ target, below }: Disk, path: string, layers: readonly DiskLayers[]): Image[] {
  const disk = layers.find((each) => each.target === target);
  const nodes = disk ? chainFrom(disk, path).slice(1) : [];
  return nodes.length === 0 ? [...below] : nodes.map(({ path: at, type, format }) => ({ path: at, type, format }));
}

/** The paths from an image downwards, itself first. */
function chainOf(layers: readonly DiskLayers[], target: string, path: string): string[] {
  return nodesFrom(layers, target, path).map((node) => node.path);
}

function nodesFrom(layers: readonly DiskLayers[], target: string, path: string): LayerNode[] {
  const disk = layers.find((each) => each.target === target);
  return disk ? chainFrom(disk, path) : [];
}
