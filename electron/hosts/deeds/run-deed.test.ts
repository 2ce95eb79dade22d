import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { deleteSnapshot } from '../../libvirt/snapshots.ts';
import type { Ground } from '../ground.ts';
import { HeldPlans, StalePlanError } from '../held-plans.ts';
import { type Bench, createBench, createGround, uuidOf } from '../testing.ts';
import { askLibvirt } from './ask.ts';
import { type Deed, type DeedHandle, type Ended, runDeed } from './run-deed.ts';

const uuid = uuidOf(1);
const plans = new HeldPlans();
const done: Ended = { result: 'done', notes: [], differences: [] };
let bench: Bench;
let ground: Ground;

beforeEach(async () => {
  bench = createBench([{ name: 'one', uuid, snapshots: [{ name: 'clean', ago: 60 }] }]);
  bench.session.connect();
  await bench.status('connected');
  ground = await createGround(bench);
});
afterEach(() => bench.close());

const deed = (more: Partial<Deed<void>>): Deed<void> => ({
  session: bench.session,
  uuid,
  about: { kind: 'delete', domainName: 'one', subject: '“clean”' },
  claim: plans.claim(plans.keep({ planId: randomUUID() }).planId),
  check: async () => {},
  carryOut: async () => done,
  ...more,
});
const request = (operation: DeedHandle) => ({
  operationId: operation.id,
  kind: 'delete' as const,
  host: bench.session.host,
  domain: { uuid, name: 'one' },
  snapshot: 'clean',
  flags: 0,
  plan: [],
  currentBefore: 'clean',
});
const asks = (ask: () => Promise<void>) =>
  deed({
    async carryOut(_, operation) {
      const answer = await askLibvirt(request(operation), ask, ground);
      return { ...done, result: answer.result, ...('problem' in answer ? { problem: answer.problem } : {}) };
    },
  });
const remove = () => deleteSnapshot(bench.session.writes, uuid, 'clean');
const entry = () => ground.journal.list({ limit: 1 })[0];

it('what does not pass its check never becomes an operation', async () => {
  const stale = deed({ check: () => Promise.reject(new StalePlanError(['It was shut off.'])) });
  await expect(runDeed(stale, ground)).rejects.toThrow('It was shut off.');
  expect(ground.operations.list()).toEqual([]);
});

it('a plan is carried out once; one that did not pass its check may be tried again', async () => {
  const { planId } = plans.keep({ planId: 'p' });
  const stale = deed({ claim: plans.claim(planId), check: () => Promise.reject(new StalePlanError(['No.'])) });
  expect(() => plans.claim(planId)).toThrow();
  await expect(runDeed(stale, ground)).rejects.toThrow('No.');
  await runDeed(deed({ claim: plans.claim(planId) }), ground);
  expect(() => plans.claim(planId)).toThrow();
});

it('waits for its turn, and can be taken out of the queue before anything is asked', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = runDeed(deed({ carryOut: () => held.then(() => done) }), ground);
  const carryOut = vi.fn(async () => done);
  const second = runDeed(deed({ carryOut }), ground);
  const queued = ground.operations.list().find(({ phase }) => phase === 'queued');
  ground.operations.cancel(queued?.id ?? '');
  expect(await second).toMatchObject({ result: 'cancelled' });
  release();
  expect(await first).toMatchObject({ result: 'done' });
  expect(carryOut).not.toHaveBeenCalled();
});

it('can be cancelled while it works only where it listens', async () => {
  const cancelled = runDeed(
    deed({
      carryOut: (_, operation) => {
        operation.phase('verifying');
        expect(() => ground.operations.cancel(operation.id)).toThrow();
        operation.phase('working', 'abortable');
        return new Promise((resolve) => {
          operation.signal.addEventListener('abort', () => resolve({ ...done, result: 'cancelled' }));
          ground.operations.cancel(operation.id);
        });
      },
    }),
    ground,
  );
  expect(await cancelled).toMatchObject({ result: 'cancelled' });
});

it('an answer of libvirt is an outcome, and in the journal', async () => {
  expect(await runDeed(asks(remove), ground)).toMatchObject({ result: 'done' });
  expect(entry()).toMatchObject({ kind: 'delete', result: 'done' });
  expect(await runDeed(asks(remove), ground)).toMatchObject({
    result: 'refused',
    problem: { code: 'NO_DOMAIN_SNAPSHOT', what: 'The snapshot no longer exists.' },
  });
});

it('an error on the way is a failure, not a refusal', async () => {
  const error = { code: errorCode.INTERNAL_ERROR, domain: errorDomain.QEMU, level: 2, message: 'no space' };
  bench.simulator.faults.failNext('domainSnapshotDelete', new LibvirtError(error));
  expect(await runDeed(asks(remove), ground)).toMatchObject({ result: 'failed' });
  expect(entry()).toMatchObject({ result: 'failed' });
});

it('a connection that is lost on the way leaves the outcome unknown, and the request open', async () => {
  bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'after');
  expect(await runDeed(asks(remove), ground)).toMatchObject({
    result: 'unknown',
    problem: { code: 'OUTCOME_UNKNOWN' },
  });
  expect(entry()).toMatchObject({ result: null });
});

it('a journal that cannot be written keeps libvirt from being asked', async () => {
  const append = () => Promise.reject(new Error('no space left'));
  const broken = await createGround(bench, { read: async () => '', close: async () => {}, append });
  const ask = vi.fn(async () => {});
  const outcome = await runDeed(
    deed({
      async carryOut(_, operation) {
        const answer = await askLibvirt(request(operation), ask, broken);
        return { ...done, result: answer.result };
      },
    }),
    broken,
  );
  expect(outcome).toMatchObject({ result: 'refused' });
  expect(ask).not.toHaveBeenCalled();
});
