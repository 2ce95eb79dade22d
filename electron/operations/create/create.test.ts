import { afterEach, expect, it } from 'vitest';
import { assessCreate } from '../../../shared/operations/create/assess.ts';
import { firstDraft, withMode } from '../../../shared/operations/create/draft.ts';
import type { CreateRow } from '../../../shared/operations/create/modes.ts';
import type { CreateDraft, CreateMode } from '../../../shared/schema.ts';
import { ProblemError } from '../../hosts/problems.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import type { SimulatorOptions } from '../../simulator/simulator.ts';
import { type Bench, createBench, createServices, type Drafted, engineOn, takesOn, uuidOf } from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import type { Services } from '../engine/services.ts';
import { settleLater } from '../engine/settle-later.ts';
import { conclusions } from '../registry.ts';
import { judgeCreate, lookAfterCreate } from './judge.ts';

const uuid = uuidOf(1);
const running: DomainSpec = { name: 'one', uuid, state: 'running' };
let bench: Bench;
let services: Services;
let engine: Engine;

async function setUp(spec: DomainSpec = running, options: SimulatorOptions = {}) {
  bench = createBench([spec], options);
  bench.session.connect();
  await bench.status('connected');
  services = await createServices(bench);
  engine = engineOn(bench, services);
}
afterEach(() => bench.close());

async function plan(mode: CreateMode, change: Partial<CreateDraft> = {}) {
  const held = await takesOn(engine, 'lab').plan(uuid);
  const draft = { ...withMode(held.facts, firstDraft(held.facts, 'fresh'), mode), ...change };
  return { plan: held, draft };
}
const run = async (drafted: Drafted) => takesOn(engine, 'lab').run(drafted);
const take = async (mode: CreateMode, change: Partial<CreateDraft> = {}) => run(await plan(mode, change));
const calls = (name: string) => bench.simulator.faults.calls.filter((call) => call === name).length;
const snapshots = () => bench.simulator.hands.domain('one').snapshots;
const entry = () => services.journal.list({ limit: 1 })[0];

it('a plan offers a name by the pattern, and knows the space left', async () => {
  await setUp();
  const held = await takesOn(engine, 'lab').plan(uuid);
  expect(held.suggestedName).toMatch(/^snapshot-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d$/);
  expect(held.facts).toMatchObject({ agent: 'connected', memoryBytes: 2 ** 31, nvram: 'none', active: true });
  expect(held.facts.files.free['/var/lib/libvirt/images/']).toBeGreaterThan(2 ** 38);
});

it.each<[CreateMode, DomainSpec['state'], object]>([
  ['memory-internal', 'running', { state: 'running', memory: 'internal' }],
  ['memory-external', 'running', { state: 'running', memory: 'external' }],
  ['memory-external', 'paused', { state: 'paused', memory: 'external' }],
  ['disks-external', 'running', { state: 'disk-snapshot', memory: 'no' }],
  ['disks-internal', 'shutoff', { state: 'shutoff', memory: 'no' }],
  ['disks-external', 'shutoff', { state: 'shutoff', memory: 'no' }],
])('takes %s of a domain that is %s', async (mode, state = 'shutoff', expected) => {
  await setUp({ ...running, state });
  const outcome = await take(mode, { description: 'why' });
  expect(outcome).toMatchObject({ result: 'done', differences: [] });
  expect(snapshots()).toMatchObject([{ name: 'fresh', description: 'why', ...expected }]);
  expect(entry()).toMatchObject({ kind: 'create', result: 'done', snapshotName: 'fresh' });
});

it('leaves a disk out, and puts an overlay where it is told', async () => {
  await setUp({ ...running, disks: ['vda', 'vdb'] });
  const file = '/var/lib/libvirt/images/elsewhere, really.qcow2';
  const disks = [
    { target: 'vda', include: true, file },
    { target: 'vdb', include: false, file: '' },
  ];
  expect(await take('disks-external', { disks })).toMatchObject({ result: 'done', differences: [] });
  expect(snapshots()[0]?.disks).toMatchObject([
    { target: 'vda', kind: 'external', file },
    { target: 'vdb', kind: 'no' },
    { target: 'sda', kind: 'no' },
  ]);
});

