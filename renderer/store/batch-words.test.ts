import { expect, test } from 'vitest';
import { batchNotice, countSentences, rowResult, rowResultWords, runHeadline } from './batch-words.ts';
import { aBatch, aBatchRow, anOutcome } from './fixtures.ts';

const problem = { code: 'X', what: 'It failed.', effect: '', next: '' };
const failed = aBatchRow({ outcome: anOutcome({ result: 'failed', problem }) });
const differs = aBatchRow({ outcome: anOutcome({ differences: ['It is paused.'] }) });
const stale = aBatchRow({ outcome: null, problem, changes: ['It was started.'] });
const skipped = aBatchRow({ status: 'skipped', outcome: null });
const waiting = aBatchRow({ status: 'waiting', outcome: null, endedAt: null });

test('a row is said to be reverted only if it was, and as planned only if nothing differs', () => {
  expect([aBatchRow(), differs, failed, stale, skipped, waiting].map(rowResult)).toEqual([
    'done',
    'differs',
    'failed',
    'failed',
    'skipped',
    'waiting',
  ]);
  expect(rowResultWords('revert', failed)).toBe('Failed');
  expect(rowResultWords('revert', stale)).toBe('Changed in the meantime');
  expect(rowResultWords('revert', aBatchRow({ outcome: null, problem }))).toBe('Not reverted');
});

test('the counts begin with what asks for attention', () => {
  const run = aBatch([aBatchRow(), failed, skipped]);
  expect(countSentences(run).map(({ text }) => text)).toEqual(['1 not reverted', '1 not started', '1 reverted']);
  expect(runHeadline(run)).toBe('Lab reset: 1 of 3 domains reverted');
  expect(runHeadline(aBatch([failed, waiting], { endedAt: null }))).toBe('Lab reset: 1 of 2 ended, 1 not reverted');
});

test('only a run that went wholly as planned may go away by itself', () => {
  expect(batchNotice(aBatch([aBatchRow()])).tone).toBe('done');
  expect(batchNotice(aBatch([differs])).tone).toBe('differs');
  expect(batchNotice(aBatch([aBatchRow(), skipped])).tone).toBe('failed');
});
