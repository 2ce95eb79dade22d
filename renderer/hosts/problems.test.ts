import { expect, test } from 'vitest';
import { groupEntries } from '../../shared/activity/groups.ts';
import { aJournalEntry } from '../../shared/activity/testing.ts';
import type { HealthReport } from '../../shared/schema.ts';
import { aDomain, aHost } from '../store/fixtures.ts';
import { problemsOf } from './problems.ts';

const domain = aDomain();
const failed = aJournalEntry({ operationId: 'old', askedAt: 1, result: 'failed' });
const report = (level: 'broken' | 'warning' | 'note'): HealthReport => ({
  findings: [
    {
      code: 'X',
      level,
      what: 'An image is missing.',
      means: '',
      remedy: '',
      snapshots: [],
      files: [],
      offers: [],
      shell: [],
    },
  ],
  data: [],
  checked: [],
  unchecked: [],
});
const known = { host: aHost(), domains: [domain], groups: [], health: new Map(), now: 10 };

test('a revert that failed is a problem until another one went well', () => {
  expect(problemsOf({ ...known, groups: groupEntries([failed]) })).toMatchObject([
    { level: 'bad', domain, short: 'last revert: failed', tab: 'activity' },
  ]);
  const later = aJournalEntry({ operationId: 'new', askedAt: 2 });
  expect(problemsOf({ ...known, groups: groupEntries([later, failed]) })).toEqual([]);
  const taken = aJournalEntry({ operationId: 'new', askedAt: 2, kind: 'create' });
  expect(problemsOf({ ...known, groups: groupEntries([taken, failed]) })).toHaveLength(1);
});

test('health counts of domains that were looked at, the worst first, and notes do not', () => {
  const other = aDomain({ uuid: 'v', name: 'web' });
  const of = (...levels: ('broken' | 'warning' | 'note')[]) =>
    problemsOf({
      ...known,
      domains: [domain, other],
      health: new Map(levels.map((level, n) => [n === 0 ? 'h/u' : 'h/v', report(level)])),
    }).map((each) => `${each.level} ${each.domain?.name}`);
  expect(of('warning', 'broken')).toEqual(['bad web', 'warn db-01']);
  expect(of('note')).toEqual([]);
});

test('a host that leaves something unanswered is a problem of its own', () => {
  const host = aHost();
  const silent = { ...host, connection: { ...host.connection, silentSince: 1 } } as typeof host;
  expect(problemsOf({ ...known, host: silent })).toMatchObject([{ level: 'warn', domain: null }]);
});