it('leaves the guest off where that is asked for', async () => {
  await setUp();
  const outcome = await take('memory-internal', { halt: true });
  expect(outcome).toMatchObject({ result: 'done', differences: [] });
  expect(bench.simulator.hands.domain('one').state).toBe('shutoff');
});

it('what changed since it was read is told, and nothing is done', async () => {
  await setUp();
  const request = await plan('memory-internal');
  bench.simulator.hands.suspend('one');
  await expect(run(request)).rejects.toMatchObject({
    changes: ['The domain was running and is paused now.'],
  });
  bench.simulator.hands.resume('one');
  const again = await plan('memory-internal');
  bench.simulator.hands.createSnapshot('one', 'fresh');
  await expect(run(again)).rejects.toMatchObject({ changes: ['The current snapshot is “fresh” now.'] });
  expect(snapshots()).toHaveLength(1);
});

it('what never was possible is refused, and a plan is carried out once', async () => {
  await setUp();
  const request = await plan('memory-internal');
  const bad = { ...request, draft: { ...request.draft, name: '.hidden' } };
  await expect(run(bad)).rejects.toMatchObject({ problem: { code: 'CREATE_REFUSED' } });
  const never = { ...request, draft: { ...request.draft, mode: 'disks-internal' as const } };
  await expect(run(never)).rejects.toMatchObject({ problem: { code: 'CREATE_REFUSED' } });
  expect(calls('domainSnapshotCreateXml')).toBe(0);
  expect(await run(request)).toMatchObject({ result: 'done' });
  await expect(run(request)).rejects.toMatchObject({ problem: { code: 'NO_PLAN' } });
});

it('a protected guest is not left off unless its name was typed', async () => {
  await setUp();
  await services.marks.protect(bench.session.host, uuid, true);
  const request = await plan('memory-internal', { halt: true });
  await expect(run(request)).rejects.toMatchObject({ problem: { code: 'NAME_NOT_TYPED' } });
  expect(bench.simulator.hands.domain('one').state).toBe('running');
  expect(await take('memory-internal')).toMatchObject({ result: 'done' });
});

it('a file that has appeared is not written over', async () => {
  await setUp();
  const request = await plan('memory-external', { memoryFile: '/var/lib/libvirt/images/one.qcow2' });
  await expect(run(request)).rejects.toMatchObject({ problem: { code: 'CREATE_REFUSED' } });
});

it('external memory: progress, and a cancel leaves nothing', async () => {
  await setUp(running, { snapshotMs: 600_000 });
  const outcome = take('memory-external');
  const operation = () => services.operations.list().find(({ kind }) => kind === 'create');
  await bench.until(() => operation()?.progress?.doneBytes);
  expect(operation()).toMatchObject({ cancellable: true, progress: { totalBytes: 2 ** 31 } });
  services.operations.cancel(operation()?.id ?? '');
  expect(await outcome).toMatchObject({
    result: 'cancelled',
    differences: [],
    notes: ['No snapshot is listed, nothing was left behind, and the disks use the same images as before.'],
  });
  expect(snapshots()).toEqual([]);
});

it('a job that cannot be told of is not asked about, and cannot be cancelled', async () => {
  await setUp(running, { snapshotMs: 800 });
  const outcome = take('memory-internal');
  await bench.until(() => services.operations.list().some(({ phase }) => phase === 'working'));
  const [operation] = services.operations.list();
  expect(() => services.operations.cancel(operation?.id ?? '')).toThrow();
  expect(await outcome).toMatchObject({ result: 'done' });
  const { calls: all } = bench.simulator.faults;
  const since = all.slice(all.indexOf('domainSnapshotCreateXml'));
  expect(since.filter((call) => call === 'domainGetJobInfo' || call === 'domainAbortJob')).toEqual([]);
});

