import { describe, expect, it } from 'vitest';
import { labAvailable } from '../lab/available.ts';
import { kinds } from './kinds.ts';
import { holdImage } from './offline.ts';
import { runGeneration } from './stage.ts';

const available = labAvailable();
if (!available.ok) console.warn(`Sizes of real images are left out: ${available.reason}`);
/** Of each trait one, in short: `npm run sizes` has them all. */
const short = [
  'version 2',
  'clusters of 512 B',
  'refcounts of 4 bits',
  'subclusters',
  'compressed, small clusters',
  'grown',
  'branches',
  'overlay',
];
const off = <T extends { readonly agrees: boolean }>(cases: readonly T[]) => cases.filter(({ agrees }) => !agrees);

describe.skipIf(!available.ok)('sizes are what deleting and reverting really comes to', () => {
  it.each(kinds.filter(({ name }) => short.includes(name)))('$name', { timeout: 300_000 }, async (kind) => {
    const cases = await holdImage(kind, 5);
    expect(cases.length).toBeGreaterThan(5);
    expect(off(cases)).toEqual([]);
  });

  it('through libvirt, off, running and paused', { timeout: 600_000 }, async () => {
    const some = kinds.filter(({ name }) => ['plain', 'subclusters', 'compressed'].includes(name));
    const cases = await runGeneration('host', some, 3);
    expect(off(cases)).toEqual([]);
    // The guest wrote something since its last snapshot: else there would be nothing to tell.
    const written = cases.filter(({ state, what }) => state === 'paused' && what === 'revert frees');
    expect(written.map(({ really }) => really > 0)).toEqual([true, true, true]);
    expect(new Set(cases.map(({ state }) => state))).toEqual(new Set(['off', 'running', 'paused']));
  });
});
