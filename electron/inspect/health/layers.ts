import { chainFrom, type DiskLayers, diskLayers, imagesStored, type Probed } from '../../../shared/chain.ts';
import { type FileFact, type HealthSnapshot, unknownFile } from '../../../shared/health/facts.ts';
import { type Disk, type DiskImage, type Image, imagesOf } from '../../../shared/libvirt/disks.ts';
import { once } from '../../../shared/once.ts';
import type { DiskChain, Layer } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { type BlockLayer, blockLayers } from '../../libvirt/block-stats.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { type DomainRecord, domainXml, readDomain } from '../../libvirt/domains.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { backingIn } from '../../libvirt/snapshot-table.ts';
import type { DomainSnapshots } from '../../libvirt/stored-snapshot.ts';
import { type Volume, volumeAt } from '../../libvirt/volumes.ts';
import { readXml, type XmlElement } from '../../libvirt/xml.ts';
import { limited } from './limited.ts';
import { healthSnapshot } from './stored.ts';

const AT_ONCE = 2;
/** What a path of these may be opened for a look. */
const local: ReadonlySet<string> = new Set(['file', 'block']);

/** Where a domain and its snapshots can be read: a session, or a connection alone. */
export type Source = Pick<HostSession, 'reads' | 'readSnapshots'>;

export interface KnownLayers {
  readonly domain: DomainRecord;
  /** The configuration in force, and its disks, drives without a medium included. */
  readonly live: XmlElement;
  readonly config: readonly Disk[];
  readonly now: readonly DiskImage[];
  readonly snapshots: readonly HealthSnapshot[];
  readonly stored: DomainSnapshots;
  readonly disks: readonly DiskLayers[];
  /** What the storage told that images lie on, null for nothing. */
  readonly probed: Probed;
  /** By path. */
  readonly files: ReadonlyMap<string, FileFact>;
  /** When files were last written to, by path, milliseconds since 1970; absent is unknown. */
  readonly modifiedAt: ReadonlyMap<string, number>;
  /** What the storage says an image is, by path; null or absent is unknown. */
  readonly formats: ReadonlyMap<string, string | null>;
}

/** What the metadata of all snapshots tell of images; whoever asks has parsed them. */
const shapeOf = once((all: DomainSnapshots) => {
  const snapshots = all.all.map(healthSnapshot);
  const tree = { current: all.current, parents: new Map(snapshots.map(({ name, parent }) => [name, parent])) };
  return { snapshots, tree, stored: snapshots.map((each) => each.stored) };
});

/** Which images are to be looked at, of all that are known. */
export type Wanted = (
  disks: readonly DiskLayers[],
  snapshots: readonly HealthSnapshot[],
  stored: DomainSnapshots,
) => Iterable<string>;

/**
 * Reads which images a domain's disks consist of, now and in its snapshots, and looks at the wanted ones. Only reads.
 * @throws ProblemError NO_DOMAIN; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function readLayers(
  source: Source,
  uuid: string,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<KnownLayers> {
  const { reads } = source;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const running = domain.id !== null;
  const [text, blocks, all] = await Promise.all([
    domainXml(reads, uuid, false),
    blockLayers(reads, uuid, running),
    source.readSnapshots(uuid, 'decide'),
  ]);
  const live = await readXml(text, 'domain');
  const config = readDisks(live);
  const now = imagesOf(config);
  await all.parsed(signal);
  const { snapshots, tree, stored } = shapeOf(all);
  const images = imagesByPath([...now, ...imagesStored(stored)]);
  const probed = new Map<string, Image | null>(chainsTold(blocks ?? [], images, running));
  const sizes = new Map((blocks ?? []).map((block) => [block.path, block]));
  const volumes = new Map<string, Volume>();
  const files = new Map<string, FileFact>();
  const look = async (path: string) => {
    const type = images.get(path)?.type ?? 'file';
    const exists = local.has(type) ? await fileExists(reads, path) : null;
    const told = sizes.get(path);
    // Of a domain that is off libvirt tells the size of what it writes to, and not what that lies on.
    const isRead = probed.has(path) && now.some((image) => image.path === path);
    const volume = isRead || exists === false || !local.has(type) ? null : await volumeAt(reads, path);
    if (volume) volumes.set(path, volume);
    files.set(path, { ...unknownFile, ...sizesOf(told ?? volume), exists });
  };
  /** What the metadata say that an image lies on: where a pool says otherwise, the image itself is asked. */
  let said: ReadonlyMap<string, string | null> | undefined;
  const saidOf = (path: string): string | null => {
    said ??= new Map(
      diskLayers(now, stored).flatMap(({ nodes }) => [...nodes].map(([at, { under }]) => [at, under] as const)),
    );
    return said.get(path) ?? null;
  };
  let disks = diskLayers(now, stored, probed, tree);
  // What the storage tells of one image may lead to another that nobody has named.
  for (let paths = wanted(disks, snapshots, all); ; paths = wanted(disks, snapshots, all)) {
    const unread = [...new Set(paths)].filter((path) => !files.has(path));
    if (unread.length === 0) break;
    await limited(unread, AT_ONCE, signal, look);
    const known = probed.size;
    for (const [path, { backing }] of volumes) {
      if (probed.has(path)) continue;
      const named = saidOf(path);
      const under = named === null || named === (backing?.path ?? null) ? undefined : await backingIn(reads, path);
      if (under === undefined) probed.set(path, backing && (images.get(backing.path) ?? backing));
      else probed.set(path, under === null ? null : (images.get(under) ?? { path: under, type: 'file', format: null }));
    }
    if (probed.size === known) break;
    disks = diskLayers(now, stored, probed, tree);
  }
  const modifiedAt = new Map(
    [...volumes].flatMap(([path, volume]) => (volume.modifiedAt === null ? [] : [[path, volume.modifiedAt] as const])),
  );
  return {
    domain,
    live,
    config,
    now,
    snapshots,
    stored: all,
    disks: withFormats(disks, volumes),
    probed,
    files,
    modifiedAt,
    formats: new Map([...volumes].map(([path, { format }]) => [path, format])),
  };
}

