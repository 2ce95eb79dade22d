import { expect, test } from 'vitest';
import { disk, facts, offFacts, snapshot } from '../../../shared/operations/create/fixtures.ts';
import type { CreateFacts, CreatePlan, PlanRow } from '../../../shared/schema.ts';
import { blockedBy, included, learned, ordersOf, reconsidered, reviewOf } from '../review.ts';
import { type TakeOptions, takeKind } from './kind.ts';

const noon = new Date(2026, 10, 27, 12).getTime();
const kind = takeKind('{domain}-{date}', noon);

function aRow(of: CreateFacts): PlanRow<CreatePlan> {
  const about = { hostId: 'h', hostName: 'kvm-a', uuid: of.name, domainName: of.name };
  const virsh = { uri: 'qemu:///system', domain: of.name };
  const made = { planId: of.name, gatheredAt: noon, protected: false, suggestedName: 'x' };
  return { ...about, plan: { kind: 'create', ...about, ...made, virsh, facts: of } };
}
const on = facts({ name: 'on' });
const off = offFacts({ name: 'off' });
const review = (...all: CreateFacts[]) => reviewOf(kind, all.map(aRow), 4);
const choose = (of: ReturnType<typeof review>, change: Partial<TakeOptions>) =>
  reconsidered(kind, of, { options: { ...of.options, ...change } });
const choices = (of: ReturnType<typeof review>) => included(of).map(({ planned }) => planned.choice);

test('each gets the kind that it can have, under a name and a description of all', () => {
  const taken = choose(review(on, off), { description: 'before the upgrade' });
  expect(choices(taken)).toMatchObject([
    { name: 'on-2026-11-27', mode: 'memory-internal', description: 'before the upgrade' },
    { name: 'off-2026-11-27', mode: 'disks-internal', description: 'before the upgrade' },
  ]);
  expect(choices(choose(taken, { memory: false }))).toMatchObject([
    { mode: 'disks-external', quiesce: true },
    { mode: 'disks-internal' },
  ]);
  expect(choices(choose(taken, { memory: false, quiesce: false }))[0]).toMatchObject({ quiesce: false });
});

test('no snapshot gets another name unseen: where it is taken the domain is left out', () => {
  const taken = { ...off, snapshots: [snapshot('before', 'internal')] };
  const named = choose(review(on, taken), { namePattern: 'before' });
  expect(choices(named).map(({ name }) => name)).toEqual(['before']);
  expect(named.judged[1]).toMatchObject({ verdict: 'out', why: expect.stringContaining('before') });
  expect(blockedBy(kind, choose(named, { namePattern: ' ' }))).toBe('No snapshot can be taken this way');
});

test('a domain that cannot have what is wished for says why, and is not given something else', () => {
  const raw = facts({ name: 'raw', disks: [disk('vda', { type: 'network' })] });
  const [judged] = choose(review(raw), { memory: false }).judged;
  expect(judged).toMatchObject({ verdict: 'out', planned: { choice: { mode: 'disks-external' } } });
});

test('what is warned of is read before it is agreed to, and is agreed to for all', () => {
  const doubtful = { ...on, job: null };
  const of = review(doubtful, off);
  expect(of.judged[0]).toMatchObject({ verdict: 'risky' });
  expect(blockedBy(kind, of)).toContain('warnings');
  const given = { ...of, ticked: ['button' as const] };
  expect(blockedBy(kind, given)).toBeNull();
  expect(ordersOf(given).map(({ acknowledged }) => acknowledged.length > 0)).toEqual([true, false]);
  expect(blockedBy(kind, review(off))).toBeNull();
});

test('what becomes known of files leaves a consent alone unless it is about something else now', () => {
  const of = { ...review({ ...on, job: null }), ticked: ['button' as const] };
  expect(learned(kind, of, of.rows).ticked).toEqual(['button']);
  expect(learned(kind, of, review({ ...on, job: null, blockJobs: null }).rows).ticked).toEqual([]);
});
