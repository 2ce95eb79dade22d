import { chainFrom, type DiskLayers, pointsOf } from '../../../shared/chain.ts';
import { groupedBy } from '../../../shared/grouped-by.ts';
import type { StrayOverlay } from '../../../shared/libvirt/disks.ts';
import { once } from '../../../shared/once.ts';
import type { DomainSnapshots, StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { ofCurrent } from './overlays.ts';

/**
 * Images that a revert writes to or deletes: what lies on them is worth nothing afterwards. An internal one writes to the
 * images that it is inside of; an external one deletes the overlays of the current snapshot.
 */
export function imagesSpoiled({ snapshot, disks }: StoredSnapshot, stored: DomainSnapshots): string[] {
  if (snapshot.kind === 'internal')
    return pointsOf(disks).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : []));
  return ofCurrent(stored).map(({ file }) => file);
}

/** By disk, the images that its snapshots bring back. */
const imagesKept = once(({ all }: DomainSnapshots) => {
  const points = all.flatMap(({ disks }) => pointsOf(disks));
  const byTarget = groupedBy(points, ({ target }) => target);
  return new Map([...byTarget].map(([target, held]) => [target, new Set(held.map(({ path }) => path))]));
});

/**
 * What lies on such images and is neither in the chain that the domain writes to nor in that of a snapshot, which are
 * told of by themselves: overlays that were left behind, of which the metadata still tell.
 */
export function leftOn(
  images: readonly string[],
  layers: readonly DiskLayers[],
  stored: DomainSnapshots,
): Omit<StrayOverlay, 'usedBy'>[] {
  const spoiled = new Set(images);
  return layers.flatMap((disk) => {
    const tops = [...(disk.active === null ? [] : [disk.active]), ...(imagesKept(stored).get(disk.target) ?? [])];
    const needed = new Set<string>();
    for (const top of tops)
      for (let at: string | null = top; at !== null && !needed.has(at); at = disk.nodes.get(at)?.under ?? null)
        needed.add(at);
    return [...disk.nodes.keys()].flatMap((path) => {
      if (needed.has(path) || spoiled.has(path)) return [];
      const on = chainFrom(disk, path).find((node) => spoiled.has(node.path))?.path;
      return on === undefined ? [] : [{ path, on }];
    });
  });
}
