import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorCode, errorDomain } from '../../../../shared/libvirt/flags.ts';
import { RevertPlan } from '../../../../shared/schema.ts';
import type { ProblemError } from '../../../hosts/problems.ts';
import { type DomainSpec, qcow2 } from '../../../simulator/build.ts';
import { findSnapshot } from '../../../simulator/model.ts';
import type { SimulatorOptions } from '../../../simulator/simulator.ts';
import {
  type Bench,
  createBench,
  createServices,
  engineOn,
  type MemoryFile,
  memoryFile,
  revertsOn,
  type TestedRevert,
  uuidOf,
} from '../../../testing.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Services } from '../../engine/services.ts';
import { undoOffer } from '../undo.ts';

const [on, off, saved, layered, raw, far] = [uuidOf(1), uuidOf(2), uuidOf(3), uuidOf(4), uuidOf(5), uuidOf(6)];
const specs: readonly DomainSpec[] = [
  { name: 'on', uuid: on, state: 'running', snapshots: [{ name: 'clean', ago: 600, state: 'running' }] },
  { name: 'off', uuid: off, snapshots: [{ name: 'clean', ago: 600 }] },
  { name: 'saved', uuid: saved, managedSave: true, snapshots: [{ name: 'clean', ago: 60 }] },
  {
    name: 'layered',
    uuid: layered,
    state: 'running',
    snapshots: [
      { name: 'clean', ago: 600, state: 'running', external: true },
      { name: 'later', ago: 300, state: 'running', external: true },
    ],
  },
  {
    name: 'raw',
    uuid: raw,
    snapshots: [{ name: 'clean', ago: 60 }],
    // Attached since.
    since: { disks: [qcow2('raw', 'vda'), { ...qcow2('raw', 'vdb'), format: 'raw', path: '/srv/raw.img' }] },
  },
  {
    name: 'far',
    uuid: far,
    state: 'running',
    // No storage pool has it, so that nobody can look what is inside.
    disks: [{ ...qcow2('far', 'vda'), path: '/srv/far.qcow2' }],
    snapshots: [{ name: 'clean', ago: 600, state: 'running' }],
  },
];
let bench: Bench;
let services: Services;
let engine: Engine;
let file: MemoryFile;
/** libvirt's clock: every snapshot of a test gets a second of its own. */
let clock: number;

async function setUp(options: SimulatorOptions = {}) {
  clock = Date.now();
  bench = createBench(specs, { now: () => clock, ...options });
  file = memoryFile();
  services = await createServices(bench, file);
  engine = engineOn(bench, services);
  bench.session.connect();
  await bench.status('connected');
}
beforeEach(() => setUp());
afterEach(() => bench.close());

const domain = (name: string) => bench.simulator.hands.domain(name);
const names = (name: string) => domain(name).snapshots.map((each) => each.name);
const plan = async (uuid: string, name = 'clean') => {
  clock += 2_000;
  return RevertPlan.parse(await revertsOn(engine, 'lab').plan(uuid, { kind: 'named', name }));
};
const run = (of: RevertPlan, choice: TestedRevert = { safetySnapshot: true }) =>
  revertsOn(engine, 'lab').run(of, choice);
const undo = async (uuid: string) => {
  clock += 2_000;
  return revertsOn(engine, 'lab').plan(uuid, { kind: 'undo' });
};
const entries = () => services.journal.list({ limit: 100 }).map(({ kind, result }) => [kind, result]);
const reverts = () => bench.simulator.faults.calls.filter((name) => name === 'domainRevertToSnapshot').length;
const problemCode = (running: Promise<unknown>) =>
  running.then(
    () => 'no error',
    (error: ProblemError) => error.problem?.code ?? error.name,
  );
const qemuError = (code: keyof typeof errorCode, message = 'its words') => ({
  code: errorCode[code],
  domain: errorDomain.QEMU,
  message,
});

