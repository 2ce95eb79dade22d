import { expect, test } from 'vitest';
import type { Snapshot } from '../../shared/schema.ts';
import { buildSnapshotRows, hereKey } from '../../shared/snapshot-tree.ts';
import { aSnapshot } from './fixtures.ts';
import { rowAfter } from './row-after.ts';

const all = [
  aSnapshot('root', null, 1),
  aSnapshot('a', 'root', 2),
  aSnapshot('b', 'root', 3),
  aSnapshot('c', 'root', 4),
  aSnapshot('b1', 'b', 5),
];
const treeOf = (snapshots: Snapshot[]) => buildSnapshotRows({ snapshots, current: null });
const without = (...gone: string[]) => treeOf(all.filter(({ name }) => !gone.includes(name)));
const after = (key: string, ...others: string[]) => rowAfter(treeOf(all), without(key, ...others), key);

test('the next sibling, else the one before, else the parent', () => {
  expect(after('a')).toBe('b');
  expect(after('b', 'b1')).toBe('c');
  expect(after('c')).toBe('b');
  expect(after('a', 'b', 'b1', 'c')).toBe('root');
  expect(after('b1')).toBe('b');
});

test('where the parent is gone too, what stands for it', () => {
  expect(after('b1', 'b')).toBe('c');
  expect(after('b1', 'b', 'a', 'c', 'root')).toBe(hereKey);
  expect(rowAfter(treeOf(all), without('a'), 'never there')).toBe(hereKey);
});
