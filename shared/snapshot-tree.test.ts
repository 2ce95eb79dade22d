import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safetyDescription } from './safety-names.ts';
import type { Snapshot, SnapshotList } from './schema.ts';
import { buildSnapshotRows, hereKey, type SnapshotRow, type SnapshotTree } from './snapshot-tree.ts';

function snapshot(name: string, parent: string | null, createdAt = 0): Snapshot {
  return { name, parent, createdAt, description: '', state: 'shutoff', memory: 'none', kind: 'internal', disks: [] };
}

function safety(name: string, parent: string, createdAt: number): Snapshot {
  return { ...snapshot(name, parent, createdAt), description: safetyDescription('x', name) };
}

function tree(current: string | null, ...snapshots: Snapshot[]): SnapshotTree {
  return buildSnapshotRows({ snapshots, current });
}

function snapshotRows(built: SnapshotTree): SnapshotRow[] {
  return built.rows.filter((row) => row.kind === 'snapshot');
}

/** The names of all rows, in order, each behind a dot for every snapshot above it. */
function sketch(built: SnapshotTree): string {
  return built.rows.map((row) => '.'.repeat(row.depth) + (row.kind === 'here' ? 'HERE' : row.snapshot.name)).join(' ');
}

test('side branches come first by age, and the way to where one is last, whatever is newest', () => {
  const built = tree(
    'app-2',
    snapshot('installed', null, 1),
    snapshot('app-1', 'installed', 2),
    snapshot('app-2', 'app-1', 3),
    snapshot('try', 'app-1', 4),
    snapshot('try-tuned', 'try', 5),
    snapshot('later', 'app-2', 6),
  );
  expect(sketch(built)).toBe('installed .app-1 ..try ...try-tuned ..app-2 ...later ...HERE');
  expect(built.leafCount).toBe(2);
  expect(snapshotRows(built).filter(({ onLine }) => onLine)).toMatchObject([
    { key: 'installed' },
    { key: 'app-1' },
    { key: 'app-2' },
  ]);
  // Where one is is one of the children of the current snapshot.
  expect(built.byKey.get('later')).toMatchObject({ position: 1, siblings: 2 });
  expect(built.byKey.get(hereKey)).toMatchObject({ position: 2, siblings: 2, parentKey: 'app-2' });
});

test('off the way, the newest goes on', () => {
  expect(sketch(tree(null, snapshot('r', null, 1), snapshot('old', 'r', 2), snapshot('new', 'r', 3)))).toBe(
    'r .old .new HERE',
  );
});

test('a fold hides all below a snapshot; on the way to where one is, the side branches alone', () => {
  const built = tree(
    'c',
    snapshot('a', null, 1),
    snapshot('side', 'a', 2),
    snapshot('side-2', 'side', 3),
    snapshot('b', 'a', 4),
    snapshot('c', 'b', 5),
    snapshot('past', 'c', 6),
  );
  const foldable = Object.fromEntries(snapshotRows(built).map((row) => [row.key, row.foldable]));
  expect(foldable).toEqual({ a: 2, side: 1, 'side-2': 0, b: 0, c: 1, past: 0 });
});

test('safety snapshots that nothing was built on stand together, and never where the branch goes on', () => {
  const built = tree(
    'r',
    snapshot('r', null, 1),
    safety('s1', 'r', 2),
    snapshot('work', 'r', 3),
    safety('s2', 'r', 4),
    safety('used', 'r', 5),
    snapshot('on-it', 'used', 6),
    snapshot('more', 'work', 7),
    safety('s3', 'work', 8),
  );
  expect(sketch(built)).toBe('r .work ..s3 ..more .used ..on-it .s1 .s2 .HERE');
  expect(snapshotRows(built).flatMap(({ key, isSpare }) => (isSpare ? [key] : []))).toEqual(['s3', 's1', 's2']);
});

test('without a current snapshot it stands alone at the end, also in an empty history', () => {
  expect(sketch(tree(null, snapshot('a', null)))).toBe('a HERE');
  expect(sketch(tree('gone', snapshot('a', null)))).toBe('a HERE');
  expect(tree(null).rows).toMatchObject([{ kind: 'here', base: null, parentKey: null }]);
});

