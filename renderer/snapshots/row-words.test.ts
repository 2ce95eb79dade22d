import { expect, test } from 'vitest';
import { safetyDescription } from '../../shared/safety-names.ts';
import type { Snapshot } from '../../shared/schema.ts';
import { buildSnapshotRows } from '../../shared/snapshot-tree.ts';
import { branchFold, drawTree, type FoldRow, safetyFold } from '../../shared/tree-drawing.ts';
import { aSnapshot } from '../store/fixtures.ts';
import { foldMark, foldNote, foldTaken, foldTitle, rowWords, safetyWords } from './row-words.ts';

const on = (month: number, day: number, hour = 12) => new Date(2026, month - 1, day, hour).getTime();
const now = on(11, 26);

function foldOf(turned: string | null, snapshots: Snapshot[], current = 'root'): FoldRow {
  const tree = buildSnapshotRows({ snapshots: [aSnapshot('root', null, 0), ...snapshots], current });
  const drawing = { undoable: null, foldsSafety: false, newestFirst: false };
  const fold = drawTree(tree, { ...drawing, turned: new Set(turned === null ? [] : [turned]) }).rows.find(
    ({ kind }) => kind === 'fold',
  );
  if (fold?.kind !== 'fold') throw new Error('nothing is folded');
  return fold;
}

const branch = [aSnapshot('a', 'root', on(8, 2)), aSnapshot('b', 'a', on(8, 3)), aSnapshot('c', 'b', on(8, 9))];

test('a fold says how many it hides, the first and the last, and when they were taken', () => {
  const fold = foldOf(branchFold('a'), branch);
  expect([foldTitle(fold), foldNote(fold), foldTaken(fold, now)]).toEqual([
    '2 more on this branch',
    'b to c',
    '3 – 9 Aug',
  ]);
  const sides = foldOf(branchFold('root'), [...branch, aSnapshot('d', 'root', on(9, 1))]);
  expect([foldTitle(sides), foldNote(sides), foldTaken(sides, now)]).toEqual([
    '4 snapshots beside the way to here',
    'a to d',
    '2 Aug – 1 Sep',
  ]);
  expect(foldTaken(foldOf(branchFold('a'), [...branch.slice(0, 1), aSnapshot('b', 'a', on(11, 26, 9))]), now)).toBe(
    'today',
  );
});

const safety = (name: string, at: number, target = 'root') => ({
  ...aSnapshot(name, 'root', at),
  description: safetyDescription(target, name),
});

test('folded safety snapshots say what they were taken for', () => {
  const fold = foldOf(null, [safety('s', 1), safety('t', 2)]);
  expect(fold.key).toBe(safetyFold('root'));
  expect([foldTitle(fold), foldNote(fold)]).toEqual(['2 safety snapshots', 'before reverts to root']);
  expect(foldNote(foldOf(null, [safety('s', 1), safety('t', 2, 'other')]))).toBe('s to t');
  expect(safetyWords(safety('s', 1, 'app “2”'))).toBe('before revert to app “2”');
  expect(safetyWords(aSnapshot('s'))).toBeNull();
});

test('a fold is marked by what would become of what it hides', () => {
  const fold = foldOf(branchFold('a'), branch);
  const goes = { look: 'goes', text: 'would be deleted' } as const;
  expect(foldMark(fold, new Map())).toBeUndefined();
  expect(foldMark(fold, new Map([['b', goes]]))?.text).toBe('would be deleted (1 of 2)');
  expect(
    foldMark(
      fold,
      new Map([
        ['b', goes],
        ['c', goes],
      ]),
    ),
  ).toEqual(goes);
});

test('a row tells more than its name to who does not see it', () => {
  const snapshot = { ...aSnapshot('s'), kind: 'external', memory: 'external', state: 'running' } as const;
  expect(rowWords({ snapshot, current: true }, { isPinned: true })).toBe(
    'current snapshot, holds disks + memory, external, guest was running, pinned',
  );
});
