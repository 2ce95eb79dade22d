import { expect, test } from 'vitest';
import { expectedPhases, progressShare, progressText } from './phases.ts';

const mib = 1024 ** 2;
const progress = (doneBytes: number | null, totalBytes: number | null) => ({ elapsedMs: 0, doneBytes, totalBytes });

test('progress says no more than libvirt does', () => {
  expect(progressText(null)).toBeNull();
  expect(progressText(progress(null, 4096 * mib))).toBeNull();
  expect(progressText(progress(512 * mib, null))).toBe('512 MiB');
  expect(progressText(progress(512 * mib, 2048 * mib))).toBe('512 MiB of 2 GiB');
  expect(progressText(progress(1331 * mib, 2048 * mib))).toBe('1.3 of 2 GiB');
  expect(progressShare(progress(512 * mib, 0))).toBeNull();
  expect(progressShare(progress(3 * mib, 2 * mib))).toBe(1);
});

test('only the phases that apply are announced', () => {
  const asked = { safetySnapshot: true, removeManagedSave: false };
  expect(expectedPhases(asked, 'snapshotting')).toEqual(['snapshotting', 'reverting', 'verifying']);
  expect(expectedPhases({ ...asked, safetySnapshot: false }, 'queued')).toEqual(['queued', 'reverting', 'verifying']);
  expect(expectedPhases({ ...asked, removeManagedSave: true }, 'tidying')).toEqual([
    'snapshotting',
    'removing-managed-save',
    'reverting',
    'verifying',
    'tidying',
  ]);
});
