import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import { RevertPlan, type RevertTarget, type StartState } from '../../../shared/schema.ts';
import type { ProblemError } from '../../hosts/problems.ts';
import { procedures } from '../../libvirt/procedures.ts';
import { type DomainSpec, qcow2 } from '../../simulator/build.ts';
import type { SimulatorOptions } from '../../simulator/simulator.ts';
import { type Bench, createBench, createServices, engineOn, revertsOn, uuidOf } from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import { StalePlanError } from '../engine/plans.ts';
import type { Services } from '../engine/services.ts';
import { revertDriver } from './driver.ts';

const [on, off, saved, bare, empty, far] = [uuidOf(1), uuidOf(2), uuidOf(3), uuidOf(4), uuidOf(5), uuidOf(6)];
const specs: readonly DomainSpec[] = [
  {
    name: 'on',
    uuid: on,
    state: 'running',
    snapshots: [
      { name: 'cold', ago: 900 },
      { name: 'warm', ago: 600, state: 'running' },
      { name: 'last', ago: 300, state: 'paused' },
    ],
    since: { memoryKiB: 4 * 1024 * 1024 },
  },
  { name: 'off', uuid: off, snapshots: [{ name: '001', ago: 60 }] },
  { name: 'saved', uuid: saved, managedSave: true, snapshots: [{ name: 's', ago: 60 }] },
  { name: '7', uuid: bare, snapshots: [{ name: 'ancient', ago: 60, noConfig: true }] },
  { name: 'empty', uuid: empty },
  {
    name: 'far',
    uuid: far,
    state: 'running',
    // No storage pool has it, so that nobody can look what is inside.
    disks: [{ ...qcow2('far', 'vda'), path: '/srv/far.qcow2' }],
    snapshots: [
      { name: 'warm', ago: 600, state: 'running' },
      { name: 'last', ago: 300 },
    ],
  },
];
let bench: Bench;
let services: Services;
let engine: Engine;

async function setUp(options: SimulatorOptions = {}) {
  bench = createBench(specs, options);
  services = await createServices(bench);
  engine = engineOn(bench, services);
  bench.session.connect();
  await bench.status('connected');
}
beforeEach(() => setUp());
afterEach(() => bench.close());

const named = (name: string): RevertTarget => ({ kind: 'named', name });
const plan = (uuid: string, name?: string) =>
  revertsOn(engine, 'lab').plan(uuid, name === undefined ? { kind: 'current' } : named(name));
const run = (of: RevertPlan, startState: StartState = 'as-saved', ticked: string[] = []) =>
  revertsOn(engine, 'lab').run(of, { startState, ticked });
/** Flags of every revert that was sent from now on. */
const sentFlags = () => {
  const call = vi.spyOn(bench.session.writes, 'call');
  return () =>
    call.mock.calls.flatMap(([procedure, args]) =>
      (procedure as { number: number }).number === procedures.domainRevertToSnapshot.number
        ? [(args as { flags: number }).flags]
        : [],
    );
};
const problemCode = (running: Promise<unknown>) =>
  running.then(
    () => 'no error',
    (error: ProblemError) => error.problem?.code ?? error.name,
  );
const stale = (running: Promise<unknown>) =>
  running.then(
    () => 'not stale',
    (error) => (error instanceof StalePlanError ? error.changes : error),
  );
const reverts = () => bench.simulator.faults.calls.filter((name) => name === 'domainRevertToSnapshot').length;

