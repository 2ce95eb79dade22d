import { expect, test } from 'vitest';
import { aLabPlanRow, aPlan } from '../store/fixtures.ts';
import { judge, labBlockedBy, labCounts, labReviewOf, leftOutOf, ordersOf, reconsidered, targetOf } from './flow.ts';

const current = { kind: 'current' as const };
const problem = { code: 'GONE', what: 'It is gone.', effect: '', next: '' };

/** A domain whose choice of state wants to be forced: the managed save image. */
const forcedRow = (planId = 'f') =>
  aLabPlanRow({
    uuid: planId,
    plan: aPlan({}, planId, (facts) => ({
      ...facts,
      snapshot: { ...facts.snapshot, state: 'shutoff', memory: 'none' },
      domain: { ...facts.domain, state: 'shutoff', active: false, managedSave: true },
    })),
  });
/** Nothing but running or paused is possible: a transient domain. */
const fleeting = aLabPlanRow({
  uuid: 't',
  plan: aPlan({}, 't', (facts) => ({
    ...facts,
    snapshot: { ...facts.snapshot, state: 'shutoff', memory: 'none' },
    domain: { ...facts.domain, persistent: false },
  })),
});

test('a name or a tag is needed where one is meant', () => {
  expect(targetOf({ step: 'target', kind: 'newest', name: 'x', tag: '' })).toEqual({ kind: 'newest' });
  expect(targetOf({ step: 'target', kind: 'named', name: ' ', tag: 'x' })).toBeNull();
  expect(targetOf({ step: 'target', kind: 'named', name: ' x ', tag: '' })).toEqual({ kind: 'named', name: 'x' });
  expect(targetOf({ step: 'target', kind: 'tagged', name: 'x', tag: ' ' })).toBeNull();
  expect(targetOf({ step: 'target', kind: 'tagged', name: '', tag: ' x ' })).toEqual({ kind: 'tagged', tag: 'x' });
});

test('rows without a plan or without a way are left out, named and not counted', () => {
  const rows = [aLabPlanRow(), aLabPlanRow({ plan: null, problem }), fleeting];
  const review = labReviewOf(rows, current, 4);
  expect(labCounts(review)).toMatchObject({ included: 1, excluded: 2, force: 0 });
  expect(rows.slice(1).map((row) => judge(row, review).why)).toEqual([
    'It is gone.',
    expect.stringContaining('transient'),
  ]);
  expect(labCounts({ ...review, startState: 'paused' }).included).toBe(2);
  expect(labBlockedBy(labReviewOf([aLabPlanRow({ plan: null, problem })], current, 4))).toContain('None');
});

test('what is lost and force are acknowledged apart; a change of the choices asks for both again', () => {
  const review = labReviewOf([aLabPlanRow(), forcedRow()], current, 4);
  expect(labBlockedBy(review)).toContain('what is lost');
  expect(labBlockedBy({ ...review, acknowledged: true })).toBe('Acknowledge force to continue');
  const given = { ...review, acknowledged: true, forceAcknowledged: true };
  expect(labBlockedBy(given)).toBeNull();
  expect(labBlockedBy(reconsidered(given, { startState: 'running' }))).toContain('what is lost');
});

test('force because of a managed save image is not needed once that is removed', () => {
  const review = labReviewOf([forcedRow()], current, 4);
  expect(judge(forcedRow(), review).verdict).toBe('force');
  expect(judge(forcedRow(), { ...review, removeManagedSave: true }).verdict).toBe('risky');
  expect(labCounts({ ...review, removeManagedSave: true }).force).toBe(0);
});

test('every protected domain wants its name', () => {
  const rows = ['a', 'b'].map((planId) =>
    aLabPlanRow({ uuid: planId, plan: { ...aPlan({}, planId), protected: true } }),
  );
  const review = { ...labReviewOf(rows, current, 4), acknowledged: true };
  expect(labBlockedBy(review)).toBe('Type the names of 2 protected domains');
  expect(labBlockedBy({ ...review, typedNames: { a: 'db-01' } })).toBe('Type the name of the protected domain');
  expect(labBlockedBy({ ...review, typedNames: { a: 'db-01', b: 'db-01' } })).toBeNull();
});

test('the consents of all go with each order; a row that is left out by hand stands in the report', () => {
  const rows = [aLabPlanRow(), forcedRow(), aLabPlanRow({ uuid: 'v', domainName: 'web', plan: aPlan({}, 'v') })];
  const review = { ...labReviewOf(rows, current, 4), leftOut: new Set(['h/v']), acknowledged: true };
  const codes = (of: typeof review) => ordersOf(of).map(({ planId, acknowledged }) => [planId, acknowledged]);
  expect(codes({ ...review, acknowledged: false })).toEqual([
    ['p1', []],
    ['f', []],
  ]);
  const [[, plain], [, unforced]] = codes(review) as [[string, string[]], [string, string[]]];
  expect(plain).toContain('MEMORY');
  expect(unforced).not.toContain('MANAGED_SAVE');
  expect(codes({ ...review, forceAcknowledged: true })[1]?.[1]).toContain('MANAGED_SAVE');
  expect(leftOutOf(review)).toEqual([{ hostName: 'kvm-a', domainName: 'web', why: 'Left out by hand.' }]);
});