describe('a safety snapshot', () => {
  it('is the first request: with it the journal keeps what was shown, and the lines that do the same', async () => {
    const made = await plan(on);
    await run(made);
    const [reverted, taken] = services.journal.list({ limit: 9 });
    expect(reverted).toMatchObject({ kind: 'revert' });
    expect(reverted).not.toHaveProperty('virsh');
    expect(taken).toMatchObject({ kind: 'safety-snapshot' });
    expect(taken?.losses?.length).toBeGreaterThan(0);
    expect(taken?.losses?.every(({ kept }) => kept)).toBe(true);
    expect(taken?.virsh).toMatch(/snapshot-create-as .* && virsh .*snapshot-revert on clean$/);
  });

  it.each([
    ['on', on, 'internal', 'running', 'running'],
    ['off', off, 'internal', 'shutoff', 'shutoff'],
    ['layered', layered, 'external', 'running', 'running'],
  ] as const)('of %s, then the revert, then the undo: back where it was', async (name, uuid, kind, before, after) => {
    bench.simulator.hands.edit(name, { memoryKiB: 4 * 1024 * 1024 }, true);
    const image = (domain(name).live ?? domain(name).config).disks[0]?.path;
    const made = await plan(uuid);
    expect(made.safety).toMatchObject({ available: true, kind, memory: before === 'running', reasons: [] });
    expect(made.safety.name).toMatch(/^before-revert-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d$/);
    const outcome = await run(made);
    expect(outcome).toMatchObject({
      result: 'done',
      differences: [],
      found: { state: after, current: 'clean' },
      safety: { result: 'taken', name: expect.stringContaining('before-revert') },
    });
    expect(domain(name).config.memoryKiB).toBe(2 * 1024 * 1024);
    const taken = findSnapshot(domain(name), outcome.safety?.name ?? '');
    const pictures = services.thumbnails.list(bench.session.host, uuid).map((each) => each.name);
    expect(pictures).toEqual(before === 'running' ? [outcome.safety?.name] : []);
    expect(taken).toMatchObject({ state: before, description: expect.stringContaining('Taken by Snapkeel') });

    expect(await undoOffer(bench.session, uuid, services.marks)).toEqual({
      available: true,
      snapshotName: taken?.name,
      takenAt: (taken?.createdAt ?? 0) * 1000,
      revertedTo: 'clean',
    });
    const back = await undo(uuid);
    expect(back).toMatchObject({ undo: true, target: { kind: 'named', name: taken?.name } });
    const undone = await run(back, { safetySnapshot: false });
    expect(undone).toMatchObject({ result: 'done', differences: [], found: { state: before, current: taken?.name } });
    expect(domain(name).config.memoryKiB).toBe(4 * 1024 * 1024);
    const now = (domain(name).live ?? domain(name).config).disks[0];
    expect(kind === 'external' ? now?.backing[0] : now?.path).toBe(image);
    expect(await undoOffer(bench.session, uuid, services.marks)).toMatchObject({
      available: false,
      reason: 'No safety snapshot was taken before the last revert.',
    });
  });

  it('comes first, and its phases are told', async () => {
    await run(await plan(on));
    const phases = bench.events.flatMap((event) => (event.type === 'operation' ? [event.operation.phase] : []));
    expect(phases).toEqual(['snapshotting', 'reverting', 'verifying', 'ended']);
    const calls = bench.simulator.faults.calls;
    expect(calls.indexOf('domainSnapshotCreateXml')).toBeLessThan(calls.indexOf('domainRevertToSnapshot'));
    expect(entries()).toEqual([
      ['revert', 'done'],
      ['safety-snapshot', 'done'],
    ]);
  });

  it('of the current snapshot’s revert goes to what was current before', async () => {
    clock += 2_000;
    const made = await revertsOn(engine, 'lab').plan(on, { kind: 'current' });
    expect(await run(made)).toMatchObject({ result: 'done', found: { current: 'clean' } });
  });

  it('that fails stops the revert', async () => {
    bench.simulator.faults.failNext('domainSnapshotCreateXml', qemuError('OPERATION_FAILED', 'no space left'));
    const outcome = await run(await plan(on));
    expect(outcome).toMatchObject({
      result: 'refused',
      found: { state: 'running', current: 'clean' },
      problem: { code: 'SAFETY_FAILED', detail: expect.stringContaining('no space left') },
      safety: { result: 'failed' },
    });
    expect(reverts()).toBe(0);
    expect(names('on')).toEqual(['clean']);
    expect(entries()).toEqual([['safety-snapshot', 'failed']]);
    expect(await undoOffer(bench.session, on, services.marks)).toMatchObject({ available: false });
  });

  it('whose answer is lost stops the revert, and the journal finds out later', async () => {
    const made = await plan(on);
    bench.simulator.faults.dropOnNext('domainSnapshotCreateXml', 'after');
    const running = run(made);
    await bench.status('retrying');
    bench.session.connect();
    expect(await running).toMatchObject({ result: 'refused', problem: { code: 'SAFETY_UNKNOWN' } });
    expect(reverts()).toBe(0);
  });

  it('is not taken where it cannot work, and the plan says why', async () => {
    const made = await plan(raw);
    expect(made.safety).toMatchObject({ available: false, kind: null, reasons: [{ code: 'NOT_QCOW2' }] });
    expect(await run(made)).toMatchObject({ result: 'refused', problem: { code: 'SAFETY_UNAVAILABLE' } });
    expect(reverts()).toBe(0);
  });

  it('is followed by a check of everything else', async () => {
    bench.simulator.faults.delay('domainSnapshotCreateXml', 60);
    const running = run(await plan(on));
    await bench.until(() => bench.simulator.faults.calls.includes('domainSnapshotCreateXml'));
    bench.simulator.hands.suspend('on');
    const outcome = await running;
    expect(outcome).toMatchObject({
      result: 'refused',
      problem: { code: 'STALE_AFTER_SAFETY' },
      differences: ['The domain is paused now; it was running.'],
      safety: { result: 'taken' },
    });
    expect(reverts()).toBe(0);
  });
});

