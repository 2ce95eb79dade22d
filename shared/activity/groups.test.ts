import { expect, test } from 'vitest';
import { aboutSnapshot, groupEntries, groupNote, outcomeOf } from './groups.ts';
import { aJournalEntry } from './testing.ts';

const safety = aJournalEntry({ requestId: 's', kind: 'safety-snapshot', snapshotName: 'before', askedAt: 1 });
const revert = aJournalEntry({ requestId: 'r', askedAt: 2, flags: 4 });
const tidy = aJournalEntry({ requestId: 't', kind: 'delete-safety', snapshotName: 'old', askedAt: 3, hasXml: true });
const later = aJournalEntry({ requestId: 'x', operationId: 'p', askedAt: 9 });

test('what was asked for one operation stands together, in the order asked, newest operation first', () => {
  const groups = groupEntries([later, tidy, revert, safety]);
  expect(groups.map(({ operationId }) => operationId)).toEqual(['p', 'o']);
  expect(groups[1]).toMatchObject({
    main: revert,
    entries: [safety, revert, tidy],
    forced: true,
    safety,
    hasXml: true,
  });
  expect(groups[0]).toMatchObject({ forced: false, safety: undefined, hasXml: false });
});

test('an operation that did not come to its revert is told by what stood in its way', () => {
  const failed = { ...safety, result: 'failed' as const };
  expect(groupEntries([failed])[0]?.main).toBe(failed);
});

test('a snapshot’s own history', () => {
  const groups = groupEntries([later, tidy, revert, safety]);
  expect(aboutSnapshot(groups, 'before').map(({ operationId }) => operationId)).toEqual(['o']);
  expect(aboutSnapshot(groups, 'nothing')).toEqual([]);
});

test('no answer is not called one, and what was found out later is no difference', () => {
  expect(outcomeOf({ ...revert, result: null })).toBe('waiting');
  expect(outcomeOf({ ...revert, resolved: true, differences: ['It was done.'] })).toBe('done');
  expect(outcomeOf({ ...revert, differences: ['It is paused.'] })).toBe('differs');
});

test('an undo is told as one, and not by its safety snapshot', () => {
  const [group] = groupEntries([{ ...revert, kind: 'undo' }, safety]);
  expect(group?.main.kind).toBe('undo');
  expect(group && groupNote(group)).toBe('safety snapshot “before” taken');
});

test('what it took is from the first question to the last answer, if all came', () => {
  const [whole] = groupEntries([
    { ...revert, askedAt: 5_000, answeredAt: 9_000 },
    { ...safety, askedAt: 1_000, answeredAt: 4_000 },
  ]);
  expect(whole?.tookMs).toBe(8_000);
  expect(groupEntries([{ ...revert, answeredAt: null, result: 'unknown' }])[0]?.tookMs).toBe(null);
});