it('quiesced: the agent is given a time, and nothing is left frozen', async () => {
  await setUp();
  expect(await take('disks-external')).toMatchObject({ result: 'done', differences: [] });
  expect(calls('domainAgentSetResponseTimeout')).toBe(2);
  expect(calls('domainFsthaw')).toBe(0);
});

it('quiesced: whatever libvirt answers but success, the guest is thawed', async () => {
  await setUp();
  bench.simulator.faults.failNext('domainSnapshotCreateXml', { code: 1, domain: 10 });
  const outcome = await take('disks-external');
  expect(outcome).toMatchObject({ result: 'failed' });
  expect(outcome.notes).toContain('The guest’s file systems are not frozen.');
  expect(calls('domainFsthaw')).toBe(1);
});

it('quiesced: a guest that cannot be thawed is told of', async () => {
  await setUp();
  bench.simulator.faults.failNext('domainSnapshotCreateXml', { code: 1, domain: 10 });
  bench.simulator.faults.failNext('domainFsthaw', { code: 86, domain: 10, message: 'not connected' });
  expect((await take('disks-external')).differences.join()).toContain(
    'may still be frozen (libvirt reports: not connected)',
  );
});

it.each(['before', 'after'] as const)('quiesced: a connection lost %s it was done ends in a thaw', async (when) => {
  await setUp();
  bench.simulator.faults.dropOnNext('domainSnapshotCreateXml', when);
  const outcome = await take('disks-external');
  expect(outcome).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' }, differences: [] });
  expect(outcome.notes[0]).toContain(when === 'after' ? 'libvirt lists “fresh”, as planned' : 'lists no snapshot');
  expect(calls('domainFsthaw')).toBe(1);
  expect(entry()).toMatchObject({ kind: 'create', result: 'unknown' });
});

it('quiesced: a host that stays away leaves a guest that may be frozen, and that is told', async () => {
  await setUp();
  bench.simulator.faults.dropOnNext('domainSnapshotCreateXml', 'before');
  const drafted = await plan('disks-external');
  const outcome = run(drafted);
  await bench.until(() => services.operations.list().some(({ phase }) => phase === 'verifying'));
  await bench.session.disconnect();
  expect(await outcome).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' } });
  expect((await outcome).differences.join()).toContain('may still be frozen (libvirt could not be asked)');
});

it('quiesced: after a crash of the app, the journal has the guest thawed at the next connect', async () => {
  await setUp();
  const { uuid: id, name } = bench.simulator.hands.domain('one');
  const requestId = await services.journal.begin({
    operationId: 'crashed',
    kind: 'create',
    host: bench.session.host,
    domain: { uuid: id, name },
    snapshot: 'fresh',
    flags: 16 | 64,
    plan: [],
    currentBefore: null,
  });
  services.journal.abandon(requestId);
  const stop = settleLater(bench.session, services, conclusions);
  bench.simulator.faults.dropConnections();
  await bench.until(() => entry()?.result === 'unknown');
  expect(calls('domainFsthaw')).toBe(1);
  expect(entry()?.differences).toContain('There is no snapshot “fresh”.');
  stop();
});

it('a snapshot that libvirt gave up after it had switched the disks is told as it is', async () => {
  await setUp();
  const { plan: held, draft } = await plan('disks-external');
  const { row, disks, files } = assessCreate(held.facts, draft, held.virsh);
  const expected = { name: 'fresh', row: row as CreateRow, disks, files, before: held.facts };
  const noMetadata = 4;
  bench.simulator.hands.createSnapshot('one', 'fresh', { flags: (row?.flags ?? 0) | noMetadata });
  const { problem } = new ProblemError('UNEXPECTED', { host: 'Lab' }, 'agent: thaw failed');
  const answer = { result: 'failed', requestId: null, problem, error: new Error() } as const;
  const looked = await lookAfterCreate(bench.session, { answer, expected });
  expect(judgeCreate({ answer, expected }, looked, false)).toMatchObject({
    result: 'failed',
    problem: { code: 'CREATE_HALF_DONE', detail: 'agent: thaw failed' },
    differences: ['vda writes to the new file /var/lib/libvirt/images/one.fresh.'],
  });
});
