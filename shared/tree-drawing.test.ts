import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safetyDescription } from './safety-names.ts';
import type { Snapshot, SnapshotList } from './schema.ts';
import { buildSnapshotRows } from './snapshot-tree.ts';
import { branchFold, type Drawing, type DrawnTree, drawTree, laneCap, safetyFold } from './tree-drawing.ts';

const usual: Drawing = { turned: new Set(), undoable: null, foldsSafety: false, newestFirst: false };

function snapshot(name: string, parent: string | null, createdAt = 0, description = ''): Snapshot {
  return { name, parent, createdAt, description, state: 'shutoff', memory: 'none', kind: 'internal', disks: [] };
}

function safety(name: string, parent: string, createdAt: number): Snapshot {
  return snapshot(name, parent, createdAt, safetyDescription('x', name));
}

function drawn(current: string | null, snapshots: Snapshot[], more: Partial<Drawing> = {}): DrawnTree {
  return drawTree(buildSnapshotRows({ snapshots, current }), { ...usual, ...more });
}

/** `name@lane` for every row, in order. */
function sketch({ rows, places }: DrawnTree): string {
  return rows
    .map((row) => {
      const name = row.kind === 'here' ? 'HERE' : row.kind === 'fold' ? `+${row.hidden.length}` : row.snapshot.name;
      return `${name}@${places.get(row.key)?.lane}`;
    })
    .join(' ');
}

const web = [
  snapshot('installed', null, 1),
  snapshot('app-1', 'installed', 2),
  snapshot('try', 'app-1', 3),
  snapshot('try-tuned', 'try', 4),
  snapshot('app-2', 'app-1', 5),
  snapshot('trial', 'app-2', 6),
  snapshot('jit', 'trial', 7),
  snapshot('tuned', 'trial', 8),
  snapshot('bench', 'app-2', 9),
];

test('where one is has lane 0, and of side branches the one drawn last is innermost', () => {
  const built = drawn('app-2', web);
  expect(sketch(built)).toBe('installed@0 app-1@0 try@1 try-tuned@1 app-2@0 trial@2 jit@3 tuned@2 bench@1 HERE@0');
  expect(built.laneCount).toBe(4);
  expect(built.places.get('app-2')).toMatchObject({ forks: 2, past: 'below', goesOn: true });
  expect(built.places.get('jit')).toMatchObject({ past: 'whole', goesOn: false });
  expect(built.places.get('app-1')).toMatchObject({ past: 'no', forks: 1 });
  // In drawing order, and never that of the way to where one is.
  const tints = ['installed', 'try', 'trial', 'jit', 'bench'].map((key) => {
    const { lane = 0, tints: [...all] = [] } = built.places.get(key) ?? {};
    return all[lane];
  });
  expect(tints).toEqual([0, 1, 2, 3, 4]);
});

test('newest first is the mirror image', () => {
  const [plain, mirrored] = [drawn('app-2', web), drawn('app-2', web, { newestFirst: true })];
  expect(mirrored.rows.map(({ key }) => key)).toEqual(plain.rows.map(({ key }) => key).reverse());
  expect(mirrored.places).toEqual(plain.places);
});

test('a folded branch is one row on its lane; on the way to where one is, the side branches are', () => {
  const fold = (...keys: string[]) => drawn('app-2', web, { turned: new Set(keys.map(branchFold)) });
  expect(sketch(fold('try'))).toContain('try@1 +1@1 app-2@0');
  expect(sketch(fold('trial'))).toContain('trial@2 +2@2 bench@1');
  const sides = fold('app-2', 'app-1', 'trial');
  expect(sketch(sides)).toBe('installed@0 app-1@0 +2@1 app-2@0 +4@1 HERE@0');
  expect(sides.hiddenBy.get('jit')).toBe(branchFold('app-2'));
  expect(sides.rows[4]).toMatchObject({ kind: 'fold', of: 'sides', depth: 3, parentKey: 'app-2' });
  // What has nothing to hide stays as it is.
  expect(sketch(fold('installed', 'bench'))).toBe(sketch(drawn('app-2', web)));
});

const reverted = [
  snapshot('base', null, 1),
  safety('s1', 'base', 2),
  safety('s2', 'base', 3),
  safety('s3', 'base', 4),
  snapshot('work', 'base', 5),
];

test('older safety snapshots beside each other are one row, until they are unfolded', () => {
  const older = drawn('base', reverted, { undoable: 's3' });
  expect(sketch(older)).toBe('base@0 work@3 +2@2 s3@1 HERE@0');
  expect(older.rows[2]).toMatchObject({ of: 'safety', isOlder: true, position: 2, siblings: 5 });
  const all = drawn('base', reverted);
  expect(sketch(all)).toBe('base@0 work@2 +3@1 HERE@0');
  expect(all.rows[2]).toMatchObject({ isOlder: false });
  expect(sketch(drawn('base', reverted, { turned: new Set([safetyFold('base')]) }))).toContain('s1@3 s2@2 s3@1');
  // One row would take the place of one.
  expect(sketch(drawn('base', reverted.slice(0, 3), { undoable: 's2' }))).toBe('base@0 s1@2 s2@1 HERE@0');
});

