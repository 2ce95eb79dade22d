import { expect, test } from 'vitest';
import type { Requirement } from '../../../shared/schema.ts';
import { anAssessment, aPlan } from '../../store/fixtures.ts';
import {
  acknowledge,
  choose,
  removeManagedSave,
  requirementsOf,
  revertBlockedBy,
  revertLabel,
  reviewOf,
  virshOf,
  warningsOf,
} from './flow.ts';

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

test('the command line has --force when it is needed or consented to', () => {
  const plan = aPlan({
    'as-saved': anAssessment({ requirements: [{ ...force, certainty: 'possible' }] }),
    running: anAssessment({ requirements: [force] }),
  });
  const review = { ...reviewOf(plan), safetySnapshot: false };
  expect(virshOf(review)).toBe('virsh snapshot-revert db-01 clean');
  expect(virshOf(acknowledge(review, 'abi', true))).toBe('virsh snapshot-revert db-01 clean --force');
  expect(virshOf(choose(review, 'running'))).toBe('virsh snapshot-revert db-01 clean --running --force');
});

test('every command addresses the domain in the same way', () => {
  const uuid = 'd3b07384-d113-4ec6-a5f7-3d9b7c1f0a11';
  const plan = { ...aPlan(), virsh: { uri: 'u', domain: uuid } };
  const line = virshOf(removeManagedSave(reviewOf(plan), true));
  expect(line.split(' && ')).toEqual([
    `virsh -c u snapshot-create-as ${uuid} before-revert`,
    `virsh -c u managedsave-remove ${uuid}`,
    `virsh -c u snapshot-revert ${uuid} clean`,
  ]);
});

test('a safety snapshot is taken wherever it can be, and the button and the command line say so', () => {
  const plan = aPlan();
  const review = reviewOf(plan);
  expect(review.safetySnapshot).toBe(true);
  expect(revertLabel(review)).toBe('Take snapshot and revert');
  expect(virshOf(review)).toBe('virsh snapshot-create-as db-01 before-revert && virsh snapshot-revert db-01 clean');
  expect(revertLabel({ ...review, safetySnapshot: false })).toBe('Revert');
  expect(revertLabel(reviewOf({ ...plan, kind: 'undo' }))).toBe('Take snapshot and undo');
  const none = { ...plan.safety, available: false, kind: null };
  expect(reviewOf({ ...plan, safety: none }).safetySnapshot).toBe(false);
});

test('removing the managed save image takes the place of force because of it, and of nothing else', () => {
  const managed = { ...force, code: 'MANAGED_SAVE' };
  const assessment = anAssessment({
    requirements: [managed],
    warnings: [{ code: 'MANAGED_SAVE_SURVIVES', text: '' }],
  });
  const review = {
    ...acknowledge(reviewOf(aPlan({ 'as-saved': assessment })), 'MANAGED_SAVE', true),
    safetySnapshot: false,
  };
  const removed = removeManagedSave(review, true);
  expect(removed.acknowledged).toEqual([]);
  expect(requirementsOf(removed)).toEqual([]);
  expect(warningsOf(removed)).toEqual([]);
  expect(revertBlockedBy(removed)).toBeNull();
  expect(virshOf(removed)).toBe('virsh managedsave-remove db-01 && virsh snapshot-revert db-01 clean');
  expect(revertBlockedBy(removeManagedSave(removed, false))).toBe('Acknowledge force to continue');

  const both = aPlan({ 'as-saved': { ...assessment, requirements: [managed, force] } });
  const stillForced = removeManagedSave(reviewOf(both), true);
  expect(revertBlockedBy(stillForced)).toBe('Acknowledge force to continue');
  expect(virshOf(acknowledge(stillForced, 'abi', true))).toMatch(/ --force$/);
});

test('a protected domain wants its name, letter by letter', () => {
  const review = reviewOf({ ...aPlan(), protected: true });
  expect(revertBlockedBy(review)).toContain('name');
  expect(revertBlockedBy({ ...review, typedName: 'DB-01' })).toContain('name');
  expect(revertBlockedBy({ ...review, typedName: 'db-01' })).toBeNull();
});
