import { expect, test } from 'vitest';
import { countSentences, labNotice, rowResult, rowResultWords, runHeadline } from './batch-words.ts';
import { aLabRun, aLabRunRow, anOutcome } from './fixtures.ts';

const problem = { code: 'X', what: 'It failed.', effect: '', next: '' };
const failed = aLabRunRow({ outcome: anOutcome({ result: 'failed', problem }) });
const differs = aLabRunRow({ outcome: anOutcome({ differences: ['It is paused.'] }) });
const stale = aLabRunRow({ outcome: null, problem, changes: ['It was started.'] });
const skipped = aLabRunRow({ status: 'skipped', outcome: null });
const waiting = aLabRunRow({ status: 'waiting', outcome: null, endedAt: null });

test('a row is said to be reverted only if it was, and as planned only if nothing differs', () => {
  expect([aLabRunRow(), differs, failed, stale, skipped, waiting].map(rowResult)).toEqual([
    'done',
    'differs',
    'failed',
    'failed',
    'skipped',
    'waiting',
  ]);
  expect(rowResultWords(failed)).toBe('Failed on the way');
  expect(rowResultWords(stale)).toBe('Changed meanwhile');
  expect(rowResultWords(aLabRunRow({ outcome: null, problem }))).toBe('Not reverted');
});

test('the counts begin with what asks for attention', () => {
  const run = aLabRun([aLabRunRow(), failed, skipped]);
  expect(countSentences(run).map(({ text }) => text)).toEqual(['1 not reverted', '1 not begun', '1 reverted']);
  expect(runHeadline(run)).toBe('Lab reset: 1 of 3 domains reverted');
  expect(runHeadline(aLabRun([failed, waiting], { endedAt: null }))).toBe('Lab reset: 1 of 2 ended, 1 not reverted');
});

test('only a run that went wholly as planned may go away by itself', () => {
  expect(labNotice(aLabRun([aLabRunRow()])).tone).toBe('done');
  expect(labNotice(aLabRun([differs])).tone).toBe('differs');
  expect(labNotice(aLabRun([aLabRunRow(), skipped])).tone).toBe('failed');
});
