import { chainFrom, type DiskLayers, type LayerNode, pointsOf } from '../../../shared/chain.ts';
import type { StoredDisks } from '../../../shared/libvirt/disks.ts';
import type { DiskFact, OverlayFact } from '../../../shared/schema.ts';
import type { KnownLayers } from '../../inspect/health/layers.ts';
import { overlaysMade } from '../../libvirt/disks.ts';
import type { DomainSnapshots } from '../../libvirt/stored-snapshot.ts';

/** What libvirt unlinks with an external revert: the overlays of the current snapshot (qemuSnapshotRevertExternalFinish). */
export function overlaysUnlinked(
  { stored, disks: layers }: Pick<KnownLayers, 'stored' | 'disks'>,
  disks: readonly Pick<DiskFact, 'target' | 'file' | 'allocationBytes'>[],
): OverlayFact[] {
  const snapshots = stored.all.map((each) => each.disks);
  return ofCurrent(stored).map(({ target, file }) => {
    const disk = disks.find((each) => each.target === target);
    const inUse = disk ? disk.file === file : null;
    const lies = liesOn(layers.find((each) => each.target === target) ?? { nodes: new Map() }, file);
    const points = pointsIn(snapshots, target);
    const of = (wanted: boolean | null) => points.filter(({ path }) => lies(path) === wanted).map(({ name }) => name);
    return {
      target,
      file,
      bytes: inUse ? (disk?.allocationBytes ?? null) : null,
      inUse,
      under: disk?.file && !inUse && lies(disk.file) === true ? disk.file : null,
      neededBy: of(true),
      mayNeed: inUse === false ? of(null) : [],
    };
  });
}

/**
 * The images to look at where the domain does not write to what libvirt would unlink: those of now and of all snapshots,
 * with what lies below them. Otherwise none.
 */
export function imagesAround(all: DomainSnapshots, layers: readonly DiskLayers[]): string[] {
  return ofCurrent(all).flatMap(({ target, file }) => {
    const layer = layers.find((each) => each.target === target);
    if (!layer || layer.active === null || layer.active === file) return [];
    const points = pointsIn(
      all.all.map((each) => each.disks),
      target,
    );
    return [...new Set([layer.active, ...points.map(({ path }) => path)])].flatMap((path) =>
      chainFrom(layer, path).map((node) => node.path),
    );
  });
}

/** The overlays of the current snapshot, which an external revert unlinks. */
export function ofCurrent({ all, current }: Pick<DomainSnapshots, 'all' | 'current'>) {
  const found = all.find(({ snapshot }) => snapshot.name === current);
  return found ? overlaysMade(found.disks) : [];
}

/** Whether one image lies on another, however far above; null where that is only assumed, or not read down to the end. */
type Lies = (path: string) => boolean | null;

function liesOn({ nodes }: Pick<DiskLayers, 'nodes'>, file: string): Lies {
  const known = new Map<string, boolean | null>([[file, true]]);
  return (path) => {
    const way: LayerNode[] = [];
    let node = nodes.get(path);
    while (node && !known.has(node.path)) {
      way.push(node);
      node = node.under === null ? undefined : nodes.get(node.under);
    }
    const last = way.at(-1);
    let found = node ? known.get(node.path) : last?.under === null && last.isRead ? false : null;
    for (const { path: above, isRead, isAssumed } of way.toReversed()) {
      if (isAssumed || (found === false && !isRead)) found = null;
      known.set(above, found ?? null);
    }
    return found ?? null;
  };
}

function pointsIn(snapshots: readonly StoredDisks[], target: string) {
  return snapshots.flatMap((stored) =>
    pointsOf(stored).flatMap((point) => (point.target === target ? [{ name: stored.name, path: point.path }] : [])),
  );
}