describe('cancelling', () => {
  it('while memory is being saved aborts it, and nothing is reverted', async () => {
    await bench.close();
    await setUp({ snapshotMs: 600_000 });
    const running = run(await plan(on));
    await bench.until(() => services.operations.list()[0]?.progress);
    const [operation] = services.operations.list();
    expect(operation).toMatchObject({ phase: 'snapshotting', cancellable: true });
    expect(operation?.progress).toMatchObject({ totalBytes: 2 * 1024 ** 3, doneBytes: expect.any(Number) });
    services.operations.cancel(operation?.id ?? '');
    expect(await running).toMatchObject({ result: 'cancelled', safety: { result: 'cancelled' } });
    expect(names('on')).toEqual(['clean']);
    expect(reverts()).toBe(0);
  });

  it('before its job has begun aborts it as well', async () => {
    await bench.close();
    await setUp({ snapshotMs: 600_000 });
    const { journal, operations } = services;
    const begin = journal.begin.bind(journal);
    vi.spyOn(journal, 'begin').mockImplementationOnce((...request) => {
      operations.cancel(operations.list()[0]?.id ?? '');
      return begin(...request);
    });
    expect(await run(await plan(on))).toMatchObject({ result: 'cancelled', safety: { result: 'cancelled' } });
    expect(names('on')).toEqual(['clean']);
    expect(reverts()).toBe(0);
  });

  it('is refused once the revert has begun', async () => {
    const running = run(await plan(on), {});
    await bench.until(() => reverts() === 1);
    const [operation] = services.operations.list();
    expect(() => services.operations.cancel(operation?.id ?? '')).toThrow(/libvirt cannot cancel a revert/);
    expect(await running).toMatchObject({ result: 'done' });
    expect(() => services.operations.cancel(operation?.id ?? '')).toThrow(/has ended/);
  });

  it('reads go on while memory is being saved', async () => {
    await bench.close();
    await setUp({ snapshotMs: 600_000 });
    const running = run(await plan(on));
    await bench.until(() => services.operations.list()[0]?.progress);
    await revertsOn(engine, 'lab').plan(off, { kind: 'current' });
    await revertsOn(engine, 'lab').plan(on, { kind: 'current' });
    services.operations.cancel(services.operations.list()[0]?.id ?? '');
    expect(await running).toMatchObject({ result: 'cancelled' });
  });
});

