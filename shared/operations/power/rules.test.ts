import { expect, it } from 'vitest';
import type { PowerFacts } from '../../schema.ts';
import { powerChanges, powerLosses, startHindrance } from './rules.ts';

const saved: PowerFacts = {
  state: 'shutoff',
  id: null,
  persistent: true,
  managedSave: true,
  savedElsewhere: [],
  savedMissing: [],
  missing: [],
  unlike: [],
  unseen: [],
  leftBehind: [],
  dropped: [],
  snapshotCount: 0,
  reverted: null,
};
const codes = (change: Partial<PowerFacts>) => powerLosses('start', { ...saved, ...change }, 0).map(({ code }) => code);

const moved = { target: 'vda', saved: '/i/base', now: '/i/base.s1', written: true };

it('is stale when the disks were changed', () => {
  expect(powerChanges(saved, saved)).toEqual([]);
  expect(powerChanges(saved, { ...saved, savedElsewhere: [moved] })).toHaveLength(1);
});

it('says so where it is not known what a saved memory goes on with', () => {
  expect(codes({})).toEqual(['MANAGED_SAVE']);
  expect(codes({ savedElsewhere: null })).toEqual(['MANAGED_SAVE', 'SAVED_UNREAD']);
  expect(codes({ managedSave: false, savedElsewhere: null })).toEqual([]);
});

it.each([
  [
    'another image',
    moved,
    /\/i\/base as vda instead of \/i\/base\.s1\. This damages snapshots that are based on \/i\/base/,
  ],
  ['a disk that was taken off', { ...moved, now: null }, /as vda, which the domain does not have now\. This damages/],
  [
    'another medium',
    { target: 'hdc', saved: '/a.iso', now: '/b.iso', written: false },
    /\/a\.iso as hdc instead of \/b\.iso\.$/,
  ],
  [
    'a medium that was put in',
    { target: 'hdc', saved: null, now: '/b.iso', written: false },
    /without \/b\.iso in hdc/,
  ],
])('names what a saved memory goes on with: %s', (_, disk, text) => {
  const [, told] = powerLosses('start', { ...saved, savedElsewhere: [disk] }, 0);
  expect(told).toEqual({ code: 'SAVED_ELSEWHERE', text: expect.stringMatching(text) });
});

it('does not start without an image', () => {
  const off = { ...saved, managedSave: false };
  const hindrance = (change: Partial<PowerFacts>, discardSave = false) =>
    startHindrance({ ...off, ...change }, discardSave);
  expect(hindrance({ missing: ['/i/base'] })).toContain('/i/base');
  expect(hindrance({})).toBeNull();
  expect(hindrance({ unlike: ['/a.iso'] })).toMatch(/^\/a\.iso is not in the format/);
  // Saved memory goes on with its own images, unless it is dropped.
  expect(hindrance({ missing: ['/i/base'], managedSave: true })).toBeNull();
  expect(hindrance({ missing: ['/i/base'], managedSave: true }, true)).toContain('/i/base');
  expect(hindrance({ savedMissing: ['/i/old'], managedSave: true })).toContain('/i/old');
  expect(hindrance({ savedMissing: ['/i/old'], managedSave: true }, true)).toBeNull();
  expect(codes({ savedMissing: ['/i/old'] })).toEqual(['MANAGED_SAVE', 'SAVED_GONE']);
});

it('says what the next start does not have of what a guest has written', () => {
  const on: PowerFacts = { ...saved, state: 'running', id: 1, managedSave: false };
  const elsewhere = { target: 'vda', now: '/i/base', next: '/i/base.s1' };
  const gone = { target: 'vdb', now: '/i/other', next: null };
  const facts = { ...on, leftBehind: [elsewhere, gone], dropped: ['vdc'] };
  const said = (action: 'shutdown' | 'destroy' | 'reset', of: PowerFacts) =>
    powerLosses(action, of, 0).map(({ code }) => code);
  expect(said('shutdown', on)).toEqual([]);
  expect(said('shutdown', facts)).toEqual(['NEXT_ELSEWHERE', 'NEXT_ELSEWHERE', 'DROPPED']);
  expect(said('destroy', facts)).toEqual(['MEMORY', 'NEXT_ELSEWHERE', 'NEXT_ELSEWHERE', 'DROPPED']);
  expect(said('reset', facts)).toEqual(['MEMORY']);
  expect(powerLosses('shutdown', facts, 0)[0]?.text).toContain('/i/base as vda; the next start uses /i/base.s1');
  expect(powerChanges(on, facts)).toHaveLength(1);
});