test('all of them can be folded away, also the newest and a single one', () => {
  expect(sketch(drawn('base', reverted, { undoable: 's3', foldsSafety: true }))).toBe('base@0 work@2 +3@1 HERE@0');
  expect(sketch(drawn('base', reverted.slice(0, 2), { foldsSafety: true }))).toBe('base@0 +1@1 HERE@0');
});

test('past the cap lanes are shared, however often a history forks', () => {
  const forks = Array.from({ length: 300 }, (_, i) => [
    snapshot(`f${i}`, i === 0 ? null : `f${i - 1}`, i),
    snapshot(`late${i}`, `f${i}`, 1000 + i),
  ]).flat();
  const bush = Array.from({ length: 300 }, (_, i) => snapshot(`b${i}`, i === 0 ? null : 'b0', i));
  for (const built of [drawn(null, forks), drawn('b0', bush)]) {
    expect(Math.max(...[...built.places.values()].map(({ lane }) => lane))).toBeGreaterThan(laneCap);
    expect(built.laneCount).toBe(laneCap);
    for (const { tints } of built.places.values()) expect(tints.length).toBeLessThanOrEqual(laneCap);
  }
});

test('without a current snapshot each root has a colour of its own, and where one is stands alone', () => {
  const built = drawn(null, [snapshot('a', null, 1), snapshot('b', null, 2)]);
  expect(built.places.get('a')?.tints).not.toEqual(built.places.get('b')?.tints);
  expect(built.places.get(built.rows.at(-1)?.key ?? '')).toMatchObject({ isRoot: true, lane: 0, tints: [0] });
});

const names = fc.constantFrom(...'abcdefghijklmnop');
const anyList: fc.Arbitrary<SnapshotList> = fc.record({
  snapshots: fc.array(
    fc
      .tuple(names, fc.option(names), fc.integer({ min: 0, max: 9 }), fc.boolean())
      .map(([name, parent, createdAt, isSafety]) =>
        isSafety ? safety(name, parent ?? '', createdAt) : snapshot(name, parent, createdAt),
      ),
    { maxLength: 40 },
  ),
  current: fc.option(names),
});
const anyDrawing: fc.Arbitrary<Drawing> = fc.record({
  turned: fc
    .array(
      fc.oneof(
        names.map((name) => branchFold(name)),
        names.map((name) => safetyFold(name)),
      ),
    )
    .map((keys) => new Set(keys)),
  undoable: fc.option(names),
  foldsSafety: fc.boolean(),
  newestFirst: fc.constant(false),
});

test('anything folded: each snapshot is shown once or stands behind one row that is shown', () => {
  fc.assert(
    fc.property(anyList, anyDrawing, (list, drawing) => {
      const tree = buildSnapshotRows(list);
      const { rows, places, hiddenBy } = drawTree(tree, drawing);
      const shown = new Set(rows.map(({ key }) => key));
      expect(shown.size).toBe(rows.length);
      expect(places.size).toBe(rows.length);
      for (const { key } of tree.rows) expect(shown.has(key)).toBe(!hiddenBy.has(key));
      for (const fold of hiddenBy.values()) expect(shown.has(fold)).toBe(true);
      for (const row of tree.rows) if (row.kind === 'here' || row.onLine) expect(shown.has(row.key)).toBe(true);
    }),
  );
});

test('anything folded: each line is its own from the dot that it starts in to its last row, and no neighbour has its colour', () => {
  fc.assert(
    fc.property(anyList, anyDrawing, (list, drawing) => {
      const { rows, places } = drawTree(buildSnapshotRows(list), drawing);
      const at = new Map(rows.map(({ key }, index) => [key, index]));
      const placeAt = (index: number) => places.get(rows[index]?.key ?? '');
      for (const [index, row] of rows.entries()) {
        const place = placeAt(index);
        if (!place) throw new Error('a row without a place');
        const { lane, forks, tints, isRoot } = place;
        expect(tints).toHaveLength(Math.min(lane + forks + 1, laneCap));
        for (let i = 1; i < tints.length; i++) {
          expect(tints[i]).not.toBe(tints[i - 1]);
          expect(tints[i]).toBeGreaterThan(0);
        }
        expect(isRoot).toBe(row.parentKey === null);
        if (row.parentKey === null) continue;
        const from = at.get(row.parentKey) ?? index;
        const parent = placeAt(from);
        if (!parent) throw new Error('a parent without a place');
        expect(from).toBeLessThan(index);
        expect(lane).toBeGreaterThanOrEqual(parent.lane);
        expect(lane).toBeLessThanOrEqual(parent.lane + parent.forks);
        for (let between = from + 1; between < index; between++) {
          // It passes left of all dots, in the same colour.
          expect(placeAt(between)?.lane).toBeGreaterThan(lane);
          if (lane < laneCap) expect(placeAt(between)?.tints[lane]).toBe(tints[lane]);
        }
      }
    }),
  );
});