describe('planning', () => {
  it('gathers the facts', async () => {
    const made = await plan(on, 'warm');
    expect(RevertPlan.safeParse(made).error).toBeUndefined();
    expect(made).toMatchObject({ hostId: 'lab', hostName: 'Lab', target: named('warm') });
    expect(made.facts).toMatchObject({
      driver: 'QEMU',
      libvirtVersion: 11_003_000,
      domain: {
        uuid: on,
        name: 'on',
        state: 'running',
        persistent: true,
        managedSave: false,
        blockJobs: [],
        consoles: ['vnc'],
        active: true,
        checkpoints: [],
        job: false,
      },
      snapshot: expect.objectContaining({ name: 'warm', parent: 'cold', state: 'running', memory: 'internal' }),
      hasConfig: true,
      current: 'last',
      configChanges: [{ label: 'Memory', snapshot: '2 GiB', now: '4 GiB', abi: true }],
      riskReported: null,
      data: { state: 'there', why: [] },
    });
    expect(made.facts.snapshot.disks).toEqual([
      { target: 'vda', kind: 'internal' },
      { target: 'sda', kind: 'none' },
    ]);
  });

  it('assesses every choice, and each has its virsh line', async () => {
    const made = await plan(on, 'cold');
    const { choices } = made;
    expect([choices['as-saved'], choices.running, choices.paused].map(({ outcome }) => outcome)).toEqual([
      'shutoff',
      'running',
      'paused',
    ]);
    const line = (startState: StartState) => virshRevert(made, { startState, force: false });
    expect([line('as-saved'), line('running'), line('paused')]).toEqual([
      'virsh -c qemu+ssh://lab/system snapshot-revert on cold',
      'virsh -c qemu+ssh://lab/system snapshot-revert on cold --running',
      'virsh -c qemu+ssh://lab/system snapshot-revert on cold --paused',
    ]);
  });

  it('resolves the current snapshot, and lets virsh do so too', async () => {
    const made = await plan(on);
    expect(made.facts.snapshot.name).toBe('last');
    expect(virshRevert(made, { startState: 'as-saved', force: true })).toMatch(/ on --current --force$/);
  });

  it('names a domain by UUID where virsh would take its name for an id', async () => {
    expect((await plan(bare)).virsh).toEqual({ uri: 'qemu+ssh://lab/system', domain: bare });
  });

  it('sees block jobs, managed saves and missing configurations', async () => {
    bench.simulator.hands.startBlockJob('on', 'vda');
    expect((await plan(on)).facts.domain.blockJobs).toEqual(['vda']);
    expect((await plan(saved)).facts.domain.managedSave).toBe(true);
    const ancient = await plan(bare, 'ancient');
    expect(ancient.facts).toMatchObject({ hasConfig: false, configChanges: [] });
    expect(ancient.choices['as-saved'].blockers.map((each) => each.code)).toEqual(['NO_CONFIGURATION']);
  });

  it('compares a snapshot of a domain that was off with what the next start would use', async () => {
    bench.simulator.hands.setMemory('off', 1024 * 1024);
    expect((await plan(off)).facts.configChanges).toEqual([
      { label: 'Memory', snapshot: '2 GiB', now: '1 GiB', abi: true },
    ]);
  });

  it('says what is not there', async () => {
    expect(await problemCode(plan(uuidOf(99)))).toBe('NO_DOMAIN');
    expect(await problemCode(plan(off, 'nothing'))).toBe('SNAPSHOT_GONE');
    expect(await problemCode(plan(empty))).toBe('NO_CURRENT_SNAPSHOT');
    await bench.session.disconnect();
    expect(await problemCode(plan(off))).toBe('NOT_CONNECTED');
  });

  it('keeps a limited number of plans', async () => {
    const few = engineOn(bench, services, { revert: { ...revertDriver, plansKept: 3 } });
    const made = () => few.plan('revert', 'lab', off, { kind: 'current' });
    const first = await made();
    await made();
    await made();
    expect(few.held('revert', first.planId)).toBe(first);
    await made();
    expect(() => few.held('revert', first.planId)).toThrow();
  });
});

