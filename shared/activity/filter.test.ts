import { expect, test } from 'vitest';
import { filterActivity, isFiltering, noFilter, offersOf, toggled } from './filter.ts';
import { groupEntries } from './groups.ts';
import { aJournalEntry } from './testing.ts';

const hour = 3_600_000;
const now = 1_000 * hour;
const groups = groupEntries([
  aJournalEntry({ operationId: 'a', askedAt: now - hour, snapshotName: 'clean', domainName: 'web', hostName: 'one' }),
  aJournalEntry({ operationId: 'b', askedAt: now - 30 * hour, kind: 'create', domainName: 'db', hostName: 'one' }),
  aJournalEntry({
    operationId: 'c',
    askedAt: now - 900 * hour,
    kind: 'create',
    domainName: 'db',
    hostName: 'two',
    result: 'failed',
  }),
]);
const found = (change: Partial<typeof noFilter>) =>
  filterActivity(groups, { ...noFilter, ...change }, now).map(({ operationId }) => operationId);

test('nothing is left out without a filter', () => {
  expect(found({})).toEqual(['a', 'b', 'c']);
  expect(isFiltering({ ...noFilter, text: '  ' })).toBe(false);
});

test('all words have to be there: of what was done, where, by whom and how it ended', () => {
  expect(found({ text: 'REVERT web' })).toEqual(['a']);
  expect(found({ text: 'failed two ada' })).toEqual(['c']);
  expect(found({ text: 'failed one' })).toEqual([]);
});

test('one value of each facet is enough, and all facets count', () => {
  expect(found({ host: ['one', 'two'], kind: ['create'] })).toEqual(['b', 'c']);
  expect(found({ domain: ['db'], outcome: ['done'] })).toEqual(['b']);
});

test('a span goes back from now', () => {
  expect(found({ span: 'day' })).toEqual(['a']);
  expect(found({ span: 'week' })).toEqual(['a', 'b']);
  expect(found({ span: 'year' })).toEqual(['a', 'b', 'c']);
});

test('values are offered with how many there are, and chosen ones always', () => {
  expect(offersOf(groups, 'domain', ['gone'])).toEqual([
    { value: 'db', words: 'db', count: 2 },
    { value: 'web', words: 'web', count: 1 },
    { value: 'gone', words: 'gone', count: 0 },
  ]);
  expect(toggled(toggled(noFilter, 'host', 'one'), 'host', 'one')).toEqual(noFilter);
});
