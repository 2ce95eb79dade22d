import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import { tagsNamed } from '../../../shared/libvirt/image-tags.ts';
import type { Size, SizeList } from '../../../shared/schema.ts';
import { known, sumOf, truthWhile, unknown } from '../../../shared/sizes.ts';
import { type KnownLayers, readLayers } from '../health/layers.ts';
import { type ImageTables, imagesWithTags, readTables } from '../health/tags.ts';
import { type Sized, unlessBusy } from './busy.ts';

/**
 * What is known of a domain's snapshots at once: of internal ones the memory, by a look at the table of each image; of
 * external ones their files. Only reads, and not while Snapkeel itself changes the domain.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function sizeList(session: Sized, uuid: string, signal: AbortSignal): Promise<SizeList> {
  const measuredAt = Date.now();
  const measure = async (before: () => void): Promise<SizeList> => {
    const layers = await readLayers(session, uuid, (_, all) => all.flatMap(ownFiles), signal);
    const tables = await readTables(session.reads, imagesWithTags(layers.disks), signal, before);
    const images = imagesByName(layers);
    return {
      measuredAt,
      isBusy: false,
      snapshots: layers.snapshots.map((snapshot) => {
        const { name, memory, memoryFile } = snapshot;
        const size = {
          none: () => null,
          internal: () => memoryIn(images.get(name) ?? [], tables, name),
          external: () => (memoryFile === null ? unknown('not-told') : fileSize(layers, memoryFile)),
          unknown: () => unknown('not-told'),
        }[memory]();
        return { name, memory: size, files: filesOf(layers, snapshot) };
      }),
      images: [...tables].map(([path, table]) => ({
        path,
        count: table.known ? table.tags.length : null,
        why: table.known ? null : table.why,
      })),
    };
  };
  return unlessBusy(session, uuid, measure, () => ({ measuredAt, isBusy: true, snapshots: [], images: [] }));
}

/** The files that a snapshot has made for itself: overlays, and what holds its memory. */
export function ownFiles({ memoryFile, stored }: HealthSnapshot): string[] {
  const overlays = stored.disks.flatMap(({ kind, file }) => (kind === 'external' && file !== undefined ? [file] : []));
  return memoryFile === null ? overlays : [...overlays, memoryFile];
}

/** What they take up; null for one that has none. */
export function filesOf(layers: KnownLayers, snapshot: HealthSnapshot): Size | null {
  const files = ownFiles(snapshot);
  return files.length === 0 ? null : sumOf(files.map((path) => fileSize(layers, path)));
}

/** What a file takes up on the storage; a guest that runs may be writing to it. */
export function fileSize({ files, disks, domain }: KnownLayers, path: string): Size {
  const file = files.get(path);
  if (file?.exists === false) return unknown('gone');
  if (file?.allocatedBytes == null) return unknown('not-told');
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
function memoryIn(paths: Iterable<string>, tables: ImageTables, name: string): Size {
  let why: Size = unknown('missing');
  for (const path of paths) {
    const table = tables.get(path);
    if (!table?.known) {
      if (table) why = unknown(table.why);
      continue;
    }
    const bytes = tagsNamed(table.tags, name)[0]?.vmStateBytes ?? 0;
    if (bytes > 0) return known(bytes, 'exact');
  }
  return why;
}