/**
 * The chains of a snapshot's disks, or with null those of the domain as it is now.
 * @throws as readLayers; ProblemError SNAPSHOT_GONE
 */
export async function diskChains(
  source: Source,
  uuid: string,
  name: string | null,
  signal: AbortSignal,
): Promise<DiskChain[]> {
  const { disks, snapshots, files } = await readLayers(
    source,
    uuid,
    (all, from) => tops(all, from, name).flatMap(({ target, path }) => chainOf(all, target, path).map((n) => n.path)),
    signal,
  );
  return tops(disks, snapshots, name).map(({ target, kind, path }) => ({
    target,
    kind,
    layers: chainOf(disks, target, path).map((node) => ({
      ...layerOf(node),
      ...(files.get(node.path) ?? unknownFile),
    })),
  }));
}

interface Top extends Pick<DiskChain, 'target' | 'kind'> {
  path: string;
}

/** Where the chains begin: the images that a snapshot would bring back, or those that are written to. */
function tops(disks: readonly DiskLayers[], snapshots: readonly HealthSnapshot[], name: string | null): Top[] {
  if (name === null)
    return disks.flatMap(({ target, active }) => (active === null ? [] : [{ target, kind: null, path: active }]));
  const snapshot = snapshots.find((each) => each.name === name);
  if (!snapshot) throw new ProblemError('SNAPSHOT_GONE', { snapshot: name });
  const kinds = new Map(snapshot.stored.disks.map(({ target, kind }) => [target, kind]));
  return imagesOf(snapshot.stored.config).map(({ target, path }) => ({
    target,
    kind: kinds.get(target) ?? 'none',
    path,
  }));
}

function chainOf(disks: readonly DiskLayers[], target: string, path: string) {
  const disk = disks.find((each) => each.target === target);
  return disk ? chainFrom(disk, path) : [];
}

function layerOf({
  path,
  type,
  format,
  active,
  holds,
  inside,
  made,
}: ReturnType<typeof chainFrom>[number]): Omit<Layer, keyof FileFact> {
  return { path, type, format, active, holds: [...holds], inside: [...inside], made };
}

function sizesOf(from: BlockLayer | Volume | null): Partial<FileFact> {
  return from ? { virtualBytes: from.virtualBytes, allocatedBytes: from.allocatedBytes } : {};
}

function imagesByPath(all: readonly DiskImage[]): Map<string, Image> {
  const images = new Map<string, Image>();
  for (const { path, type, format, below } of all)
    for (const image of [{ path, type, format }, ...below]) if (!images.has(image.path)) images.set(image.path, image);
  return images;
}

/**
 * What lies on what, as libvirt opened the images. Of a guest that is off libvirt goes down only as far as its definition
 * tells (seen on 9.0 and 11.3: the top alone, after snapshots that were taken while it was off, and after a revert).
 */
function* chainsTold(
  blocks: readonly BlockLayer[],
  images: ReadonlyMap<string, Image>,
  whole: boolean,
): Generator<[string, Image | null]> {
  for (const [n, block] of blocks.entries()) {
    const below = blocks[n + 1];
    if (below && below.target === block.target)
      yield [block.path, images.get(below.path) ?? { path: below.path, type: 'file', format: null }];
    else if (whole && block.virtualBytes !== null) yield [block.path, null];
  }
}

function withFormats(disks: readonly DiskLayers[], volumes: ReadonlyMap<string, Volume>): DiskLayers[] {
  return disks.map((disk) => ({
    ...disk,
    nodes: new Map(
      [...disk.nodes].map(([path, node]) => [path, { ...node, format: volumes.get(path)?.format ?? node.format }]),
    ),
  }));
}
