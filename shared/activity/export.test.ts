import { expect, test } from 'vitest';
import { activityCsv, activityJsonLines } from './export.ts';
import { groupEntries } from './groups.ts';
import { aJournalEntry } from './testing.ts';

const groups = groupEntries([
  aJournalEntry({
    requestId: 's',
    kind: 'safety-snapshot',
    snapshotName: 'before',
    askedAt: 1_000,
    answeredAt: 3_000,
    losses: [{ text: 'Everything in memory', kept: true }],
    virsh: 'virsh snapshot-revert db-01 =clean',
    hasXml: true,
  }),
  aJournalEntry({ snapshotName: '=HYPERLINK("x")', domainName: '=1+1', askedAt: 4_000, answeredAt: 5_500 }),
]);

test('a line of JSON an operation, with each request of it', () => {
  const lines = activityJsonLines(groups).trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    askedAt: '1970-01-01T00:00:01.000Z',
    domain: '=1+1',
    tookMs: 4_500,
    losses: ['Everything in memory (kept by the safety snapshot)'],
    virsh: 'virsh snapshot-revert db-01 =clean',
    requests: [{ what: 'Safety snapshot “before”' }, { what: 'Revert to “=HYPERLINK("x")”' }],
  });
});

test('a table in which no name is a formula, and whose rows are as long as its head', () => {
  const [head = '', row = '', end] = activityCsv(groups).split('\r\n');
  expect(end).toBe('');
  expect(head.split(',').slice(0, 4)).toEqual(['When', 'What', 'Domain', 'Host']);
  expect(row).toContain(",'=1+1,");
  expect(row).toContain('"Revert to “=HYPERLINK(""x"")”"');
});
