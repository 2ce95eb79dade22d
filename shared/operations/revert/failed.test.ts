import { expect, it } from 'vitest';
import type { Problem } from '../../schema.ts';
import { failureFound } from './failed.ts';
import { facts } from './fixtures.ts';

const problem: Problem = { code: 'CONFIG_UNSUPPORTED', what: 'It failed.', effect: 'Nothing was reverted.', next: 'x' };
const off = { state: 'shutoff', reason: 'from snapshot', current: 'before-upgrade' } as const;
const as = { ...off, state: 'running' } as const;
const external = facts({ snapshot: { kind: 'external' } });

it('never says that nothing was reverted when the guest was stopped', () => {
  const told = failureFound(problem, external, { gone: false, found: off, sameImages: true, safety: 'safe' });
  expect(told.effect).toBe('The domain is shut off now; it was running. Its disks use the same images as before.');
  expect(told.next).toContain('Undo reverts to “safe”.');
  const inside = failureFound(problem, facts(), { gone: false, found: off, sameImages: true, safety: null });
  expect(inside.effect).toContain('may be partly reverted');
  expect(inside.next).not.toContain('Undo');
});

it('says so when all is as before', () => {
  const told = failureFound(problem, external, { gone: false, found: as, sameImages: true, safety: null });
  expect(told.effect).toBe('Nothing was reverted. The domain is running, as before.');
});

it('tells what is not known', () => {
  expect(failureFound(problem, external, { gone: false, found: null, sameImages: null, safety: null })).toEqual(
    problem,
  );
  expect(failureFound(problem, external, { gone: false, found: off, sameImages: null, safety: null }).effect).toContain(
    'unknown',
  );
  expect(failureFound(problem, external, { gone: false, found: as, sameImages: false, safety: null }).effect).toContain(
    'other images',
  );
});

it('tells that a transient domain is gone', () => {
  const told = failureFound(problem, external, { gone: true, found: null, sameImages: null, safety: null });
  expect(told.effect).toContain('The domain is gone');
});
