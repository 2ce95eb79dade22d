import { expect, test } from 'vitest';
import { groupEntries } from '../../shared/activity/groups.ts';
import { activityItems } from '../../shared/activity/items.ts';
import { aJournalEntry } from '../../shared/activity/testing.ts';
import { daysOf } from './activity-columns.tsx';
import { entryAt } from './activity-grid.tsx';

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();

test('each day has one heading, over what was asked for on it', () => {
  const groups = groupEntries(
    [at(26, 9), at(26, 23), at(24, 1)].map((askedAt, n) => aJournalEntry({ operationId: `${n}`, askedAt })),
  );
  expect(daysOf(activityItems(groups)).map(({ kind, key }) => (kind === 'day' ? kind : key))).toEqual([
    'day',
    '1',
    '0',
    'day',
    '2',
  ]);
});

test('keys pass over days, and stay where there is nothing beyond', () => {
  const lines = (['day', 'entry', 'day', 'entry'] as const).map((kind) => ({ kind }));
  expect(entryAt(lines, 2, 1)).toBe(3);
  expect(entryAt(lines, 2, 3)).toBe(1);
  expect(entryAt(lines, 0, 1)).toBe(1);
  expect(entryAt(lines, 0, 3)).toBe(1);
  expect(entryAt(lines, 3, 1)).toBe(3);
});
