import type { DiskLayers } from '../../../shared/chain.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import type { StreamCaller } from '../../libvirt/domains.ts';
import { tagsIn } from '../../libvirt/snapshot-table.ts';
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

/**
 * The tables of internal snapshots of some images, as far as active storage pools have them. Only reads.
 * @throws ConnectionError; what the signal was aborted with
 */
export async function readTags(caller: StreamCaller, paths: Iterable<string>, signal: AbortSignal): Promise<ImageTags> {
  const all = [...new Set(paths)];
  const tables = await limited(all, AT_ONCE, signal, (path) => tagsIn(caller, path, { signal }));
  return new Map(all.map((path, index) => [path, tables[index] ?? null]));
}
