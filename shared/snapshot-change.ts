import type { Snapshot, SnapshotChange, SnapshotList } from './schema.ts';

/** So many at a time take no longer to pass on than a frame of the window lasts. */
const PART = 4_000;

/** What makes the one list of the other; null where that is nothing. @param before null: there was none */
export function snapshotChange(before: SnapshotList | null, after: SnapshotList): SnapshotChange | null {
  if (!before) return { type: 'all', list: after };
  const old = byName(before);
  const present = new Set(after.snapshots.map(({ name }) => name));
  const put = after.snapshots.filter((snapshot) => !isSame(old.get(snapshot.name), snapshot));
  const gone = before.snapshots.flatMap(({ name }) => (present.has(name) ? [] : [name]));
  if (put.length + gone.length === 0 && before.current === after.current) return null;
  if (put.length > after.snapshots.length / 2) return { type: 'all', list: after };
  return { type: 'some', put, gone, current: after.current };
}

/** A change of very many in parts, of which all but the last say that more comes. */
export function* inParts(change: SnapshotChange): Generator<SnapshotChange> {
  const { snapshots, current } =
    change.type === 'all' ? change.list : { snapshots: change.put, current: change.current };
  if (snapshots.length <= PART) {
    yield change;
    return;
  }
  const first = snapshots.slice(0, PART);
  yield change.type === 'all'
    ? { type: 'all', list: { snapshots: first, current }, more: true }
    : { ...change, put: first, more: true };
  for (let at = PART; at < snapshots.length; at += PART) {
    const isLast = at + PART >= snapshots.length;
    const put = snapshots.slice(at, at + PART);
    yield { type: 'some', put, gone: [], current, ...(isLast ? {} : { more: true }) };
  }
}

/** The list after a change; whatever is not in it is the very same as before. @param before null: there was none */
export function changedList(before: SnapshotList | null, change: SnapshotChange): SnapshotList {
  if (change.type === 'all') return change.list;
  const { put, gone, current } = change;
  const snapshots = byName(before ?? { snapshots: [], current: null });
  for (const name of gone) snapshots.delete(name);
  for (const snapshot of put) snapshots.set(snapshot.name, snapshot);
  return { snapshots: [...snapshots.values()], current };
}

function byName({ snapshots }: SnapshotList): Map<string, Snapshot> {
  return new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
}

function isSame(before: Snapshot | undefined, after: Snapshot): boolean {
  return before === after || (before !== undefined && JSON.stringify(before) === JSON.stringify(after));
}
