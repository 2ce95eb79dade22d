import { chainFrom, type DiskLayers, pointsOf } from '../../../shared/chain.ts';
import type { StoredDisks } from '../../../shared/libvirt/disks.ts';
import type { HistoryFacts, SnapshotList } from '../../../shared/schema.ts';
import type { StoredSnapshot } from '../../libvirt/snapshots.ts';
import type { KnownLayers } from '../health/layers.ts';

/** Names that a sentence lists at most. */
const LISTED = 10;

/** Where a snapshot and the present stand, and whose data a revert to it would write over. */
export function historyOf(
  { stored, disks }: Pick<KnownLayers, 'stored' | 'disks'>,
  aimed: StoredSnapshot,
): HistoryFacts {
  const { name } = aimed.snapshot;
  const left = leftBehind(stored.list, name);
  const lost = destroyedBy(
    aimed.disks,
    stored.all.map((each) => each.disks),
    disks,
  );
  return {
    leftBehind: { names: left.slice(0, LISTED), count: left.length },
    destroyed: { names: lost.slice(0, LISTED), count: lost.length },
  };
}

/** Snapshots on the way from the root to the present that the target does not descend from. Iterative: histories are deep. */
export function leftBehind({ snapshots, current }: SnapshotList, target: string): string[] {
  const byName = new Map(snapshots.map((each) => [each.name, each]));
  const line = (from: string | null): Set<string> => {
    const names = new Set<string>();
    for (let name = from; name !== null && byName.has(name) && !names.has(name); )
      name = names.add(name) && (byName.get(name)?.parent ?? null);
    return names;
  };
  const toTarget = line(target);
  return [...line(current)].filter((name) => !toTarget.has(name));
}

/**
 * Snapshots that lie on an image which a revert to an internal snapshot writes to, on whatever branch. Others inside the
 * same image stay: QEMU keeps their blocks.
 */
export function destroyedBy(
  target: StoredDisks,
  snapshots: readonly StoredDisks[],
  disks: readonly DiskLayers[],
): string[] {
  const written = new Set(pointsOf(target).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : [])));
  if (written.size === 0 || pointsOf(target).some(({ kind }) => kind === 'external')) return [];
  const byTarget = new Map(disks.map((disk) => [disk.target, disk]));
  return snapshots.flatMap((stored) => {
    const lost = pointsOf(stored).some(({ target: at, kind, path }) => {
      const disk = byTarget.get(at);
      const chain = disk ? chainFrom(disk, path).map((node) => node.path) : [path];
      return (kind === 'internal' ? chain.slice(1) : chain).some((each) => written.has(each));
    });
    return lost && stored.name !== target.name ? [stored.name] : [];
  });
}
