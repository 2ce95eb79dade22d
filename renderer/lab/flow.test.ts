import { expect, test } from 'vitest';
import type { Requirement } from '../../shared/schema.ts';
import { aLabPlanRow, anAssessment, aPlan } from '../store/fixtures.ts';
import { judge, labBlockedBy, labCounts, labReviewOf, reconsidered, targetOf } from './flow.ts';

const current = { kind: 'current' as const };
const force: Requirement = { code: 'MANAGED_SAVE', text: 'why', consent: '', grants: 'force', certainty: 'needed' };
const problem = { code: 'GONE', what: 'It is gone.', effect: '', next: '' };
const never = { 'as-saved': 'Not possible.', running: 'Not possible.', paused: null };

function forcedRow(planId = 'f') {
  const choice = anAssessment({ verdict: 'needsForce', requirements: [force] });
  return aLabPlanRow({
    uuid: planId,
    plan: aPlan({ 'as-saved': choice }, planId),
    needsForce: { 'as-saved': true, running: false, paused: false },
  });
}

test('a name or a tag is needed where one is meant', () => {
  expect(targetOf({ step: 'target', kind: 'newest', name: 'x', tag: '' })).toEqual({ kind: 'newest' });
  expect(targetOf({ step: 'target', kind: 'named', name: ' ', tag: 'x' })).toBeNull();
  expect(targetOf({ step: 'target', kind: 'named', name: ' x ', tag: '' })).toEqual({ kind: 'named', name: 'x' });
  expect(targetOf({ step: 'target', kind: 'tagged', name: 'x', tag: ' ' })).toBeNull();
  expect(targetOf({ step: 'target', kind: 'tagged', name: '', tag: ' x ' })).toEqual({ kind: 'tagged', tag: 'x' });
});

test('rows without a plan or without a way are left out, named and not counted', () => {
  const rows = [aLabPlanRow(), aLabPlanRow({ plan: null, problem }), aLabPlanRow({ excluded: never })];
  const review = labReviewOf(rows, current, 4);
  expect(labCounts(review)).toMatchObject({ included: 1, excluded: 2, force: 0 });
  expect(rows.map((row) => judge(row, review).why)).toEqual([null, 'It is gone.', 'Not possible.']);
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
  expect(judge(forcedRow(), { ...review, removeManagedSave: true }).verdict).toBe('safe');
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
