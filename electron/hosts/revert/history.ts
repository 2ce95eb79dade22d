import type { HistoryFacts, SnapshotList } from '../../../shared/schema.ts';

/** Names that a sentence lists at most. */
const LISTED = 10;

/** Where a snapshot and the present stand in the tree. Iterative: histories are deep chains. */
export function historyOf({ snapshots, current }: SnapshotList, target: string): HistoryFacts {
  const byName = new Map(snapshots.map((each) => [each.name, each]));
  const line = (from: string | null): Set<string> => {
    const names = new Set<string>();
    for (let name = from; name !== null && byName.has(name) && !names.has(name); )
      name = names.add(name) && (byName.get(name)?.parent ?? null);
    return names;
  };
  const toTarget = line(target);
  const left = [...line(current)].filter((name) => !toTarget.has(name));
  const below = new Set([target]);
  const children = new Map<string, string[]>();
  for (const { name, parent } of snapshots)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), name]);
  for (const name of below) for (const child of children.get(name) ?? []) below.add(child);
  const external = [...below].filter((name) => {
    const kind = byName.get(name)?.kind;
    return name !== target && (kind === 'external' || kind === 'mixed');
  });
  return {
    leftBehind: { names: left.slice(0, LISTED), count: left.length },
    externalDescendants: external.slice(0, LISTED),
  };
}
