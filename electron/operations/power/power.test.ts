import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentsOfButton } from '../../../shared/operations/operation.ts';
import { powerType } from '../../../shared/operations/power/type.ts';
import type { PowerAction } from '../../../shared/operations/words.ts';
import { Outcome, PowerPlan } from '../../../shared/schema.ts';
import type { ProblemError } from '../../hosts/problems.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import { type Bench, createBench, createServices, engineOn, uuidOf } from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import { StalePlanError } from '../engine/plans.ts';
import type { Services } from '../engine/services.ts';
import { powerDriver } from './driver.ts';

const names = ['off', 'on', 'held', 'deaf', 'fleeting', 'saved'] as const;
type Name = (typeof names)[number];
const uuids = Object.fromEntries(names.map((name, index) => [name, uuidOf(index + 1)])) as Record<Name, string>;
const specs: readonly DomainSpec[] = [
  { name: 'off', uuid: uuids.off },
  { name: 'on', uuid: uuids.on, state: 'running', id: 1 },
  { name: 'held', uuid: uuids.held, state: 'paused', id: 2 },
  { name: 'deaf', uuid: uuids.deaf, state: 'running', id: 3, ignoresPowerButton: true },
  {
    name: 'fleeting',
    uuid: uuids.fleeting,
    state: 'running',
    id: 4,
    persistent: false,
    snapshots: [{ name: 's', ago: 9 }],
  },
  { name: 'saved', uuid: uuids.saved, managedSave: true },
];
let bench: Bench;
let services: Services;
let engine: Engine;

beforeEach(async () => {
  bench = createBench(specs, { shutdownMs: 20 });
  services = await createServices(bench);
  engine = engineOn(bench, services, { power: powerDriver(60) });
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());

const plan = async (name: Name, action: PowerAction) =>
  PowerPlan.parse(await engine.plan('power', bench.session.host.id, uuids[name], { action }));
const read = async (name: Name, action: PowerAction) => {
  const made = await plan(name, action);
  return powerType.assess(made, made.facts, { discardSave: false });
};
interface Given {
  readonly confirmed?: boolean;
  readonly discardSave?: boolean;
  readonly typedName?: string;
}
const carryOut = (made: PowerPlan, { confirmed = false, discardSave = false, typedName }: Given = {}) => {
  const choice = { discardSave };
  const acknowledged = confirmed ? consentsOfButton(powerType.assess(made, made.facts, choice)) : [];
  return engine.run('power', { planId: made.planId, choice, acknowledged, typedName });
};
const run = async (name: Name, action: PowerAction, given: Given = {}) =>
  Outcome.parse(await carryOut(await plan(name, action), given));
const state = (name: Name) => bench.simulator.hands.domain(name).state;
const journal = () => services.journal.list({ limit: 10 });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: ProblemError) => error.problem.code,
  );

describe('what loses nothing', () => {
  it.each<[Name, PowerAction, string]>([
    ['off', 'start', 'running'],
    ['held', 'resume', 'running'],
    ['on', 'suspend', 'paused'],
  ])('%s: %s', async (name, action, after) => {
    const { losses, blockers } = await read(name, action);
    expect({ losses, blockers }).toEqual({ losses: [], blockers: [] });
    const outcome = await run(name, action);
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(outcome.notes.join()).toContain(after);
    expect(state(name)).toBe(after);
    expect(journal()[0]).toMatchObject({
      kind: 'power',
      snapshotName: action,
      result: 'done',
      found: { state: after },
    });
  });

  it.each<[Name, PowerAction, RegExp]>([
    ['on', 'start', /already running/],
    ['off', 'resume', /Start it/],
    ['held', 'suspend', /already paused/],
    ['held', 'shutdown', /Resume it first/],
    ['off', 'reset', /shut off/],
    ['off', 'destroy', /shut off/],
  ])('%s refuses to %s, and libvirt is not asked', async (name, action, why) => {
    expect((await read(name, action)).blockers[0]?.text).toMatch(why);
    expect(await codeOf(run(name, action, { confirmed: true }))).toBe('POWER_REFUSED');
    expect(journal()).toEqual([]);
  });
});