describe('a revert that is done', () => {
  it.each([
    ['cold', 'as-saved', 'shutoff', 'from snapshot', 0],
    ['cold', 'running', 'running', 'booted', 1],
    ['warm', 'as-saved', 'running', 'from snapshot', 0],
    ['warm', 'paused', 'paused', 'from snapshot', 2],
    ['last', 'as-saved', 'paused', 'from snapshot', 0],
  ] as const)('%s, %s: %s', async (name, startState, state, reason, flags) => {
    const sent = sentFlags();
    expect(await run(await plan(on, name), startState)).toMatchObject({
      operationId: expect.any(String),
      result: 'done',
      forced: false,
      found: { state, reason, current: name },
      differences: [],
    });
    expect(sent()).toEqual([flags]);
    await bench.until(() => bench.domain('on')?.state === state);
  });

  it('is an operation with phases, and ends with its outcome', async () => {
    const outcome = await run(await plan(on, 'warm'));
    const told = bench.events.flatMap((event) => (event.type === 'operation' ? [event.operation] : []));
    expect(told.map((each) => each.phase)).toEqual(['reverting', 'verifying', 'ended']);
    expect(told.at(-1)).toMatchObject({
      id: outcome.operationId,
      hostId: 'lab',
      uuid: on,
      domainName: 'on',
      subject: '“warm”',
      outcome: { result: 'done', found: outcome.found },
    });
    expect(services.operations.list()).toEqual([told.at(-1)]);
  });

  it('keeps the configuration that goes with it', async () => {
    const { operationId } = await run(await plan(on, 'warm'));
    const [entry] = services.journal.list({ limit: 1 });
    expect(entry).toMatchObject({ operationId, kind: 'revert', hasXml: true });
    const kept = await services.journal.xml(entry?.requestId ?? '');
    expect(kept).toEqual([{ name: 'on', xml: expect.stringMatching(/^\s*<domain[\s>][\s\S]*<\/domain>\s*$/) }]);
  });

  it('uses up its plan', async () => {
    const made = await plan(off);
    await run(made);
    expect(await problemCode(run(made))).toBe('NO_PLAN');
    expect(reverts()).toBe(1);
  });

  it('without a way to look afterwards says that it is not confirmed', async () => {
    const made = await plan(off);
    const revert = run(made);
    await bench.until(() => reverts() === 1);
    // The window asks for the domain too when something has happened to it.
    for (let n = 0; n < 4; n++)
      bench.simulator.faults.failNext('domainGetState', { code: errorCode.ACCESS_DENIED, domain: errorDomain.QEMU });
    expect(await revert).toMatchObject({ result: 'done', found: null, problem: { code: 'NOT_CONFIRMED' } });
  });
});

describe('a plan that no longer holds', () => {
  it.each<[string, () => void, string]>([
    [
      'the snapshot was deleted',
      () => bench.simulator.hands.deleteSnapshot('off', '001'),
      'The snapshot “001” no longer exists',
    ],
    ['the domain was started', () => bench.simulator.hands.start('off'), 'The domain is running now; it was shut off.'],
    [
      'its memory was changed',
      () => bench.simulator.hands.setMemory('off', 1024),
      'Memory: 2 GiB in the snapshot, 1 MiB now',
    ],
    ['a snapshot was taken', () => bench.simulator.hands.createSnapshot('off', 'b'), 'The current snapshot is “b” now'],
    ['the domain was undefined', () => bench.simulator.hands.undefine('off'), 'The domain no longer exists'],
    ['no snapshot is current', () => bench.simulator.hands.forgetCurrent('off'), 'The current snapshot is none now'],
  ])('%s', async (_, act, sentence) => {
    const made = await plan(off, '001');
    act();
    expect(await stale(run(made))).toEqual(expect.arrayContaining([expect.stringContaining(sentence)]));
    expect(reverts()).toBe(0);
    expect(services.operations.list()).toEqual([]);
    expect(bench.session.isHeld(off)).toBe(false);
  });

  it('of the current snapshot is stale when another one is', async () => {
    const made = await plan(off);
    bench.simulator.hands.createSnapshot('off', 'b');
    expect(await stale(run(made))).toContainEqual(expect.stringContaining('The snapshot “b” was changed or replaced'));
  });

  it('may be read again and then carried out', async () => {
    const made = await plan(off);
    bench.simulator.hands.start('off');
    expect(await stale(run(made))).toHaveLength(1);
    expect(await run(await plan(off))).toMatchObject({ result: 'done', found: { state: 'shutoff' } });
  });
});

