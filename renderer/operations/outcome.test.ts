import { expect, test } from 'vitest';
import { anOutcome } from '../store/fixtures.ts';
import { foundSentence, outcomeDetails, outcomeNotice, outcomeSentence } from './outcome.ts';

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

test('what was done around a revert and looked at afterwards', () => {
  const outcome = anOutcome({
    safety: { name: 'before', result: 'taken', takenAt: 1 },
    managedSaveRemoved: true,
    verification: { process: 'reused', disks: [{ target: 'vda', file: '/a', expected: '/a' }] },
    tidied: { removed: ['old'], kept: [{ name: 'older', reason: 'it is pinned.' }] },
  });
  expect(outcomeDetails(outcome)).toEqual([
    'The safety snapshot “before” was taken first.',
    'The managed save image was removed first.',
    'The hypervisor process is the same as before, so consoles stay connected.',
    'Older safety snapshots removed: “old”.',
    '“older” is kept: it is pinned.',
    'vda writes to the expected image.',
  ]);
  const unknown = { process: 'none' as const, disks: [{ target: 'vda', file: '/a', expected: null }] };
  expect(outcomeDetails(anOutcome({ verification: unknown }))).toEqual([]);
});

test('an undo is called one, and a message offers it only where there is a safety snapshot', () => {
  const at = { kind: 'undo' as const, hostId: 'h', uuid: 'u' };
  expect(outcomeSentence({ ...told({}), ...at })).toContain('revert undone, back at “clean”');
  expect(outcomeNotice({ ...told({}), ...at }).undo).toBeUndefined();
  const safety = { name: 'before', result: 'taken' as const, takenAt: 1 };
  expect(outcomeNotice({ ...told({ safety }), ...at }).undo).toMatchObject({ uuid: 'u' });
  expect(outcomeNotice({ ...told({ safety, result: 'refused' }), ...at }).undo).toBeUndefined();
});
