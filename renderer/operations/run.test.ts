import { ORPCError } from '@orpc/client';
import { expect, test, vi } from 'vitest';
import type { OperationTypes } from '../../shared/operations/registry.ts';
import type { Outcome, RevertPlan } from '../../shared/schema.ts';
import { openDialog } from '../store/actions.ts';
import { anApp, anOutcome, aPlan } from '../store/fixtures.ts';
import type { Review } from './flow.ts';
import { firstChoice } from './revert/choice.ts';
import { Run } from './run.ts';

const subject = { hostId: 'h', uuid: 'u', domainName: 'db-01', aim: { kind: 'named' as const, name: 'clean' } };
const stale = new ORPCError('STALE_PLAN', { defined: true, data: { changes: ['It was shut off.'] } });
const gone = new ORPCError('PROBLEM', {
  defined: true,
  data: { code: 'GONE', what: 'It is gone.', effect: 'Nothing was changed.', next: 'Choose another.' },
});

/** An app with the confirmation open and its plan read. */
async function reviewed(run: () => Promise<Outcome>, plans: (RevertPlan | Error)[] = [aPlan()]) {
  const plan = vi.fn(async () => {
    const next = plans.shift();
    if (!next || next instanceof Error) throw next;
    return next;
  });
  const calls = { plan, run: vi.fn(run), held: vi.fn(async ({ planId }: { planId: string }) => aPlan({}, planId)) };
  const app = anApp({ changes: { revert: calls } });
  openDialog(app.store, { kind: 'revert', id: 1, ...subject });
  const shown = vi.fn();
  const opened = new Run(app, 'revert', subject, firstChoice, shown);
  await opened.plan();
  return { app, run: opened, calls, shown };
}

test('done: the dialog closes and a message tells what libvirt says', async () => {
  const { app, run } = await reviewed(async () => anOutcome());
  await run.start();
  expect(app.store.getState().dialog).toBeNull();
  expect(app.store.getState().notices).toMatchObject([
    { tone: 'done', title: 'db-01 reverted to “clean”, verified running' },
  ]);
});

test('everything that was read above the button is agreed to by it', async () => {
  const { run, calls } = await reviewed(async () => anOutcome());
  await run.start();
  expect(calls.run).toHaveBeenCalledWith(
    expect.objectContaining({ planId: 'p1', acknowledged: expect.arrayContaining(['MEMORY']) }),
  );
});

test('a second press while the first is under way does nothing', async () => {
  const { run, calls } = await reviewed(async () => anOutcome());
  await Promise.all([run.start(), run.start()]);
  expect(calls.run).toHaveBeenCalledTimes(1);
});

test('a protected domain whose name is not typed yet: Enter does nothing, as the button', async () => {
  const { run, calls } = await reviewed(async () => anOutcome(), [{ ...aPlan(), protected: true }]);
  await run.start();
  expect(calls.run).not.toHaveBeenCalled();
  expect(run.flow).toMatchObject({ step: 'review' });
});

test('a stale plan is not run: a new one is read, with nothing ticked', async () => {
  const { run } = await reviewed(() => Promise.reject(stale), [aPlan(), aPlan({}, 'p2')]);
  await run.start();
  expect(run.flow).toMatchObject({
    step: 'review',
    plan: { planId: 'p2' },
    changes: ['It was shut off.'],
    ticked: [],
  });
});

test('a stale plan: what was chosen by it is there to choose by the next', async () => {
  const plans = [aPlan(), aPlan({}, 'p2')];
  const call = (answer: () => Promise<unknown>) => vi.fn(answer);
  const calls = { plan: call(async () => plans.shift()), run: call(() => Promise.reject(stale)) };
  const app = anApp({ changes: { revert: calls } });
  const first = vi.fn(firstChoice);
  const run = new Run(app, 'revert', subject, first, vi.fn());
  await run.plan();
  const review = run.flow as Review<OperationTypes['revert']>;
  const choice = { ...review.choice, startState: 'paused' as const };
  run.reconsider({ ...review, choice });
  run.reconsider({ ...review, choice, ticked: [] });
  await run.start();
  expect(first.mock.calls).toMatchObject([
    [{ planId: 'p1' }, null],
    [{ planId: 'p2' }, { plan: { planId: 'p1' }, choice: { startState: 'paused' } }],
  ]);
});

test('a stale plan of a snapshot that is gone ends with the problem', async () => {
  const { run } = await reviewed(() => Promise.reject(stale), [aPlan(), gone]);
  await run.start();
  expect(run.flow).toMatchObject({ step: 'problem', problem: { code: 'GONE' } });
});

const risky = { code: 'SNAPSHOT_REVERT_RISKY', what: 'It is risky.', effect: '', next: '' };
const refused = anOutcome({ result: 'refused', problem: risky }, { retryPlanId: 'forced' });

test('refused as risky: the dialog stays, with the plan that asks for force', async () => {
  const { run } = await reviewed(async () => refused);
  await run.start();
  expect(run.flow).toMatchObject({ step: 'review', plan: { planId: 'forced' }, refusal: risky });
});

test('in the background: a refusal is told by a message that can be taken up again', async () => {
  const { app, run } = await reviewed(async () => refused);
  const running = run.start();
  app.store.setState({ dialog: null });
  run.close();
  await running;
  expect(app.store.getState().dialog).toBeNull();
  const held = { planId: 'forced', refusal: risky };
  expect(app.store.getState().notices).toMatchObject([{ tone: 'failed', retry: { kind: 'revert', held } }]);
});

test('a plan that the backend keeps is read instead of a new one', async () => {
  const { app, calls } = await reviewed(async () => anOutcome());
  const again = new Run(app, 'revert', { ...subject, held: { planId: 'kept', refusal: risky } }, firstChoice, vi.fn());
  await again.plan();
  expect(calls.plan).toHaveBeenCalledTimes(1);
  expect(again.flow).toMatchObject({ step: 'review', plan: { planId: 'kept' }, refusal: risky });
});

test('an answer that comes after the dialog was closed shows nothing', async () => {
  const { app, shown } = await reviewed(async () => anOutcome());
  const late = new Run(app, 'revert', subject, firstChoice, shown);
  shown.mockClear();
  late.close();
  await late.plan();
  expect(shown).not.toHaveBeenCalled();
});

test('an error that the contract does not know is reported as not known to be done or not', async () => {
  const { run } = await reviewed(() => Promise.reject(new Error('socket closed')));
  await run.start();
  expect(run.flow).toMatchObject({ step: 'problem', problem: { code: 'UNEXPECTED' } });
});
