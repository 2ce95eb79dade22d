import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { Outcome } from '../../../shared/schema.ts';
import type { ProblemError } from '../../hosts/problems.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { type Bench, createBench, createServices, engineOn, uuidOf } from '../../testing.ts';
import type { Engine } from './engine.ts';
import { StalePlanError } from './plans.ts';
import type { Services } from './services.ts';

let bench: Bench;
let services: Services;
let engine: Engine;
const uuid = uuidOf(1);

beforeEach(async () => {
  bench = createBench([{ name: 'web', uuid, state: 'running', id: 1 }]);
  services = await createServices(bench);
  engine = engineOn(bench, services);
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
  it('waits for libvirt’s answer, calls off what has not started, and begins nothing more', async () => {
    bench.simulator.faults.delay('domainSuspend', 60);
    const [first, second, third] = [await suspend(), await suspend(), await suspend()];
    const running = engine.run('power', first);
    const queued = engine.run('power', second);
    await bench.until(() => services.operations.underWay().length === 2);
    await engine.end(AbortSignal.timeout(30_000));
    expect(services.operations.underWay()).toEqual([]);
    expect(Outcome.parse(await running)).toMatchObject({ result: 'done' });
    expect(await queued).toMatchObject({ result: 'cancelled' });
    expect(await codeOf(engine.run('power', third))).toBe('ENDING');
  });

  it('waits no longer than told, and leaves a request that the next start settles', async () => {
    bench.simulator.faults.delay('domainSuspend', 5_000);
    const running = engine.run('power', await suspend());
    await bench.until(() => services.journal.list({ limit: 1 }).length === 1);
    await engine.end(AbortSignal.timeout(20));
    expect(services.journal.list({ limit: 1 })).toMatchObject([{ result: null }]);
    await bench.session.disconnect();
    expect(await running).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' } });
    expect(services.journal.unsettled(bench.session.host, 0)).toHaveLength(1);
  });
});

describe('what is the same for every kind', () => {
  it('a domain that vanished makes a plan stale', async () => {
    const order = await suspend();
    bench.simulator.hands.destroy('web');
    bench.simulator.hands.undefine('web');
    await expect(engine.run('power', order)).rejects.toThrow(StalePlanError);
    expect(services.journal.list({ limit: 9 })).toEqual([]);
  });

  it('a plan of one kind is none of another', async () => {
    const order = await suspend();
    expect(await codeOf(engine.run('revert', order as never))).toBe('NO_PLAN');
  });

  it('what does not pass its check never becomes an operation', async () => {
    const order = await suspend();
    await engine.run('power', await suspend());
    await expect(engine.run('power', order)).rejects.toThrow(StalePlanError);
    expect(services.operations.list()).toHaveLength(1);
  });

  it('a plan is carried out once; one that did not pass its check may be tried again', async () => {
    const order = await suspend();
    await services.marks.protect(bench.session.host, uuid, true);
    const reset = await engine.plan('power', 'lab', uuid, { action: 'destroy' });
    expect(await codeOf(engine.run('power', { ...order, planId: reset.planId }))).not.toBe('done');
    expect(await codeOf(engine.run('power', { ...order, planId: reset.planId }))).not.toBe('NO_PLAN');
    expect(await codeOf(engine.run('power', order))).toBe('done');
    expect(await codeOf(engine.run('power', order))).toBe('NO_PLAN');
  });

  it('waits for its turn, and can be taken out of the queue before anything is asked', async () => {
    bench.simulator.faults.delay('domainSuspend', 60);
    const first = engine.run('power', await suspend());
    const second = engine.run('power', await suspend());
    await bench.until(() => services.operations.list().some(({ phase }) => phase === 'queued'));
    const queued = services.operations.list().find(({ phase }) => phase === 'queued');
    services.operations.cancel(queued?.id ?? '');
    expect(await second).toMatchObject({ result: 'cancelled' });
    expect(await first).toMatchObject({ result: 'done' });
    expect(services.journal.list({ limit: 9 })).toHaveLength(1);
  });

  it('an answer of libvirt is an outcome, and in the journal', async () => {
    expect(await engine.run('power', await suspend())).toMatchObject({ result: 'done' });
    expect(services.journal.list({ limit: 1 })).toMatchObject([{ kind: 'power', result: 'done' }]);
  });

  it.each([
    ['INTERNAL_ERROR', 'failed'],
    ['OPERATION_INVALID', 'refused'],
  ] as const)('libvirt’s error %s means that it was %s', async (code, result) => {
    const error = { code: errorCode[code], domain: errorDomain.QEMU, level: 2, message: 'no space' };
    bench.simulator.faults.failNext('domainSuspend', new LibvirtError(error));
    expect(await engine.run('power', await suspend())).toMatchObject({ result });
    expect(services.journal.list({ limit: 1 })).toMatchObject([{ result }]);
  });

  it('a journal that cannot be written keeps libvirt from being asked', async () => {
    const append = () => Promise.reject(new Error('no space left'));
    services = await createServices(bench, { lines: async function* () {}, close: async () => {}, append });
    engine = engineOn(bench, services);
    const outcome = await engine.run('power', await suspend());
    expect(outcome).toMatchObject({
      result: 'refused',
      problem: { code: 'JOURNAL_FAILED' },
      found: { state: 'running' },
    });
  });
});
