import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Snapshot, SnapshotList } from './schema.ts';
import { buildSnapshotRows, hereKey, laneCap, type SnapshotRow, type SnapshotTree } from './snapshot-tree.ts';

function snapshot(name: string, parent: string | null, createdAt = 0): Snapshot {
  return { name, parent, createdAt, description: '', state: 'shutoff', memory: 'none', kind: 'internal', disks: [] };
}

function tree(current: string | null, ...snapshots: Snapshot[]): SnapshotTree {
  return buildSnapshotRows({ snapshots, current });
}

function snapshotRows(built: SnapshotTree): SnapshotRow[] {
  return built.rows.filter((row) => row.kind === 'snapshot');
}

/** `name@lane` for every row, in order. */
function sketch(built: SnapshotTree): string {
  return built.rows.map((row) => `${row.kind === 'here' ? 'HERE' : row.snapshot.name}@${row.lane}`).join(' ');
}

test('the newest child keeps the lane, older ones fork off, freed lanes are reused', () => {
  const built = tree(
    'upgrade',
    snapshot('installed', null, 1),
    snapshot('app-1', 'installed', 2),
    snapshot('try', 'app-1', 3),
    snapshot('try-tuned', 'try', 4),
    snapshot('app-2', 'app-1', 5),
    snapshot('bisect', 'app-2', 6),
    snapshot('upgrade', 'app-2', 7),
  );
  expect(sketch(built)).toBe('installed@0 app-1@0 try@1 try-tuned@1 app-2@0 bisect@1 upgrade@0 HERE@0');
  expect(built.laneCount).toBe(2);
  expect(built.leafCount).toBe(3);
  const branchOf = (key: string) => built.byKey.get(key)?.branches.at(-1);
  expect(branchOf('try')).not.toBe(branchOf('bisect'));
  expect(branchOf('installed')).toBe(branchOf('upgrade'));
});

test('you are here: dashed on below a leaf, a fork of its own above newer snapshots', () => {
  expect(tree('a', snapshot('a', null)).rows[0]?.leaves).toBe('dashed');
  const back = tree('a', snapshot('a', null, 1), snapshot('b', 'a', 2));
  expect(sketch(back)).toBe('a@0 HERE@1 b@0');
  expect(back.rows[1]?.enters).toBe('fork');
});

test('without a current snapshot it stands alone at the end, also in an empty history', () => {
  expect(sketch(tree(null, snapshot('a', null)))).toBe('a@0 HERE@0');
  expect(sketch(tree('gone', snapshot('a', null)))).toBe('a@0 HERE@0');
  expect(tree(null).rows).toMatchObject([{ kind: 'here', base: null, enters: 'root' }]);
});

test('siblings of the same second go by name', () => {
  expect(sketch(tree('b', snapshot('r', null), snapshot('b', 'r', 5), snapshot('a', 'r', 5)))).toBe(
    'r@0 a@1 b@0 HERE@0',
  );
});

test('a missing parent makes a root', () => {
  const [row] = snapshotRows(tree(null, snapshot('orphan', 'deleted')));
  expect(row).toMatchObject({ enters: 'root', parentKey: null, depth: 0 });
});

test('a cycle is cut at its oldest snapshot, wherever it is entered', () => {
  const built = tree(
    null,
    snapshot('leaf', 'x', 1),
    snapshot('y', 'x', 3),
    snapshot('x', 'y', 2),
    snapshot('me', 'me', 9),
  );
  expect(sketch(built)).toBe('me@0 x@0 leaf@1 y@0 HERE@0');
  expect(built.byKey.get('y')).toMatchObject({ childKeys: [] });
});

test('5,000 snapshots in one chain need one lane', () => {
  const chain = Array.from({ length: 5000 }, (_, i) => snapshot(`s${i}`, i === 0 ? null : `s${i - 1}`, i));
  const built = tree('s4999', ...chain);
  expect(built.rows).toHaveLength(5001);
  expect(built.laneCount).toBe(1);
  expect(built.rows.at(-1)).toMatchObject({ kind: 'here', depth: 5000, lane: 0 });
});

test('the gutter is capped however often a history forks', () => {
  const forks = Array.from({ length: 300 }, (_, i) => [
    snapshot(`f${i}`, i === 0 ? null : `f${i - 1}`, i),
    snapshot(`late${i}`, `f${i}`, 1000 + i),
  ]).flat();
  const built = tree(null, ...forks);
  expect(Math.max(...built.rows.map((row) => row.lane))).toBeGreaterThan(laneCap);
  expect(built.laneCount).toBe(laneCap);
  for (const row of built.rows) expect(row.branches.length).toBeLessThanOrEqual(laneCap);
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

test('any list: a child comes after its parent, its branch is contiguous, and its line can be drawn', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const built = buildSnapshotRows(list);
      const index = new Map(built.rows.map((row, i) => [row.key, i]));
      for (const [i, row] of built.rows.entries()) {
        expect(row.branches).toHaveLength(Math.min(row.lane + 1, laneCap));
        if (row.kind === 'here') continue;
        const parent = row.parentKey === null ? undefined : built.byKey.get(row.parentKey);
        if (row.parentKey !== null) expect(index.get(row.parentKey)).toBeLessThan(i);
        expect(row.enters === 'root').toBe(parent === undefined);
        if (row.enters === 'straight') expect(row.lane).toBe(parent?.lane);
        if (row.enters === 'fork') expect(row.lane).toBe((parent?.lane ?? 0) + 1);
        // Contiguous: after the row come its descendants, deeper than it, until the branch ends for good.
        const end = built.rows.findIndex((other, j) => j > i && other.depth <= row.depth);
        const branch = new Set(built.rows.slice(i, end === -1 ? undefined : end).map((other) => other.key));
        for (const child of row.childKeys) expect(branch.has(child)).toBe(true);
      }
    }),
  );
});