describe('what loses memory', () => {
  it('is done only when confirmed, and with the name of a protected domain', async () => {
    await services.marks.protect(bench.session.host, uuids.on, true);
    expect(await plan('on', 'destroy')).toMatchObject({ protected: true });
    expect(await read('on', 'destroy')).toMatchObject({ losses: [{ code: 'MEMORY' }] });
    expect(await codeOf(run('on', 'destroy'))).toBe('NOT_ACKNOWLEDGED');
    expect(await codeOf(run('on', 'destroy', { confirmed: true, typedName: 'no' }))).toBe('NAME_NOT_TYPED');
    expect(state('on')).toBe('running');
    expect(await run('on', 'destroy', { confirmed: true, typedName: 'on' })).toMatchObject({ result: 'done' });
    expect(state('on')).toBe('shutoff');
  });

  it('a reset keeps the process, and a paused guest paused', async () => {
    expect(await run('on', 'reset', { confirmed: true })).toMatchObject({ result: 'done', differences: [] });
    expect(bench.simulator.hands.domain('on')).toMatchObject({ state: 'running', id: 1 });
    expect((await read('held', 'reset')).losses.map(({ code }) => code)).toEqual(['MEMORY', 'STAYS_PAUSED']);
    expect(await run('held', 'reset', { confirmed: true })).toMatchObject({ differences: [] });
    expect(state('held')).toBe('paused');
  });

  it('of a transient domain says that libvirt forgets it, and that is no difference', async () => {
    const { losses } = await read('fleeting', 'destroy');
    expect(losses[1]?.text).toMatch(/forgets it.*1 snapshot/);
    const outcome = await run('fleeting', 'destroy', { confirmed: true });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(outcome.notes.join()).toContain('no longer lists the domain');
  });
});

describe('shut down', () => {
  it('waits for the guest, and ends when it is off', async () => {
    const patient = engineOn(bench, services, { power: powerDriver(4_000) });
    const { planId } = await patient.plan('power', 'lab', uuids.on, { action: 'shutdown' });
    const outcome = await patient.run('power', { planId, choice: { discardSave: false }, acknowledged: [] });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(state('on')).toBe('shutoff');
  });

  it('of a guest that does not care is told as such, and is no failure', async () => {
    const outcome = await run('deaf', 'shutdown');
    expect(outcome.result).toBe('done');
    expect(outcome.differences[0]).toMatch(/has not shut down.*Force off/);
  });

  it('keeps nobody waiting: forcing off goes on at once', async () => {
    const patient = engineOn(bench, services, { power: powerDriver(60_000) });
    const { planId } = await patient.plan('power', 'lab', uuids.deaf, { action: 'shutdown' });
    const asked = patient.run('power', { planId, choice: { discardSave: false }, acknowledged: [] });
    await bench.until(() => services.operations.list().some((it) => it.phase === 'working' && it.cancellable));
    expect(await run('deaf', 'destroy', { confirmed: true })).toMatchObject({ result: 'done' });
    expect(await asked).toMatchObject({ result: 'done' });
  });
});

describe('start with a managed save image', () => {
  it('restores it only when that was confirmed', async () => {
    expect((await read('saved', 'start')).losses[0]?.text).toMatch(/damages its file systems/);
    expect(await codeOf(run('saved', 'start'))).toBe('NOT_ACKNOWLEDGED');
    const outcome = await run('saved', 'start', { confirmed: true });
    expect(outcome.notes.join()).toContain('restored');
  });

  it('or drops it and boots', async () => {
    const outcome = await run('saved', 'start', { confirmed: true, discardSave: true });
    expect(outcome.notes.join()).toContain('booted');
    expect(bench.simulator.hands.domain('saved').managedSave).toBe(false);
    expect(journal()[0]).toMatchObject({ flags: 8 });
  });
});

it('does nothing when the domain is no longer as it was read', async () => {
  const made = await plan('on', 'destroy');
  bench.simulator.hands.destroy('on');
  bench.simulator.hands.start('on');
  await expect(carryOut(made, { confirmed: true })).rejects.toThrow(StalePlanError);
  expect(journal()).toEqual([]);
});

describe('when the connection is lost on the way', () => {
  it('tells it as done where the state shows it', async () => {
    bench.simulator.faults.dropOnNext('domainSuspend', 'after');
    const outcome = await run('on', 'suspend');
    expect(outcome).toMatchObject({ result: 'done' });
    expect(outcome.notes[0]).toContain('did not get libvirt’s answer');
    expect(journal()[0]).toMatchObject({ result: 'done', resolved: true, found: { state: 'paused' } });
  });

  it.each<[PowerAction, 'before' | 'after']>([
    ['suspend', 'before'],
    ['reset', 'after'],
  ])('and %s, dropped %s it was done, as not known', async (action, when) => {
    bench.simulator.faults.dropOnNext(action === 'reset' ? 'domainReset' : 'domainSuspend', when);
    const outcome = await run('on', action, { confirmed: true });
    expect(outcome).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' } });
    expect(outcome.notes.join()).toContain('running');
  });
});

it('tells why libvirt refuses, in words about this and not about a revert', async () => {
  bench.simulator.faults.failNext('domainCreateWithFlags', { code: 38, domain: 18, message: 'no vda.qcow2' });
  const outcome = await run('off', 'start');
  expect(outcome).toMatchObject({ result: 'failed', problem: { code: 'SYSTEM_ERROR' } });
  expect(outcome.problem?.what).toContain('file that the domain needs');
  expect(outcome.notes.join()).toContain('shut off');
});
