import { posix } from 'node:path';
import { groupedBy } from '../../../shared/grouped-by.ts';
import type { StalePool } from '../../../shared/schema.ts';
import { volumeOf } from '../../libvirt/volume-reader.ts';
import { poolNameAt } from '../../libvirt/volumes.ts';
import { readLayers } from '../health/layers.ts';
import { limited } from '../health/limited.ts';
import { imagesWithTags } from '../health/tags.ts';
import type { Sized } from './busy.ts';
import { ownFiles } from './list.ts';

const AT_ONCE = 2;

/**
 * The active storage pools that were scanned before some of a domain's images were there: those that its internal snapshots
 * are in, and files of external ones. Only reads.
 * @throws as sizeList
 */
export async function stalePools(session: Sized, uuid: string, signal: AbortSignal): Promise<StalePool[]> {
  const { reads } = session;
  const layers = await readLayers(session, uuid, () => [], signal);
  const paths = [...new Set([...imagesWithTags(layers.disks), ...layers.snapshots.flatMap(ownFiles)])];
  const found = await limited(paths, AT_ONCE, signal, (path) => volumeOf(reads, path));
  const stale = paths.filter((_, index) => found[index] === 'newer-than-pool');
  const folders = [...groupedBy(stale, posix.dirname)];
  const names = await limited(folders, AT_ONCE, signal, ([folder]) => poolNameAt(reads, folder));
  return folders.flatMap(([folder, images], index) => {
    const name = names[index] ?? null;
    return name === null ? [] : [{ name, folder, images: [...images] }];
  });
}