describe('what is not offered', () => {
  it('is refused here: BLOCKED', async () => {
    bench.simulator.hands.startBlockJob('on', 'vda');
    const made = await plan(on, 'warm');
    expect(await problemCode(run(made))).toBe('BLOCKED');
    expect(await problemCode(run(await plan(bare, 'ancient'), 'as-saved', ['NO_CONFIGURATION']))).toBe('BLOCKED');
    expect(reverts()).toBe(0);
    expect(engine.held('revert', made.planId)).toBe(made);
  });

  it('is not carried out twice: the second asker has no plan', async () => {
    const made = await plan(on, 'warm');
    const running = run(made);
    expect(await problemCode(run(made))).toBe('NO_PLAN');
    expect(await running).toMatchObject({ result: 'done', found: { current: 'warm' } });
    expect(reverts()).toBe(1);
  });
});

describe('force', () => {
  const managedSave = ['MANAGED_SAVE'];

  it('is not used without consent', async () => {
    const made = await plan(saved);
    expect(made.choices['as-saved'].requirements.map((each) => each.code)).toEqual(managedSave);
    expect(await problemCode(run(made))).toBe('NOT_ACKNOWLEDGED');
    expect(await problemCode(run(made, 'as-saved', ['MUST_RESPAWN', 'force']))).toBe('NOT_ACKNOWLEDGED');
    expect(reverts()).toBe(0);
  });

  it('is sent only after libvirt has asked for it', async () => {
    const sent = sentFlags();
    expect(await run(await plan(saved), 'running', managedSave)).toMatchObject({
      result: 'done',
      forced: true,
      found: { state: 'running' },
    });
    expect(sent()).toEqual([1, 5]);
  });

  it('is not sent when libvirt does not ask', async () => {
    const sent = sentFlags();
    bench.simulator.faults.failNext('domainRevertToSnapshot', { code: errorCode.OPERATION_INVALID, domain: 10 });
    expect(await run(await plan(saved), 'as-saved', managedSave)).toMatchObject({ result: 'refused', forced: false });
    expect(sent()).toEqual([0]);
  });

  it('that was not foreseen comes with a new plan, which wants consent', async () => {
    const sent = sentFlags();
    const risky = { code: errorCode.SNAPSHOT_REVERT_RISKY, domain: errorDomain.QEMU, message: 'domain genid update' };
    bench.simulator.faults.failNext('domainRevertToSnapshot', risky);
    const { retryPlanId, ...outcome } = await run(await plan(off), 'as-saved', ['LIBVIRT_SAID_RISKY']);
    expect(outcome).toMatchObject({
      result: 'refused',
      forced: false,
      differences: [],
      problem: { code: 'SNAPSHOT_REVERT_RISKY' },
    });
    expect(sent()).toEqual([0]);
    const retryWith = engine.held('revert', retryPlanId ?? '');
    const { requirements } = retryWith.choices['as-saved'];
    expect(requirements).toMatchObject([{ code: 'LIBVIRT_SAID_RISKY', certainty: 'needed' }]);
    expect(requirements[0]?.text).toContain('domain genid update');
    expect(await problemCode(run(retryWith))).toBe('NOT_ACKNOWLEDGED');
    bench.simulator.faults.failNext('domainRevertToSnapshot', risky);
    expect(await run(retryWith, 'as-saved', ['LIBVIRT_SAID_RISKY'])).toMatchObject({ result: 'done', forced: true });
    expect(sent()).toEqual([0, 0, 4]);
  });

  it('that libvirt refuses too is not offered again', async () => {
    const risky = { code: errorCode.SNAPSHOT_REVERT_RISKY, domain: errorDomain.QEMU };
    bench.simulator.faults.failNext('domainRevertToSnapshot', risky);
    bench.simulator.faults.failNext('domainRevertToSnapshot', risky);
    const outcome = await run(await plan(saved), 'as-saved', managedSave);
    expect(outcome).toMatchObject({ result: 'refused', forced: true });
    expect(outcome).not.toHaveProperty('retryPlanId');
  });

  it('before 7.10 is foreseen for an active guest', async () => {
    await bench.close();
    await setUp({ libvirtVersion: 7_000_000 });
    const sent = sentFlags();
    const cold = await plan(on, 'cold');
    expect(cold.choices['as-saved'].requirements).toEqual([]);
    expect(cold.choices.running.requirements.map((each) => each.code)).toEqual(['MUST_RESPAWN']);
    const warm = await plan(on, 'warm');
    expect(warm.choices['as-saved'].requirements.map((each) => each.code)).toEqual(['CONFIG_MISMATCH']);
    expect(await run(warm, 'as-saved', ['CONFIG_MISMATCH'])).toMatchObject({ result: 'done', forced: true });
    expect(sent()).toEqual([0, 4]);
  });
});

