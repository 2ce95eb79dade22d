import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabPlanRow, LabRun } from '../../../shared/schema.ts';
import { qcow2 } from '../../simulator/build.ts';
import type { Ground } from '../ground.ts';
import type { HostPool } from '../host-pool.ts';
import { ProblemError } from '../problems.ts';
import { type Bench, createBench, createGround, uuidOf } from '../testing.ts';
import { type LabRequest, LabRuns } from './lab-runs.ts';
import { planLabReset } from './plan.ts';

let bench: Bench;
let ground: Ground;
let runs: LabRuns;
let pool: HostPool;

beforeEach(async () => {
  bench = createBench([
    ...[1, 2, 3, 4].map((n) => ({
      name: `lab-${n}`,
      uuid: uuidOf(n),
      state: 'running' as const,
      // No storage pool has the second, so that nobody can look what is inside.
      ...(n === 2 ? { disks: [{ ...qcow2('lab-2', 'vda'), path: '/srv/lab-2.qcow2' }] } : {}),
      snapshots: [
        { name: 'clean', ago: 90, state: 'running' as const },
        { name: 'newer', ago: 30 },
      ],
    })),
    { name: 'saved', uuid: uuidOf(5), managedSave: true, snapshots: [{ name: 'clean', ago: 60 }] },
    { name: 'empty', uuid: uuidOf(6) },
  ]);
  ground = await createGround(bench);
  bench.session.connect();
  await bench.status('connected');
  const session = (id: string) => {
    if (id !== 'lab') throw new ProblemError('NO_HOST');
    return bench.session;
  };
  runs = new LabRuns(bench.hub, ground, session);
  pool = { hosts: [bench.session.host], domains: bench.session.domains, session } as unknown as HostPool;
});
afterEach(() => bench.close());

const items = (...numbers: number[]) => numbers.map((n) => ({ hostId: 'lab', uuid: uuidOf(n) }));
const plan = async (aim: Parameters<typeof planLabReset>[1], ...numbers: number[]) =>
  (await planLabReset(items(...numbers), aim, pool, ground.plans)).map((row) => LabPlanRow.parse(row));
const request = (rows: LabPlanRow[], more: Partial<LabRequest> = {}): LabRequest => ({
  planIds: rows.flatMap((row) => (row.plan ? [row.plan.planId] : [])),
  startState: 'as-saved',
  acknowledged: [],
  forceAcknowledged: false,
  onFailure: 'continue',
  safetySnapshot: false,
  removeManagedSave: false,
  typedNames: {},
  ...more,
});
const run = async (...args: Parameters<typeof request>) => LabRun.parse(await runs.run(request(...args)));
const ends = (of: LabRun) =>
  of.rows.map((row) => [row.domainName, row.status, row.outcome?.result ?? row.problem?.code ?? null]);

describe('a plan', () => {
  it('resolves the target for each row, and says where there is none', async () => {
    const rows = await plan({ kind: 'newest' }, 1, 5, 6, 9);
    expect(rows.map((row) => [row.domainName, row.plan?.facts.snapshot.name, row.problem?.code])).toEqual([
      ['lab-1', 'newer', undefined],
      ['saved', 'clean', undefined],
      ['empty', undefined, 'NO_SNAPSHOT'],
      [uuidOf(9), undefined, 'NO_DOMAIN'],
    ]);
    const { snapshots } = (await bench.session.readSnapshots(uuidOf(1))).list;
    const createdAt = snapshots.find(({ name }) => name === 'clean')?.createdAt ?? 0;
    await ground.marks.tag(bench.session.host, uuidOf(1), 'clean', createdAt, ['golden']);
    await ground.marks.tag(bench.session.host, uuidOf(1), 'newer', createdAt - 1_000, ['golden']);
    const tagged = await plan({ kind: 'tagged', tag: 'golden' }, 1, 5);
    expect(tagged.map((row) => [row.plan?.facts.snapshot.name, row.problem?.code])).toEqual([
      ['clean', undefined],
      [undefined, 'NO_TAGGED_SNAPSHOT'],
    ]);
    const named = await plan({ kind: 'named', name: 'newer' }, 1, 5);
    expect(named.map((row) => row.problem?.code)).toEqual([undefined, 'SNAPSHOT_GONE']);
    expect(named[1]?.excluded.running).toContain('no longer exists');
  });

  it('says per start state what is left out and what needs force', async () => {
    bench.simulator.hands.startBlockJob('lab-2', 'vda');
    const [fine, blocked, forced] = await plan({ kind: 'current' }, 1, 2, 5);
    expect(fine).toMatchObject({ excluded: { 'as-saved': null }, needsForce: { 'as-saved': false } });
    expect(blocked?.excluded['as-saved']).toContain('block job');
    expect(forced).toMatchObject({ needsForce: { 'as-saved': true, running: true } });
  });
});