test('of several roots the one that leads to where one is comes last', () => {
  expect(sketch(tree('a', snapshot('a', null, 1), snapshot('b', null, 2), snapshot('c', 'b', 3)))).toBe('b .c a .HERE');
});

test('siblings of the same second go by name', () => {
  expect(sketch(tree(null, snapshot('r', null), snapshot('b', 'r', 5), snapshot('a', 'r', 5)))).toBe('r .a .b HERE');
});

test('a missing parent makes a root', () => {
  const [row] = snapshotRows(tree(null, snapshot('orphan', 'deleted')));
  expect(row).toMatchObject({ parentKey: null, depth: 0 });
});

test('a cycle is cut at its oldest snapshot, wherever it is entered', () => {
  const built = tree(
    null,
    snapshot('leaf', 'x', 1),
    snapshot('y', 'x', 3),
    snapshot('x', 'y', 2),
    snapshot('me', 'me', 9),
  );
  expect(sketch(built)).toBe('x .leaf .y me HERE');
  expect(built.byKey.get('y')).toMatchObject({ childKeys: [] });
});

test('5,000 snapshots in one chain', () => {
  const chain = Array.from({ length: 5000 }, (_, i) => snapshot(`s${i}`, i === 0 ? null : `s${i - 1}`, i));
  const built = tree('s2500', ...chain);
  expect(built.rows).toHaveLength(5001);
  expect(built.byKey.get('s2500')).toMatchObject({ foldable: 2499 });
  expect(built.rows.at(-1)).toMatchObject({ kind: 'here', depth: 2501 });
});

const names = fc.constantFrom(...'abcdefghij');
const anyList: fc.Arbitrary<SnapshotList> = fc.record({
  snapshots: fc.array(
    fc
      .tuple(names, fc.option(names), fc.integer({ min: 0, max: 5 }))
      .map(([name, parent, createdAt]) => snapshot(name, parent, createdAt)),
    { maxLength: 30 },
  ),
  current: fc.option(names),
});

test('any list, with repeated names, gaps and cycles: every snapshot once, and one place where you are', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const built = buildSnapshotRows(list);
      const placed = snapshotRows(built).map((row) => row.snapshot);
      expect(placed).toHaveLength(list.snapshots.length);
      expect(new Set(placed)).toEqual(new Set(list.snapshots));
      expect(built.byKey.size).toBe(built.rows.length);
      expect(built.rows.filter((row) => row.key === hereKey)).toHaveLength(1);
    }),
  );
});

test('any list: a child comes after its parent, its branch is contiguous, and the way to where one is ends the tree', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const built = buildSnapshotRows(list);
      const index = new Map(built.rows.map((row, i) => [row.key, i]));
      expect(built.rows.at(-1)?.kind).toBe('here');
      const way = built.rows.flatMap((row) => (row.kind === 'snapshot' && row.onLine ? [row] : []));
      expect(way.map(({ depth }) => depth)).toEqual(way.map((_, depth) => depth));
      expect(way.at(-1)?.current ?? true).toBe(true);
      for (const [i, row] of built.rows.entries()) {
        if (row.parentKey !== null) expect(index.get(row.parentKey)).toBeLessThan(i);
        if (row.kind === 'here') continue;
        expect(row.at).toBe(i);
        // Contiguous: after the row come its descendants, deeper than it, until the branch ends for good.
        const end = built.rows.findIndex((other, j) => j > i && other.depth <= row.depth);
        const below = built.rows.slice(i + 1, end === -1 ? undefined : end);
        const branch = new Set(below.map((other) => other.key));
        for (const child of row.childKeys) expect(branch.has(child)).toBe(true);
        const hides = below.slice(0, row.foldable);
        expect(hides.every((other) => other.kind === 'snapshot' && !other.onLine)).toBe(true);
        const rest = below[row.foldable];
        expect(rest === undefined || rest.kind === 'here' || rest.onLine).toBe(true);
      }
    }),
  );
});
