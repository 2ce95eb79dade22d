import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentsOfButton } from '../../../shared/operations/operation.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import { Batch, type PlanRow, type RevertAim, RevertPlan } from '../../../shared/schema.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { qcow2 } from '../../simulator/build.ts';
import { type Bench, createBench, createServices, engineOn, uuidOf } from '../../testing.ts';
import { Batches } from './batches.ts';
import type { Services } from './services.ts';

let bench: Bench;
let services: Services;
let runs: Batches;

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
  services = await createServices(bench);
  bench.session.connect();
  await bench.status('connected');
  const session = (id: string) => {
    if (id !== 'lab') throw new ProblemError('NO_HOST');
    return bench.session;
  };
  runs = new Batches(bench.hub, engineOn(bench, services), session);
});
afterEach(() => bench.close());

const items = (...numbers: number[]) => numbers.map((n) => ({ hostId: 'lab', uuid: uuidOf(n) }));
const plan = async (aim: RevertAim, ...numbers: number[]) => runs.plan('revert', items(...numbers), aim);
interface Given {
  readonly parallelPerHost?: number;
  readonly onFailure?: 'stop' | 'continue';
  readonly safetySnapshot?: boolean;
  readonly forced?: boolean;
  readonly typedName?: string;
}
/** Everything but force is agreed to. */
const run = async (rows: PlanRow<RevertPlan>[], given: Given = {}) => {
  const { parallelPerHost = 4, onFailure = 'continue', safetySnapshot = false, forced = false, typedName } = given;
  const orders = rows.flatMap(({ plan: made }) => {
    if (!made) return [];
    const choice = { startState: 'as-saved', safetySnapshot, removeManagedSave: false, resetNvram: false } as const;
    const assessment = revertType.assess(RevertPlan.parse(made), made.facts, choice);
    const ticks = forced ? assessment.requirements.map(({ code }) => code) : [];
    return [{ planId: made.planId, choice, acknowledged: [...consentsOfButton(assessment), ...ticks], typedName }];
  });
  return Batch.parse(await runs.run('revert', { orders, parallelPerHost, onFailure, leftOut: [] }));
};
const ends = (of: Batch) =>
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
    await services.marks.tag(bench.session.host, uuidOf(1), 'clean', createdAt, ['golden']);
    await services.marks.tag(bench.session.host, uuidOf(1), 'newer', createdAt - 1_000, ['golden']);
    const tagged = await plan({ kind: 'tagged', tag: 'golden' }, 1, 5);
    expect(tagged.map((row) => [row.plan?.facts.snapshot.name, row.problem?.code])).toEqual([
      ['clean', undefined],
      [undefined, 'NO_TAGGED_SNAPSHOT'],
    ]);
    const named = await plan({ kind: 'named', name: 'newer' }, 1, 5);
    expect(named.map((row) => row.problem?.code)).toEqual([undefined, 'SNAPSHOT_GONE']);
    expect(named[1]?.problem?.what).toContain('no longer exists');
  });
});

describe('a run', () => {
  it('reverts every row, so many at a time, and tells as it goes', async () => {
    const rows = await plan({ kind: 'named', name: 'clean' }, 1, 2, 3, 4);
    const end = await run(rows, { parallelPerHost: 2, safetySnapshot: true });
    expect(ends(end)).toEqual([1, 2, 3, 4].map((n) => [`lab-${n}`, 'ended', 'done']));
    expect(end.endedAt).not.toBeNull();
    expect(end.rows.every((row) => row.outcome?.detail?.safety?.result === 'taken')).toBe(true);
    const told = bench.events.flatMap((event) => (event.type === 'batch' ? [event.run] : []));
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
    expect(ends(await run(await plan({ kind: 'current' }, 5)))).toEqual([['saved', 'ended', 'NOT_ACKNOWLEDGED']]);
    await services.marks.protect(bench.session.host, uuidOf(5), true);
    const rows = await plan({ kind: 'current' }, 5);
    expect(ends(await run(rows, { forced: true }))).toEqual([['saved', 'ended', 'NAME_NOT_TYPED']]);
    const end = await run(rows, { forced: true, typedName: 'saved' });
    expect(end.rows[0]?.outcome).toMatchObject({ result: 'done', detail: { forced: true } });
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
    const choice = {
      startState: 'as-saved',
      safetySnapshot: false,
      removeManagedSave: false,
      resetNvram: false,
    } as const;
    const orders = [{ planId: 'x', choice, acknowledged: [] }];
    await expect(
      runs.run('revert', { orders, parallelPerHost: 1, onFailure: 'stop', leftOut: [] }),
    ).rejects.toMatchObject({
      problem: { code: 'NO_PLAN' },
    });
    expect(runs.list()).toEqual([]);
  });
});
