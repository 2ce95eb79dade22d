import { expect, test } from 'vitest';
import { aJournalEntry } from '../../shared/activity/testing.ts';
import type { HealthReport } from '../../shared/schema.ts';
import { aDomain, aHost } from '../store/fixtures.ts';
import { problemsOf } from './problems.ts';

const domain = aDomain();
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
const nothing = { lastRevert: undefined, health: undefined };
const quiet = { host: aHost(), domains: [domain], known: () => nothing, now: 10 };

test('a last revert that did not end well is a problem', () => {
  const of = (more: Parameters<typeof aJournalEntry>[0]) =>
    problemsOf({ ...quiet, known: () => ({ ...nothing, lastRevert: aJournalEntry(more) }) });
  expect(of({ result: 'failed' })).toMatchObject([
    { level: 'bad', domain, short: 'last revert: failed', tab: 'activity' },
  ]);
  expect(of({ result: 'unknown' })).toMatchObject([{ level: 'warn' }]);
  expect(of({ differences: ['The domain is paused.'] })).toMatchObject([{ level: 'warn' }]);
  expect(of({})).toEqual([]);
  expect(of({ result: 'cancelled' })).toEqual([]);
});

test('health counts of domains that were looked at, the worst first, and notes do not', () => {
  const other = aDomain({ uuid: 'v', name: 'web' });
  const of = (...levels: ('broken' | 'warning' | 'note')[]) =>
    problemsOf({
      ...quiet,
      domains: [domain, other],
      known: ({ uuid }) => {
        const level = levels[uuid === other.uuid ? 1 : 0];
        return { ...nothing, health: level && report(level) };
      },
    }).map((each) => `${each.level} ${each.domain?.name}`);
  expect(of('warning', 'broken')).toEqual(['bad web', 'warn db-01']);
  expect(of('note')).toEqual([]);
});

test('a host that leaves something unanswered is a problem of its own', () => {
  const host = aHost();
  const silent = { ...host, connection: { ...host.connection, silentSince: 1 } } as typeof host;
  expect(problemsOf({ ...quiet, host: silent })).toMatchObject([{ level: 'warn', domain: null }]);
});
