import { expect, test } from 'vitest';
import { groupEntries } from './groups.ts';
import { activityItems } from './items.ts';
import { aJournalEntry } from './testing.ts';

const batch = { id: 'b', domains: 3 };
const entry = (operationId: string, askedAt: number, more: Parameters<typeof aJournalEntry>[0] = {}) =>
  aJournalEntry({
    requestId: operationId,
    operationId,
    askedAt,
    answeredAt: askedAt + 5,
    domainName: operationId,
    ...more,
  });

test('the operations of a batch are one line, among others by the time of its newest', () => {
  const items = activityItems(
    groupEntries([entry('later', 9), entry('web', 8, { batch }), entry('between', 7), entry('db', 6, { batch })]),
  );
  expect(items.map(({ key, groups }) => [key, groups.map(({ main }) => main.domainName)])).toEqual([
    ['later', ['later']],
    ['b', ['db', 'web']],
    ['between', ['between']],
  ]);
  expect(items[1]).toMatchObject({
    asked: 'Revert 2 domains to “clean”',
    domain: '2 domains',
    host: 'kvm-a',
    askedAt: 8,
    tookMs: 7,
    outcome: 'done',
    note: '',
  });
});

test('with a safety snapshot, only the first request of each operation says so', () => {
  const of = (name: string) => [
    entry(name, 1, { requestId: `${name} 1`, kind: 'safety-snapshot', batch }),
    entry(name, 2, { requestId: `${name} 2` }),
  ];
  expect(activityItems(groupEntries([...of('a'), ...of('b')]))).toMatchObject([{ key: 'b', kind: 'revert' }]);
});

test('of a batch the worst end is told, and how many ended well', () => {
  const [item] = activityItems(
    groupEntries([
      entry('a', 1, { batch, snapshotName: 'other', hostUri: 'qemu+ssh://b/system' }),
      entry('b', 2, { batch, result: 'unknown', answeredAt: null }),
      entry('c', 3, { batch, kind: 'safety-snapshot', result: 'failed' }),
    ]),
  );
  expect(item).toMatchObject({
    kind: 'revert',
    asked: 'Revert 3 domains',
    host: '2 hosts',
    outcome: 'failed',
    note: '1 of 3 done',
    tookMs: null,
  });
});

test('snapshots that were taken together, with one name or with several', () => {
  const taken = (name: string, operationId: string) =>
    entry(operationId, 1, { batch, kind: 'create', snapshotName: name });
  const words = (...names: string[]) =>
    activityItems(groupEntries(names.map((name, n) => taken(name, `${n}`)))).map(({ asked }) => asked);
  expect(words('nightly', 'nightly')).toEqual(['Take “nightly” of 2 domains']);
  expect(words('nightly', 'weekly')).toEqual(['Take snapshots of 2 domains']);
  expect(words('nightly')).toEqual(['Take “nightly”']);
});
