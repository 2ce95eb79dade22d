import type { DiskLayers } from '../../../shared/chain.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import type { StreamCaller } from '../../libvirt/domains.ts';
import { contentIn, readSnapshotTable, type SnapshotTable } from '../../libvirt/snapshot-table.ts';
import type { LookOptions } from '../../libvirt/volume-reader.ts';
import { limited } from './limited.ts';

const AT_ONCE = 2;

/** By image its table of internal snapshots; null where it could not be read. */
export type ImageTags = ReadonlyMap<string, readonly ImageTag[] | null>;

/** The images in which internal snapshots are kept, by what libvirt lists. */
export function imagesWithTags(disks: readonly DiskLayers[]): string[] {
  return disks.flatMap(({ nodes }) =>
    [...nodes.values()].flatMap(({ path, inside }) => (inside.length > 0 ? path : [])),
  );
}

/** By image what its own table says, or why that is not known. */
export type ImageTables = ReadonlyMap<string, SnapshotTable>;

/**
 * The tables of internal snapshots of some images, as far as active storage pools have them. Only reads.
 * @param before asked before libvirt is
 * @throws ConnectionError; what the signal was aborted with; what `before` throws
 */
export async function readTables(
  caller: StreamCaller,
  paths: Iterable<string>,
  signal: AbortSignal,
  before?: LookOptions['before'],
): Promise<ImageTables> {
  const all = [...new Set(paths)];
  const tables = await limited(all, AT_ONCE, signal, (path) => readSnapshotTable(caller, path, { signal, before }));
  return new Map(all.map((path, index) => [path, tables[index] as SnapshotTable]));
}

/** The snapshots alone. @throws as readTables */
export async function readTags(caller: StreamCaller, paths: Iterable<string>, signal: AbortSignal): Promise<ImageTags> {
  return tagsOf(await readTables(caller, paths, signal));
}

export function tagsOf(tables: ImageTables): ImageTags {
  return new Map([...tables].map(([path, table]) => [path, contentIn(table)?.tags ?? null]));
}

/** Images that QEMU has marked. */
export function marksOf(tables: ImageTables): Map<string, 'corrupt' | 'dirty'> {
  const marks = new Map<string, 'corrupt' | 'dirty'>();
  for (const [path, table] of tables)
    if (table.known && table.isDirty) marks.set(path, 'dirty');
    else if (!table.known && table.why === 'corrupt') marks.set(path, 'corrupt');
  return marks;
}
