import { expect, test } from 'vitest';
import type { PlanRow, RevertPlan } from '../../shared/schema.ts';
import { aPlan, aPlanRow } from '../store/fixtures.ts';
import { type LabOptions, labKind } from './lab/kind.ts';
import { blockedBy, included, leaveOut, leftOutOf, ordersOf, reconsidered, reviewOf } from './review.ts';

const problem = { code: 'GONE', what: 'It is gone.', effect: '', next: '' };

/** A domain whose choice of state wants to be forced: the managed save image. */
const forcedRow = (planId = 'f') =>
  aPlanRow({
    uuid: planId,
    plan: aPlan({}, planId, (facts) => ({
      ...facts,
      snapshot: { ...facts.snapshot, state: 'shutoff', memory: 'none' },
      domain: { ...facts.domain, state: 'shutoff', active: false, managedSave: true },
    })),
  });
/** Nothing but running or paused is possible: a transient domain. */
const fleeting = aPlanRow({
  uuid: 't',
  plan: aPlan({}, 't', (facts) => ({
    ...facts,
    snapshot: { ...facts.snapshot, state: 'shutoff', memory: 'none' },
    domain: { ...facts.domain, persistent: false },
  })),
});

const labReview = (rows: PlanRow<RevertPlan>[]) => reviewOf(labKind, rows, 4);
type LabReview = ReturnType<typeof labReview>;
const choose = (review: LabReview, change: Partial<LabOptions>) =>
  reconsidered(labKind, review, { options: { ...review.options, ...change } });
const blocked = (review: LabReview) => blockedBy(labKind, review);
const verdicts = ({ judged }: LabReview) => judged.map(({ verdict }) => verdict);

test('rows without a plan or without a way are left out, named and not counted', () => {
  const review = labReview([aPlanRow(), aPlanRow({ plan: null, problem }), fleeting]);
  expect(verdicts(review)).toEqual(['safe', 'out', 'out']);
  expect(review.judged.slice(1).map(({ why }) => why)).toEqual(['It is gone.', expect.stringContaining('transient')]);
  expect(included(choose(review, { startState: 'paused' }))).toHaveLength(2);
  expect(blocked(labReview([aPlanRow({ plan: null, problem })]))).toContain('None');
});

test('what is lost and force are acknowledged apart; a change of the choices asks for both again', () => {
  const review = labReview([aPlanRow(), forcedRow()]);
  expect(blocked(review)).toContain('what is lost');
  expect(blocked({ ...review, ticked: ['button'] })).toBe('Confirm force to continue');
  const given: LabReview = { ...review, ticked: ['button', 'tick'] };
  expect(blocked(given)).toBeNull();
  expect(blocked(choose(given, { startState: 'running' }))).toContain('what is lost');
});

test('force because of a managed save image is not needed once that is removed', () => {
  const review = labReview([forcedRow()]);
  expect(verdicts(review)).toEqual(['force']);
  expect(verdicts(choose(review, { removeManagedSave: true }))).toEqual(['risky']);
});

test('every protected domain wants its name', () => {
  const rows = ['a', 'b'].map((planId) => aPlanRow({ uuid: planId, plan: { ...aPlan({}, planId), protected: true } }));
  const review: LabReview = { ...labReview(rows), ticked: ['button'] };
  expect(blocked(review)).toBe('Type the names of 2 protected domains');
  expect(blocked({ ...review, typedNames: { a: 'db-01' } })).toBe('Type the name of the protected domain');
  expect(blocked({ ...review, typedNames: { a: 'db-01', b: 'db-01' } })).toBeNull();
});

test('the consents of all go with each order; a row that is left out by hand stands in the report', () => {
  const web = aPlanRow({ uuid: 'v', domainName: 'web', plan: aPlan({}, 'v') });
  const review = leaveOut(labKind, labReview([aPlanRow(), forcedRow(), web]), web, true);
  const codes = (ticked: LabReview['ticked']) =>
    ordersOf({ ...review, ticked }).map(({ planId, acknowledged }) => [planId, acknowledged]);
  expect(codes([])).toEqual([
    ['p1', []],
    ['f', []],
  ]);
  const [[, plain], [, unforced]] = codes(['button']) as [[string, string[]], [string, string[]]];
  expect(plain).toContain('MEMORY');
  expect(unforced).not.toContain('MANAGED_SAVE');
  expect(codes(['button', 'tick'])[1]?.[1]).toContain('MANAGED_SAVE');
  expect(leftOutOf(review)).toEqual([{ hostName: 'kvm-a', domainName: 'web', why: 'Left out by you.' }]);
  expect(verdicts(leaveOut(labKind, review, web, false))).not.toContain('out');
});
