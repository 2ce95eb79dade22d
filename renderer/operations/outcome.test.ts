import { expect, test } from 'vitest';
import { anOutcome } from '../store/fixtures.ts';
import { foundSentence, outcomeNotice, outcomeSentence } from './outcome.ts';

const told = (more: Parameters<typeof anOutcome>[0]) => ({
  domainName: 'db-01',
  snapshotName: 'clean',
  outcome: anOutcome(more),
});

test('an end in one line claims no more than what libvirt confirmed', () => {
  expect(outcomeSentence(told({}))).toBe('db-01 reverted to “clean”, verified running');
  expect(outcomeSentence(told({ found: null }))).toBe('db-01 reverted to “clean”, not verified');
  expect(outcomeSentence(told({ differences: ['It is paused.'] }))).toContain('not all is as planned');
  expect(outcomeSentence(told({ result: 'refused' }))).toContain('was not reverted');
  expect(outcomeSentence(told({ result: 'unknown' }))).toContain('not known');
});

test('what was found is told in libvirt’s name', () => {
  expect(foundSentence(anOutcome())).toBe('libvirt says: running (from snapshot), current snapshot is “clean”.');
  expect(foundSentence(anOutcome({ found: null }))).toContain('could not be asked');
});

test('only an end as planned may go away by itself', () => {
  expect(outcomeNotice(told({})).tone).toBe('done');
  expect(outcomeNotice(told({ differences: ['It is paused.'] }))).toMatchObject({ tone: 'differs' });
  expect(outcomeNotice(told({ result: 'failed' })).tone).toBe('failed');
});