describe('undo', () => {
  it('is not offered when the snapshot is gone or another one', async () => {
    expect(await undoOffer(bench.session, on, services.marks)).toMatchObject({
      available: false,
      reason: 'Snapkeel has not reverted this domain.',
    });
    const { safety } = await run(await plan(on));
    const name = safety?.name ?? '';
    bench.simulator.hands.deleteSnapshot('on', name);
    expect(await undoOffer(bench.session, on, services.marks)).toMatchObject({
      available: false,
      reason: `The safety snapshot “${name}” no longer exists.`,
    });
    expect(await problemCode(undo(on))).toBe('NO_UNDO');
    clock += 60_000;
    bench.simulator.hands.createSnapshot('on', name);
    expect(await undoOffer(bench.session, on, services.marks)).toMatchObject({
      available: false,
      reason: `The snapshot “${name}” is not the one taken before the last revert.`,
    });
  });

  it('of a revert that failed halfway brings the guest back', async () => {
    bench.simulator.hands.loseSnapshot('far', 'clean');
    const outcome = await run(await plan(far));
    expect(outcome).toMatchObject({ result: 'failed', found: { state: 'shutoff' }, safety: { result: 'taken' } });
    expect(await run(await undo(far), {})).toMatchObject({ result: 'done', found: { state: 'running' } });
  });
});

describe('two external reverts within a second', () => {
  const collision = qemuError('CONFIG_UNSUPPORTED', 'external snapshot file already exists');

  it('collide once: it waits and asks again', async () => {
    bench.simulator.faults.failNext('domainRevertToSnapshot', collision);
    expect(await run(await plan(layered), {})).toMatchObject({ result: 'done', differences: [] });
    expect(entries()).toEqual([
      ['revert', 'done'],
      ['revert', 'refused'],
    ]);
  });

  it('collide twice: that is libvirt’s answer', async () => {
    bench.simulator.faults.failNext('domainRevertToSnapshot', collision);
    bench.simulator.faults.failNext('domainRevertToSnapshot', collision);
    expect(await run(await plan(layered), {})).toMatchObject({ result: 'refused' });
    expect(reverts()).toBe(2);
  });

  it('an internal revert is not asked for again', async () => {
    bench.simulator.faults.failNext('domainRevertToSnapshot', collision);
    expect(await run(await plan(on), {})).toMatchObject({ result: 'refused' });
    expect(reverts()).toBe(1);
  });
});

describe('retention', () => {
  const made = async (times: number) => {
    const safe: string[] = [];
    for (let n = 0; n < times; n++) {
      const { safety } = await run(await plan(off));
      safe.push(safety?.name ?? '');
    }
    return safe;
  };

  it('keeps so many and removes the oldest, each with its XML in the journal', async () => {
    await services.settings.set({ safetySnapshotsKept: 2 });
    bench.simulator.hands.createSnapshot('off', 'theirs');
    await run(await plan(off, 'clean'), {});
    const [first, ...rest] = await made(3);
    expect(names('off')).toEqual(['clean', 'theirs', ...rest]);
    const [entry] = services.journal.list({ limit: 100 }).filter((each) => each.kind === 'delete-safety');
    expect(entry).toMatchObject({ result: 'done', hasXml: true, snapshotName: first });
    expect(await services.journal.xml(entry?.requestId ?? '')).toMatchObject([{ name: first }]);
    const lines = file.text.split('\n').map((line) => line && JSON.parse(line));
    const order = lines.filter((line) => line.requestId === entry?.requestId).map((line) => line.type);
    expect(order).toEqual(['asked', 'xml', 'answered']);
  });

  it('spares what is pinned, current, built upon, or no longer described as Snapkeel’s', async () => {
    await services.settings.set({ safetySnapshotsKept: 1 });
    const [first = ''] = await made(1);
    await services.marks.pin(bench.session.host, off, first, 0, true);
    const [second = ''] = await made(1);
    expect(names('off')).toEqual(['clean', first, second]);
    await run(await undo(off), {});
    bench.simulator.hands.createSnapshot('off', 'on top');
    const outcome = await run(await plan(off));
    expect(outcome.tidied).toEqual({
      removed: [],
      kept: [
        { name: first, reason: 'It is pinned.' },
        { name: second, reason: 'Other snapshots are based on it.' },
      ],
    });
    await services.marks.pin(bench.session.host, off, first, 0, false);
    expect((await run(await plan(off))).tidied?.removed).toContain(first);
  });

  it('spares what is not safe to delete, by the rules of a deletion', async () => {
    await services.settings.set({ safetySnapshotsKept: 1 });
    const { safety } = await run(await plan(layered));
    const first = safety?.name ?? '';
    // Somebody lays the domain on what the safety snapshot holds, which libvirt would delete with it.
    const below = findSnapshot(domain('layered'), first)?.config?.disks[0];
    if (!below) throw new Error('the safety snapshot tells no disk');
    bench.simulator.hands.edit('layered', { disks: [below] }, true);
    const { tidied } = await run(await plan(layered));
    expect(tidied).toMatchObject({ removed: [], kept: [{ name: first }] });
    expect(tidied?.kept[0]?.reason).toContain(below.path);
    expect(names('layered')).toContain(first);
  });
});