describe('a revert that goes wrong', () => {
  it('after the guest was stopped has failed, and what was found is shown', async () => {
    bench.simulator.hands.loseSnapshot('far', 'warm');
    const made = await plan(far, 'warm');
    expect(made.choices['as-saved']).toMatchObject({ verdict: 'risky', blockers: [] });
    expect(await run(made)).toMatchObject({
      operationId: expect.any(String),
      result: 'failed',
      forced: false,
      found: { state: 'shutoff', reason: 'failed', current: 'last' },
      differences: ['The domain is shut off; running was expected.'],
      problem: expect.objectContaining({ code: 'OPERATION_FAILED' }),
    });
  });

  it('is not asked for where the image tells that it would', async () => {
    bench.simulator.hands.loseSnapshot('on', 'warm');
    expect(await problemCode(run(await plan(on, 'warm')))).toBe('BLOCKED');
    expect(reverts()).toBe(0);
  });

  it('with a refusal that left traces has failed too', async () => {
    bench.simulator.faults.delay('domainRevertToSnapshot', 30);
    bench.simulator.faults.failNext('domainRevertToSnapshot', { code: errorCode.OPERATION_INVALID, domain: 10 });
    const running = run(await plan(on, 'warm'));
    await bench.until(() => reverts() === 1);
    bench.simulator.hands.destroy('on');
    expect(await running).toMatchObject({
      result: 'failed',
      found: { state: 'shutoff' },
      differences: [expect.any(String)],
    });
  });

  it.each([
    [errorCode.OPERATION_INVALID, 'refused'],
    [errorCode.CONFIG_UNSUPPORTED, 'refused'],
    [errorCode.OPERATION_TIMEOUT, 'refused'],
    [errorCode.OPERATION_DENIED, 'refused'],
    [errorCode.INTERNAL_ERROR, 'failed'],
    [errorCode.SYSTEM_ERROR, 'failed'],
    [999, 'failed'],
  ])('with libvirt’s error %d is %s', async (code, result) => {
    bench.simulator.faults.failNext('domainRevertToSnapshot', { code, domain: errorDomain.QEMU, message: 'its words' });
    const outcome = await run(await plan(off));
    expect(outcome).toMatchObject({ result, differences: [], found: { state: 'shutoff', current: '001' } });
    expect(outcome.problem?.detail).toContain('its words');
  });

  it.each([
    ['after', { state: 'shutoff', current: 'cold' }, []],
    [
      'before',
      { state: 'running', current: 'last' },
      ['The domain is running; shut off was expected.', 'The current snapshot is “last”; “cold” was expected.'],
    ],
  ] as const)(
    'because the connection dropped %s it was done: unknown, then found',
    async (when, found, differences) => {
      bench.simulator.faults.dropOnNext('domainRevertToSnapshot', when);
      const running = run(await plan(on, 'cold'));
      await bench.status('retrying');
      expect(services.operations.list()).toMatchObject([{ phase: 'verifying' }]);
      bench.session.connect();
      expect(await running).toMatchObject({
        result: 'unknown',
        found,
        differences,
        problem: { code: 'OUTCOME_UNKNOWN' },
      });
      expect(reverts()).toBe(1);
      expect(bench.session.isHeld(on)).toBe(false);
    },
  );
});
