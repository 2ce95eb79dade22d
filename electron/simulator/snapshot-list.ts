import { listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { childrenByParent, hasMemory, isExternal, type SnapshotModel } from './model.ts';

type Test = (snapshot: SnapshotModel, hasChildren: boolean) => boolean;

const ROOTS = 1;
/** Bits of one group widen each other, groups narrow each other (virDomainMomentForEach filters). */
const groups: readonly (readonly (readonly [number, Test])[])[] = [
  [
    [2, () => true],
    [16, () => false],
  ],
  [
    [4, (_, hasChildren) => !hasChildren],
    [8, (_, hasChildren) => hasChildren],
  ],
  [
    [32, (snapshot) => snapshot.state === 'shutoff' || snapshot.state === 'crashed'],
    [64, (snapshot) => hasMemory(snapshot) || snapshot.state === 'pmsuspended'],
    [128, (snapshot) => snapshot.state === 'disk-snapshot'],
  ],
  [
    [256, (snapshot) => !isExternal(snapshot)],
    [512, isExternal],
  ],
];
export const LIST_FLAGS = groups.flat().reduce((all, [bit]) => all | bit, ROOTS | listSnapshotsFlag.topological);

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
      (!(flags & ROOTS) || snapshot.parent === null) &&
      asked.every((group) => group.some(([, test]) => test(snapshot, byParent.has(snapshot.name)))),
  );
}

function parentsFirst(byParent: Map<string | null, SnapshotModel[]>): SnapshotModel[] {
  const ordered = [...(byParent.get(null) ?? [])];
  for (const snapshot of ordered) ordered.push(...(byParent.get(snapshot.name) ?? []));
  return ordered;
}