describe('a managed save image', () => {
  it('is removed before the revert when that was consented to, and force is not needed then', async () => {
    const outcome = await run(await plan(saved), { removeManagedSave: true });
    expect(outcome).toMatchObject({ result: 'done', forced: false, managedSaveRemoved: true });
    expect(domain('saved').managedSave).toBe(false);
    expect(entries()).toEqual([
      ['revert', 'done'],
      ['remove-managed-save', 'done'],
    ]);
  });

  it('that cannot be removed stops the revert', async () => {
    bench.simulator.faults.failNext('domainManagedSaveRemove', qemuError('SYSTEM_ERROR'));
    const outcome = await run(await plan(saved), { removeManagedSave: true });
    expect(outcome).toMatchObject({ result: 'refused', problem: { code: 'MANAGED_SAVE_STAYS' } });
    expect(reverts()).toBe(0);
  });

  it.each(['before', 'after'] as const)('whose removal is lost %s it is done stops it too', async (when) => {
    bench.simulator.faults.dropOnNext('domainManagedSaveRemove', when);
    const outcome = await run(await plan(saved), { removeManagedSave: true });
    expect(outcome).toMatchObject({ result: 'refused', problem: { code: 'MANAGED_SAVE_UNKNOWN' } });
    expect(reverts()).toBe(0);
  });
});

describe('a protected domain', () => {
  it('wants its name typed', async () => {
    await services.marks.protect(bench.session.host, off, true);
    const made = await plan(off);
    expect(made.protected).toBe(true);
    expect(await problemCode(run(made, {}))).toBe('NAME_NOT_TYPED');
    expect(await problemCode(run(made, { typedName: 'Off' }))).toBe('NAME_NOT_TYPED');
    expect(reverts()).toBe(0);
    expect(await run(made, { typedName: 'off' })).toMatchObject({ result: 'done' });
  });
});

describe('the queue', () => {
  it('runs in order, checks each plan when its turn comes, and lets others pass', async () => {
    bench.simulator.hands.edit('on', { memoryKiB: 1024 }, true);
    const [first, second, other] = [await plan(on), await plan(on), await plan(off)];
    const all = [run(first, {}), run(second, {}).catch((error) => error.name), run(other, {})];
    await bench.until(() => services.operations.list().some((each) => each.phase === 'queued'));
    const [a, b, c] = await Promise.all(all);
    expect(a).toMatchObject({ result: 'done' });
    expect(b).toBe('StalePlanError');
    expect(c).toMatchObject({ result: 'done' });
    const ended = services.operations
      .list()
      .map(({ uuid, outcome }) => [uuid, outcome?.result, outcome?.problem?.code]);
    expect(ended).toContainEqual([on, 'refused', 'PLAN_STALE']);
    expect(engine.held('revert', second.planId)).toBeDefined();
  });

  it('lets one that waits be cancelled', async () => {
    const [first, second] = [await plan(on), await plan(on)];
    const running = run(first, {});
    const waiting = run(second, {});
    await bench.until(() => services.operations.list().some((each) => each.phase === 'queued'));
    services.operations.cancel(services.operations.list().find((each) => each.phase === 'queued')?.id ?? '');
    expect(await waiting).toMatchObject({ result: 'cancelled' });
    expect(await running).toMatchObject({ result: 'done' });
    expect(reverts()).toBe(1);
  });
});

describe('the journal', () => {
  it('that cannot be written keeps libvirt from being asked', async () => {
    file.failNext = new Error('ENOSPC');
    expect(await run(await plan(off), {})).toMatchObject({ result: 'refused', problem: { code: 'JOURNAL_FAILED' } });
    expect(reverts()).toBe(0);
  });
});
