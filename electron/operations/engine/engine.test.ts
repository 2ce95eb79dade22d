import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outcome } from '../../../shared/schema.ts';
import type { Ground } from '../../hosts/ground.ts';
import { StalePlanError } from '../../hosts/held-plans.ts';
import type { ProblemError } from '../../hosts/problems.ts';
import { type Bench, createBench, createGround, engineOn, uuidOf } from '../../hosts/testing.ts';
import type { Engine } from './engine.ts';

let bench: Bench;
let ground: Ground;
let engine: Engine;
const uuid = uuidOf(1);

beforeEach(async () => {
  bench = createBench([{ name: 'web', uuid, state: 'running', id: 1 }]);
  ground = await createGround(bench);
  engine = engineOn(bench, ground);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());

const suspend = async (acknowledged: string[] = []) => {
  const { planId } = await engine.plan('power', 'lab', uuid, { action: 'suspend' });
  return { planId, choice: { discardSave: false }, acknowledged };
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: ProblemError) => error.problem?.code ?? error.name,
  );

describe('the end of the app', () => {
  it('waits for libvirt’s answer, calls off what has not begun, and begins nothing more', async () => {
    bench.simulator.faults.delay('domainSuspend', 60);
    const [first, second, third] = [await suspend(), await suspend(), await suspend()];
    const running = engine.run('power', first);
    const queued = engine.run('power', second);
    await bench.until(() => ground.operations.underWay().length === 2);
    await engine.end(AbortSignal.timeout(30_000));
    expect(ground.operations.underWay()).toEqual([]);
    expect(Outcome.parse(await running)).toMatchObject({ result: 'done' });
    expect(await queued).toMatchObject({ result: 'cancelled' });
    expect(await codeOf(engine.run('power', third))).toBe('ENDING');
  });

  it('waits no longer than told, and leaves a request that the next start settles', async () => {
    bench.simulator.faults.delay('domainSuspend', 5_000);
    const running = engine.run('power', await suspend());
    await bench.until(() => ground.journal.list({ limit: 1 }).length === 1);
    await engine.end(AbortSignal.timeout(20));
    expect(ground.journal.list({ limit: 1 })).toMatchObject([{ result: null }]);
    await bench.session.disconnect();
    expect(await running).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' } });
    expect(ground.journal.unsettled(bench.session.host, 0)).toHaveLength(1);
  });
});

describe('what is the same for every kind', () => {
  it('a domain that vanished makes a plan stale', async () => {
    const order = await suspend();
    bench.simulator.hands.destroy('web');
    bench.simulator.hands.undefine('web');
    await expect(engine.run('power', order)).rejects.toThrow(StalePlanError);
    expect(ground.journal.list({ limit: 9 })).toEqual([]);
  });

  it('a plan of one kind is none of another', async () => {
    const order = await suspend();
    expect(await codeOf(engine.run('revert', order as never))).toBe('NO_PLAN');
  });
});
