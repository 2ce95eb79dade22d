import { expect, test } from 'vitest';
import { buildSnapshotRows, hereKey } from '../../shared/snapshot-tree.ts';
import { aSnapshot } from '../store/fixtures.ts';
import { deletionMarks, revertMarks } from './row-marks.ts';

const tree = buildSnapshotRows({
  snapshots: [
    aSnapshot('root', null, 1),
    aSnapshot('side', 'root', 2),
    aSnapshot('mid', 'root', 3),
    aSnapshot('tip', 'mid', 4),
  ],
  current: 'tip',
});

test('a revert leaves what is between its target and where one is on another branch', () => {
  const looks = (target: string, isSaved = true) =>
    Object.fromEntries([...revertMarks(tree, target, isSaved)].map(([key, { look }]) => [key, look]));
  expect(looks('root')).toEqual({ root: 'target', mid: 'kept', tip: 'kept', [hereKey]: 'saved' });
  expect(looks('side')).toEqual({ side: 'target', mid: 'kept', tip: 'kept', [hereKey]: 'saved' });
  expect(looks('tip', false)).toEqual({ tip: 'target', [hereKey]: 'lost' });
});

test('a deletion says of each snapshot whether it goes, or where it moves', () => {
  const marks = deletionMarks({
    goes: ['mid'],
    moves: [
      { name: 'tip', to: 'root' },
      { name: 'side', to: null },
    ],
  });
  expect(Object.fromEntries([...marks].map(([key, { text }]) => [key, text]))).toEqual({
    mid: 'would be deleted',
    tip: 'moves under “root”',
    side: 'moves to the top',
  });
});
