import { expect, it } from 'vitest';
import { powerChanges, powerLosses, startHindrance } from './power.ts';
import type { PowerFacts } from './schema.ts';

const saved: PowerFacts = {
  state: 'shutoff',
  id: null,
  persistent: true,
  managedSave: true,
  savedElsewhere: [],
  missing: [],
  unseen: [],
  snapshotCount: 0,
  reverted: null,
};
const codes = (change: Partial<PowerFacts>) => powerLosses('start', { ...saved, ...change }, 0).map(({ code }) => code);

it('is stale when the disks were changed', () => {
  const savedElsewhere = [{ target: 'vda', saved: '/i/base', now: '/i/base.s1' }];
  expect(powerChanges(saved, saved)).toEqual([]);
  expect(powerChanges(saved, { ...saved, savedElsewhere })).toHaveLength(1);
});

it('names the images that a saved memory goes on with, where they are others', () => {
  expect(codes({})).toEqual(['MANAGED_SAVE']);
  expect(codes({ savedElsewhere: null })).toEqual(['MANAGED_SAVE', 'SAVED_UNREAD']);
  expect(codes({ managedSave: false, savedElsewhere: null })).toEqual([]);
  const savedElsewhere = [{ target: 'vda', saved: '/i/base', now: '/i/base.s1' }];
  const [, told] = powerLosses('start', { ...saved, savedElsewhere }, 0);
  expect(told?.code).toBe('SAVED_ELSEWHERE');
  expect(told?.text).toMatch(/\/i\/base as vda.*\/i\/base\.s1.*Snapshots that lie on \/i\/base/);
  expect(codes({ savedElsewhere: [{ target: 'vdb', saved: '/i/b', now: null }] })).toEqual([
    'MANAGED_SAVE',
    'SAVED_ELSEWHERE',
  ]);
});

it('does not start without an image', () => {
  const off = { missing: ['/i/base'], managedSave: false };
  expect(startHindrance(off)).toContain('/i/base');
  expect(startHindrance({ ...off, missing: [] })).toBeNull();
  expect(startHindrance({ ...off, managedSave: true })).toBeNull();
});
