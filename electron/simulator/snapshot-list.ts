import { listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { childrenByParent, hasMemory, isExternal, type SnapshotModel } from './model.ts';

type Test = (snapshot: SnapshotModel, hasChildren: boolean) => boolean;

/** Bits of one group widen each other, groups narrow each other (virDomainMomentForEach filters). */
const groups: readonly (readonly (readonly [number, Test])[])[] = [
  [
    [listSnapshotsFlag.metadata, () => true],
    [listSnapshotsFlag.noMetadata, () => false],
  ],
  [
    [listSnapshotsFlag.leaves, (_, hasChildren) => !hasChildren],
    [listSnapshotsFlag.noLeaves, (_, hasChildren) => hasChildren],
  ],
  [
    [listSnapshotsFlag.inactive, (snapshot) => snapshot.state === 'shutoff' || snapshot.state === 'crashed'],
    [listSnapshotsFlag.active, (snapshot) => hasMemory(snapshot) || snapshot.state === 'pmsuspended'],
    [listSnapshotsFlag.diskOnly, (snapshot) => snapshot.state === 'disk-snapshot'],
  ],
  [
    [listSnapshotsFlag.internal, (snapshot) => !isExternal(snapshot)],
    [listSnapshotsFlag.external, isExternal],
  ],
];
export const LIST_FLAGS = groups
  .flat()
  .reduce((all, [bit]) => all | bit, listSnapshotsFlag.roots | listSnapshotsFlag.topological);

/**
 * virDomainListAllSnapshots: the snapshots that the flags let through. Without TOPOLOGICAL the order is libvirt's
 * hash table's, that is, none; here it is by name, backwards, so that nobody can rely on it.
 */
export function listSnapshots(snapshots: readonly SnapshotModel[], flags: number): SnapshotModel[] {
  const byParent = childrenByParent(snapshots);
  const asked = groups.map((group) => group.filter(([bit]) => flags & bit)).filter((group) => group.length > 0);
  const topological = (flags & listSnapshotsFlag.topological) !== 0;
  const ordered = topological ? parentsFirst(byParent) : snapshots.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  return ordered.filter(
    (snapshot) =>
      (!(flags & listSnapshotsFlag.roots) || snapshot.parent === null) &&
      asked.every((group) => group.some(([, test]) => test(snapshot, byParent.has(snapshot.name)))),
  );
}

function parentsFirst(byParent: Map<string | null, SnapshotModel[]>): SnapshotModel[] {
  const ordered = [...(byParent.get(null) ?? [])];
  for (const snapshot of ordered) ordered.push(...(byParent.get(snapshot.name) ?? []));
  return ordered;
}
