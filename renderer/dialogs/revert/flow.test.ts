import { expect, test } from 'vitest';
import type { Requirement } from '../../../shared/schema.ts';
import { anAssessment, aPlan } from '../../store/fixtures.ts';
import { acknowledge, choose, revertBlockedBy, reviewOf, virshOf } from './flow.ts';

const force: Requirement = {
  code: 'abi',
  text: '',
  consent: 'Revert with --force',
  grants: 'force',
  certainty: 'needed',
};
const blocked = anAssessment({ blockers: [{ code: 'transient', text: 'It would vanish.' }] });

test('going back as it was is chosen beforehand only where libvirt would do it', () => {
  expect(reviewOf(aPlan()).startState).toBe('as-saved');
  const review = reviewOf(aPlan({ 'as-saved': blocked }));
  expect(review.startState).toBeNull();
  expect(revertBlockedBy(review)).toBe('Choose the state afterwards to continue');
  expect(revertBlockedBy(choose(review, 'running'))).toBeNull();
  expect(revertBlockedBy(choose(review, 'as-saved'))).toBe('Choose another state to continue');
});

test('a revert that no choice allows is not possible', () => {
  const review = reviewOf(aPlan({ 'as-saved': blocked, running: blocked, paused: blocked }));
  expect(revertBlockedBy(review)).toContain('nothing to choose');
});

test('what is needed must be acknowledged, what is possible may be', () => {
  const review = reviewOf(aPlan({ 'as-saved': anAssessment({ requirements: [force] }) }));
  expect(revertBlockedBy(review)).toBe('Acknowledge force to continue');
  expect(revertBlockedBy(acknowledge(review, 'abi', true))).toBeNull();
  expect(revertBlockedBy(acknowledge(acknowledge(review, 'abi', true), 'abi', false))).not.toBeNull();
  const possible = anAssessment({ requirements: [{ ...force, certainty: 'possible' }] });
  expect(revertBlockedBy(reviewOf(aPlan({ 'as-saved': possible })))).toBeNull();
});

test('consent does not survive a choice that does not ask for it, nor a new plan', () => {
  const plan = aPlan({ 'as-saved': anAssessment({ requirements: [force] }) });
  const given = acknowledge(reviewOf(plan), 'abi', true);
  expect(choose(given, 'running').acknowledged).toEqual([]);
  expect(choose(choose(given, 'running'), 'as-saved').acknowledged).toEqual([]);
  expect(reviewOf(plan).acknowledged).toEqual([]);
});

test('the command line has --force once, when it is consented to or written already', () => {
  const plan = aPlan({
    'as-saved': anAssessment({ requirements: [force] }),
    running: anAssessment({ requirements: [force], virsh: 'virsh snapshot-revert d s --running --force' }),
  });
  const review = reviewOf(plan);
  expect(virshOf(review)).not.toContain('--force');
  expect(virshOf(acknowledge(review, 'abi', true))).toMatch(/ --force$/);
  expect(virshOf(acknowledge(choose(review, 'running'), 'abi', true))).toBe(plan.choices.running.virsh);
});