describe('a run', () => {
  it('reverts every row, so many at a time, and tells as it goes', async () => {
    const rows = await plan({ kind: 'named', name: 'clean' }, 1, 2, 3, 4);
    const end = await run(rows, { parallelPerHost: 2, safetySnapshot: true });
    expect(ends(end)).toEqual([1, 2, 3, 4].map((n) => [`lab-${n}`, 'ended', 'done']));
    expect(end.endedAt).not.toBeNull();
    expect(end.rows.every((row) => row.outcome?.safety?.result === 'taken')).toBe(true);
    const told = bench.events.flatMap((event) => (event.type === 'lab-run' ? [event.run] : []));
    const running = told.map((each) => each.rows.filter((row) => row.status === 'running').length);
    expect(Math.max(...running)).toBe(2);
    expect(runs.list()).toEqual([end]);
  });

  it.each([
    ['continue', ['done', 'failed', 'done', 'done'], ['ended', 'ended', 'ended', 'ended']],
    ['stop', ['done', 'failed', null, null], ['ended', 'ended', 'skipped', 'skipped']],
  ] as const)('with a failing row: %s', async (onFailure, results, statuses) => {
    bench.simulator.hands.loseSnapshot('lab-2', 'clean');
    const end = await run(await plan({ kind: 'named', name: 'clean' }, 1, 2, 3, 4), { onFailure, parallelPerHost: 1 });
    expect(end.rows.map((row) => row.outcome?.result ?? null)).toEqual(results);
    expect(end.rows.map((row) => row.status)).toEqual(statuses);
    expect(end.rows[1]?.outcome).toMatchObject({ found: { state: 'shutoff' }, problem: { code: 'OPERATION_FAILED' } });
  });

  it('tells what changed where a plan no longer holds', async () => {
    const rows = await plan({ kind: 'named', name: 'clean' }, 1, 2);
    bench.simulator.hands.suspend('lab-1');
    const end = await run(rows);
    expect(ends(end)).toEqual([
      ['lab-1', 'ended', 'PLAN_STALE'],
      ['lab-2', 'ended', 'done'],
    ]);
    expect(end.rows[0]?.changes).toEqual(['The domain is paused now; it was running.']);
  });

  it('uses force only where that was acknowledged, and wants protected names typed', async () => {
    expect(ends(await run(await plan({ kind: 'current' }, 5)))).toEqual([['saved', 'ended', 'FORCE_NOT_ACKNOWLEDGED']]);
    await ground.marks.protect(bench.session.host, uuidOf(5), true);
    const rows = await plan({ kind: 'current' }, 5);
    expect(ends(await run(rows, { forceAcknowledged: true }))).toEqual([['saved', 'ended', 'NAME_NOT_TYPED']]);
    const typedNames = { [rows[0]?.plan?.planId ?? '']: 'saved' };
    const end = await run(rows, { forceAcknowledged: true, typedNames });
    expect(end.rows[0]?.outcome).toMatchObject({ result: 'done', forced: true });
  });

  it('that is stopped begins no further rows', async () => {
    const running = run(await plan({ kind: 'named', name: 'clean' }, 1, 2, 3), { parallelPerHost: 1 });
    await bench.until(() => runs.list()[0]?.rows.some((row) => row.status === 'running'));
    runs.stop(runs.list()[0]?.id ?? '');
    const end = await running;
    expect(end.rows.map((row) => row.status)).toEqual(['ended', 'skipped', 'skipped']);
    expect(end.stopRequested).toBe(true);
    expect(() => runs.stop(end.id)).toThrow(ProblemError);
  });

  it('does not begin with a plan that is not held', async () => {
    const rows = await plan({ kind: 'current' }, 1);
    await expect(runs.run({ ...request(rows), planIds: ['x'] })).rejects.toMatchObject({
      problem: { code: 'NO_PLAN' },
    });
    expect(runs.list()).toEqual([]);
  });
});
