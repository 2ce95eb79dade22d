import { expect, test } from 'vitest';
import { aJournalEntry } from '../store/fixtures.ts';
import { aboutSnapshot, groupEntries, resultLook } from './groups.ts';

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

test('no answer is not called one, and an answer found out later says so', () => {
  expect(resultLook({ ...revert, result: null }).text).toBe('no answer yet');
  expect(resultLook({ ...revert, resolved: true }).text).toBe('done, found out later');
  expect(resultLook({ ...revert, differences: ['It is paused.'] }).text).toBe('done, not as planned');
});
