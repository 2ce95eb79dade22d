import { expect, test } from 'vitest';
import { operationEnded } from '../../shared/operations/words.ts';
import type { Outcome, RevertDetail } from '../../shared/schema.ts';
import { anOutcome } from './fixtures.ts';
import { foundSentence, outcomeNotice, revertDetails } from './notices.ts';

const about = { kind: 'revert' as const, domainName: 'db-01', subject: '“clean”' };
const sentence = (more: Partial<Outcome> = {}) => operationEnded(about, anOutcome(more));

test('an end in one line claims no more than what libvirt confirmed', () => {
  expect(sentence({})).toBe('db-01 reverted to “clean”, verified running');
  expect(sentence({ found: null })).toBe('db-01 reverted to “clean”, not verified');
  expect(sentence({ differences: ['It is paused.'] })).toContain('not everything is as planned');
  expect(sentence({ result: 'refused' })).toContain('was not reverted');
  expect(sentence({ result: 'unknown' })).toContain('not known');
});

test('what was found is told in libvirt’s name', () => {
  expect(foundSentence(anOutcome())).toBe('libvirt reports: running (from snapshot), current snapshot is “clean”.');
  expect(foundSentence(anOutcome({ found: null }))).toContain('could not be asked');
});

test('only an end as planned may go away by itself', () => {
  expect(outcomeNotice(about, anOutcome()).tone).toBe('done');
  expect(outcomeNotice(about, anOutcome({ differences: ['It is paused.'] }))).toMatchObject({ tone: 'differs' });
  expect(outcomeNotice(about, anOutcome({ result: 'failed' })).tone).toBe('failed');
});

test('what was done around a revert and looked at afterwards', () => {
  const detail: RevertDetail = {
    forced: false,
    safety: { name: 'before', result: 'taken', takenAt: 1 },
    managedSaveRemoved: true,
    verification: { process: 'reused', disks: [{ target: 'vda', file: '/a', expected: '/a' }] },
    tidied: { removed: ['old'], kept: [{ name: 'older', reason: 'it is pinned.' }] },
  };
  expect(revertDetails(detail)).toEqual([
    'The safety snapshot “before” was taken first.',
    'The managed save image was removed first.',
    'The hypervisor process is the same, so consoles stay connected.',
    'Older safety snapshots removed: “old”.',
    '“older” is kept: it is pinned.',
    'vda writes to the expected image.',
  ]);
  const unknown = { process: 'none' as const, disks: [{ target: 'vda', file: '/a', expected: null }] };
  expect(revertDetails({ forced: false, verification: unknown })).toEqual([]);
});

test('an undo is called one, and a message offers it only where there is a safety snapshot', () => {
  const undo = { ...about, undo: true, hostId: 'h', uuid: 'u' };
  expect(operationEnded(undo, anOutcome())).toContain('revert undone, back at “clean”');
  expect(outcomeNotice(undo, anOutcome()).undo).toBeUndefined();
  const safety = { name: 'before', result: 'taken' as const, takenAt: 1 };
  expect(outcomeNotice(undo, anOutcome({}, { safety })).undo).toMatchObject({ uuid: 'u' });
  expect(outcomeNotice(undo, anOutcome({ result: 'refused' }, { safety })).undo).toBeUndefined();
});
