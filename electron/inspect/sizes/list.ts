import { posix } from 'node:path';
import { groupedBy } from '../../../shared/grouped-by.ts';
import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import { tagsNamed } from '../../../shared/libvirt/image-tags.ts';
import type { Size, SizeList, SizeTotal, SizeUnknown } from '../../../shared/schema.ts';
import { known, sumOf, truthWhile, unknown } from '../../../shared/sizes.ts';
import { volumeOf } from '../../libvirt/volume-reader.ts';
import { type KnownLayers, readLayers, type Wanted } from '../health/layers.ts';
import { limited } from '../health/limited.ts';
import { type ImageTables, imagesWithTags, readTables } from '../health/tags.ts';
import { type Sized, unlessBusy } from './busy.ts';

const AT_ONCE = 2;

/**
 * What is known of a domain's snapshots at once: of internal ones the memory, by a look at the table of each image; of
 * external ones their files. Only reads, and not while Snapkeel itself changes the domain.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function sizeList(session: Sized, uuid: string, signal: AbortSignal): Promise<SizeList> {
  const measuredAt = Date.now();
  const measure = async (before: () => void): Promise<SizeList> => {
    const layers = await readFiles(session, uuid, (_, all) => all.flatMap(ownFiles), signal);
    const tables = await readTables(session.reads, imagesWithTags(layers.disks), signal, before);
    const images = imagesByName(layers);
    const memories = layers.snapshots.map((snapshot) => memoryOf(snapshot, layers, images, tables));
    return {
      measuredAt,
      isBusy: false,
      snapshots: layers.snapshots.map((snapshot, index) => ({
        name: snapshot.name,
        memory: memories[index]?.size ?? null,
        files: filesOf(layers, snapshot),
      })),
      total: { measuredAt, ...totalOf(layers, memories) },
      images: [...tables].map(([path, table]) => ({
        path,
        count: table.known ? table.tags.length : null,
        why: table.known ? null : table.why,
      })),
    };
  };
  return unlessBusy(session, uuid, measure, () => ({
    measuredAt,
    isBusy: true,
    snapshots: [],
    total: { measuredAt, parts: [], notReported: 0 },
    images: [],
  }));
}

/** Layers, and why some of the files that were looked at have no size: by folder. */
export interface SizedLayers extends KnownLayers {
  readonly whyNot: ReadonlyMap<string, SizeUnknown>;
}

/**
 * Reads layers for their sizes: where the storage does not tell one, its folder's pool is asked why, once a folder.
 * @throws as readLayers
 */
export async function readFiles(
  session: Sized,
  uuid: string,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<SizedLayers> {
  const layers = await readLayers(session, uuid, wanted, signal);
  const untold = [...layers.files].filter(
    ([, { exists, allocatedBytes }]) => exists !== false && allocatedBytes === null,
  );
  const folders = [...groupedBy(untold, ([path]) => posix.dirname(path)).values()];
  const whys = await limited(folders, AT_ONCE, signal, async ([file]) => {
    const [path] = file as (typeof untold)[number];
    const found = await volumeOf(session.reads, path);
    return [posix.dirname(path), typeof found === 'string' ? found : 'not-told'] as const;
  });
  return { ...layers, whyNot: new Map(whys) };
}

/** The guest's memory, and where it lies; null for none. */
type Memory = { readonly place: string; readonly size: Size } | null;

function memoryOf(
  { name, memory, memoryFile }: HealthSnapshot,
  layers: SizedLayers,
  images: ReadonlyMap<string, ReadonlySet<string>>,
  tables: ImageTables,
): Memory {
  if (memory === 'none') return null;
  if (memory === 'internal') return memoryIn(images.get(name) ?? [], tables, name);
  if (memory === 'unknown' || memoryFile === null) return { place: '', size: unknown('not-told') };
  return { place: memoryFile, size: fileSize(layers, memoryFile) };
}

/** What all of them take up: what several of them refer to counts once. */
function totalOf(layers: SizedLayers, memories: readonly Memory[]): Pick<SizeTotal, 'parts' | 'notReported'> {
  const bytes = new Map<string, number>();
  let notReported = 0;
  for (const [index, snapshot] of layers.snapshots.entries()) {
    const memory = memories[index] ?? null;
    const files = ownFiles(snapshot).map((place) => ({ place, size: fileSize(layers, place) }));
    const parts = memory === null ? files : [...files, memory];
    for (const { place, size } of parts) if (size.known) bytes.set(place, size.bytes);
    if (parts.length === 0 || parts.some(({ size }) => !size.known)) notReported++;
  }
  return { parts: [...bytes].map(([place, each]) => ({ place, bytes: each })), notReported };
}

/** The files that a snapshot has made for itself: overlays, and what holds its memory. */
export function ownFiles({ memoryFile, stored }: HealthSnapshot): string[] {
  const overlays = stored.disks.flatMap(({ kind, file }) => (kind === 'external' && file !== undefined ? [file] : []));
  return [...new Set(memoryFile === null ? overlays : [...overlays, memoryFile])];
}

/** What they take up; null for one that has none. */
export function filesOf(layers: SizedLayers, snapshot: HealthSnapshot): Size | null {
  const files = ownFiles(snapshot);
  return files.length === 0 ? null : sumOf(files.map((path) => fileSize(layers, path)));
}

/** What a file takes up on the storage; a guest that runs may be writing to it. */
export function fileSize({ files, disks, domain, whyNot }: SizedLayers, path: string): Size {
  const file = files.get(path);
  if (file?.exists === false) return unknown('gone');
  if (file?.allocatedBytes == null) return unknown(whyNot.get(posix.dirname(path)) ?? 'not-told');
  const isWritten = disks.some(({ active }) => active === path);
  return known(file.allocatedBytes, isWritten ? truthWhile(domain.state) : 'exact');
}

/** By snapshot the images that it is inside of. */
function imagesByName({ disks }: KnownLayers): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { nodes } of disks)
    for (const { path, inside } of nodes.values())
      for (const name of inside) found.set(name, (found.get(name) ?? new Set()).add(path));
  return found;
}

/** QEMU writes the memory to one of the images. */
function memoryIn(paths: Iterable<string>, tables: ImageTables, name: string): Memory {
  let why: Size = unknown('missing');
  for (const path of paths) {
    const table = tables.get(path);
    if (!table?.known) {
      if (table) why = unknown(table.why);
      continue;
    }
    const tag = tagsNamed(table.tags, name)[0];
    if (tag && tag.vmStateBytes > 0) return { place: placeIn(path, tag.id), size: known(tag.vmStateBytes, 'exact') };
  }
  return { place: '', size: why };
}

/** No path has a zero in it. */
function placeIn(path: string, id: string): string {
  return `${path}\0${id}`;
}
