import { expect, test } from 'vitest';
import { buildSnapshotRows } from '../../shared/snapshot-tree.ts';
import { aSnapshot } from '../store/fixtures.ts';
import { keysBetween, toggled } from './choosing-rows.ts';

const { rows } = buildSnapshotRows({
  snapshots: [aSnapshot('a'), aSnapshot('b', 'a'), aSnapshot('c', 'b')],
  current: 'b',
});
const at = (name: string) => rows.findIndex(({ key }) => key === name);
const here = rows.findIndex(({ kind }) => kind === 'here');

test('a range holds snapshots only, whichever end comes first', () => {
  expect(keysBetween(rows, 0, rows.length - 1).sort()).toEqual(['a', 'b', 'c']);
  expect(keysBetween(rows, at('c'), at('a')).sort()).toEqual(keysBetween(rows, at('a'), at('c')).sort());
  expect(keysBetween(rows, here, here)).toEqual([]);
});

test('the first row that is put to the choice joins the selected one', () => {
  expect(toggled(rows, new Set(), at('a'), at('c'))).toEqual(['a', 'c']);
  expect(toggled(rows, new Set(), here, at('c'))).toEqual(['c']);
  expect(toggled(rows, new Set(['a', 'c']), at('c'), at('a'))).toEqual(['c']);
  expect(toggled(rows, new Set(['a']), at('a'), here)).toEqual(['a']);
  expect(toggled(rows, new Set(), at('a'), at('a'))).toEqual([]);
});
