import { expect, test } from 'vitest';
import { safetyDescription } from '../../shared/safety-names.ts';
import { buildSnapshotRows, hereKey } from '../../shared/snapshot-tree.ts';
import { branchFold, drawTree, safetyFold } from '../../shared/tree-drawing.ts';
import { aSnapshot } from '../store/fixtures.ts';
import { type TreeStep, treeStep } from './folding-rows.ts';

const safety = (name: string, at: number) => ({
  ...aSnapshot(name, 'root', at),
  description: safetyDescription('root', name),
});
const tree = buildSnapshotRows({
  snapshots: [
    aSnapshot('root', null, 1),
    aSnapshot('a', 'root', 2),
    aSnapshot('b', 'a', 3),
    safety('s', 4),
    safety('t', 5),
  ],
  current: 'root',
});

function step(key: string, row: string, ...turned: string[]): TreeStep | null {
  const drawn = drawTree(tree, { turned: new Set(turned), undoable: null, foldsSafety: false, newestFirst: false });
  const found = drawn.rows.find((each) => each.key === row);
  return found ? treeStep(key, found, { tree, turned: new Set(turned) }) : null;
}

test('← folds what is open, and goes to the parent from a leaf and from what is folded', () => {
  expect(step('ArrowLeft', 'a')).toEqual({ turn: branchFold('a') });
  expect(step('ArrowLeft', 'a', branchFold('a'))).toEqual({ to: 'root' });
  expect(step('ArrowLeft', 'b')).toEqual({ to: 'a' });
  expect(step('ArrowLeft', hereKey)).toEqual({ to: 'root' });
  expect(step('ArrowLeft', branchFold('a'), branchFold('a'))).toEqual({ to: 'a' });
  expect(step('ArrowLeft', 'root', branchFold('root'))).toBeNull();
});

test('→ unfolds, and goes to the first child of what is open', () => {
  expect(step('ArrowRight', 'a', branchFold('a'))).toEqual({ turn: branchFold('a') });
  expect(step('ArrowRight', branchFold('a'), branchFold('a'))).toEqual({ turn: branchFold('a') });
  expect(step('ArrowRight', 'a')).toEqual({ to: 'b' });
  expect(step('ArrowRight', 'b')).toBeNull();
});

test('safety snapshots that were unfolded fold again from each of them', () => {
  expect(step('ArrowRight', safetyFold('root'))).toEqual({ turn: safetyFold('root') });
  expect(step('ArrowLeft', 't', safetyFold('root'))).toEqual({ turn: safetyFold('root') });
});

test('Enter opens a fold, and is left to the command on any other row', () => {
  expect(step('Enter', safetyFold('root'))).toEqual({ turn: safetyFold('root') });
  expect(step('Enter', 'a')).toBeNull();
});
