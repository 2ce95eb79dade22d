import { expect, test } from 'vitest';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type { RevertChoice, RevertFacts, RevertPlan } from '../../../shared/schema.ts';
import { aPlan } from '../../store/fixtures.ts';
import { assessmentOf as assessed, choose as chosen, reviewOf as read, tick } from '../flow.ts';
import {
  firstChoice,
  isImpossible,
  isPassing,
  isUndecided,
  type RevertReview,
  revertBlockedBy,
  revertLabel,
  virshOf,
} from './choice.ts';

const plan = (change: (facts: RevertFacts) => RevertFacts, id = 'p1') => aPlan({}, id, change);
const withDomain = (facts: RevertFacts, more: Partial<RevertFacts['domain']>) => ({
  ...facts,
  domain: { ...facts.domain, ...more },
});
const offSnapshot = (facts: RevertFacts): RevertFacts => ({
  ...facts,
  snapshot: { ...facts.snapshot, state: 'shutoff', memory: 'none' },
});
/** Nothing but running or paused is possible. */
const transient = plan((facts) => withDomain(offSnapshot(facts), { persistent: false }));
/** No choice is possible. */
const impossible = plan((facts) => ({ ...facts, hasConfig: false }));
/** Every choice wants to be forced: the managed save image. */
const saved = plan((facts) => withDomain(offSnapshot(facts), { state: 'shutoff', active: false, managedSave: true }));
/** An old libvirt wants to be forced to start the guest anew. */
const respawns = plan((facts) => ({ ...offSnapshot(facts), libvirtVersion: 7_000_000 }));
const reviewOf = (plan: RevertPlan): RevertReview => read(plan, firstChoice(plan));
const choose = (review: RevertReview, change: Partial<RevertChoice>) => chosen(revertType, review, change);
const assessmentOf = (review: RevertReview) => assessed(revertType, review);
const codes = (review: RevertReview) => assessmentOf(review).requirements.map(({ code }) => code);

test('going back as it was is chosen beforehand only where libvirt would do it', () => {
  expect(isUndecided(reviewOf(aPlan()))).toBe(false);
  const review = reviewOf(transient);
  expect(isUndecided(review)).toBe(true);
  expect(revertBlockedBy(review)).toBe('Choose a state to continue');
  expect(revertBlockedBy(choose(review, { startState: 'running' }))).toBeNull();
});

test('a revert that no choice allows is not possible', () => {
  expect(revertBlockedBy(reviewOf(impossible))).toContain('No option makes this revert possible');
});

test('a job that runs is to be waited for, unless something else is in the way too', () => {
  const busy = (facts: RevertFacts) => withDomain(facts, { job: true });
  const waiting = reviewOf(plan(busy));
  expect([isImpossible(waiting), isPassing(waiting)]).toEqual([true, true]);
  const gone = reviewOf(plan((facts) => ({ ...busy(facts), hasConfig: false })));
  expect([isImpossible(gone), isPassing(gone)]).toEqual([true, false]);
});

test('what is needed must be acknowledged', () => {
  const review = reviewOf(saved);
  expect(codes(review)).toEqual(['MANAGED_SAVE']);
  expect(revertBlockedBy(review)).toBe('Confirm force to continue');
  const given = tick(review, 'MANAGED_SAVE', true);
  expect(revertBlockedBy(given)).toBeNull();
  expect(revertBlockedBy(tick(given, 'MANAGED_SAVE', false))).not.toBeNull();
});

test('consent does not survive a choice that does not ask for it, nor a new plan', () => {
  const running = choose(reviewOf(respawns), { startState: 'running' });
  expect(codes(running)).toEqual(['MUST_RESPAWN']);
  const given = tick(running, 'MUST_RESPAWN', true);
  const back = choose(given, { startState: 'as-saved' });
  expect(back.ticked).toEqual([]);
  expect(choose(back, { startState: 'running' }).ticked).toEqual([]);
  expect(reviewOf(respawns).ticked).toEqual([]);
});

test('the command line has what was chosen, and --force where it is needed', () => {
  const review = choose(reviewOf(respawns), { safetySnapshot: false });
  expect(virshOf(review)).toBe('virsh snapshot-revert db-01 clean');
  const running = choose(review, { startState: 'running' });
  expect(virshOf(running)).toBe('virsh snapshot-revert db-01 clean --running --force');
  expect(virshOf(choose(running, { startState: 'as-saved', resetNvram: true }))).toBe(
    'virsh snapshot-revert db-01 clean --reset-nvram',
  );
});

test('a safety snapshot is taken wherever it can be, and the button and the command line say so', () => {
  const first: RevertPlan = aPlan();
  const review = reviewOf(first);
  expect(review.choice.safetySnapshot).toBe(true);
  expect(revertLabel(review)).toBe('Take snapshot and revert');
  expect(virshOf(review)).toBe('virsh snapshot-create-as db-01 before-revert && virsh snapshot-revert db-01 clean');
  expect(revertLabel(choose(review, { safetySnapshot: false }))).toBe('Revert');
  expect(revertLabel(reviewOf({ ...first, undo: true }))).toBe('Take snapshot and undo');
  const none = { ...first.safety, available: false, kind: null };
  expect(reviewOf({ ...first, safety: none }).choice.safetySnapshot).toBe(false);
});

test('what the safety snapshot keeps is not called destroyed', () => {
  const review = reviewOf(aPlan());
  const kept = (each: typeof review) => assessmentOf(each).losses.filter((loss) => loss.kept).length;
  expect(assessmentOf(review).losses.length).toBeGreaterThan(0);
  expect(kept(review)).toBe(assessmentOf(review).losses.length);
  expect(kept(choose(review, { safetySnapshot: false }))).toBe(0);
});

test('removing the managed save image takes the place of force because of it', () => {
  const review = choose(tick(reviewOf(saved), 'MANAGED_SAVE', true), { safetySnapshot: false });
  const removed = choose(review, { removeManagedSave: true });
  expect(removed.ticked).toEqual([]);
  expect(codes(removed)).toEqual([]);
  expect(assessmentOf(removed).warnings.map(({ code }) => code)).not.toContain('MANAGED_SAVE_SURVIVES');
  expect(revertBlockedBy(removed)).toBeNull();
  expect(virshOf(removed)).toBe('virsh managedsave-remove db-01 && virsh snapshot-revert db-01 clean');
  expect(revertBlockedBy(choose(removed, { removeManagedSave: false }))).toBe('Confirm force to continue');
});

test('a protected domain wants its name, letter by letter', () => {
  const review = reviewOf({ ...aPlan(), protected: true });
  expect(revertBlockedBy(review)).toContain('name');
  expect(revertBlockedBy({ ...review, typedName: 'DB-01' })).toContain('name');
  expect(revertBlockedBy({ ...review, typedName: 'db-01' })).toBeNull();
});
