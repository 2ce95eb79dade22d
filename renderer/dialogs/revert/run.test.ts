import { ORPCError } from '@orpc/client';
import { expect, test, vi } from 'vitest';
import type { RevertOutcome, RevertPlan } from '../../../shared/schema.ts';
import { anApp, anOutcome, aPlan } from '../../store/fixtures.ts';
import type { App } from '../../store/store.ts';
import { askRevert, runRevert } from './run.ts';

const request = { hostId: 'h', uuid: 'u', domainName: 'db-01', target: { kind: 'named' as const, name: 'clean' } };
const stale = new ORPCError('STALE_PLAN', { defined: true, data: { changes: ['It was shut off.'] } });
const gone = new ORPCError('PROBLEM', {
  defined: true,
  data: { code: 'GONE', what: 'It is gone.', effect: 'Nothing was changed.', next: 'Choose another.' },
});

/** An app with the confirmation open and its plan read. */
async function reviewed(run: () => Promise<RevertOutcome>, plans: (RevertPlan | Error)[] = [aPlan()]) {
  const plan = vi.fn(async () => {
    const next = plans.shift();
    if (!next || next instanceof Error) throw next;
    return next;
  });
  const app = anApp({ revert: { plan, run: vi.fn(run) } });
  askRevert(app, request);
  await settled();
  return { app, id: dialogOf(app)?.id ?? 0 };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

function dialogOf({ store }: App) {
  const { dialog } = store.getState();
  return dialog?.kind === 'revert' ? dialog : null;
}

test('done: the dialog closes and a message tells what libvirt says', async () => {
  const { app, id } = await reviewed(async () => anOutcome());
  await runRevert(app, id);
  expect(dialogOf(app)).toBeNull();
  expect(app.store.getState().notices).toMatchObject([
    { tone: 'done', title: 'db-01 reverted to “clean”, verified running' },
  ]);
});

test('a second press while the first is under way does nothing', async () => {
  const { app, id } = await reviewed(async () => anOutcome());
  await Promise.all([runRevert(app, id), runRevert(app, id)]);
  expect(app.client.revert.run).toHaveBeenCalledTimes(1);
});

test('a stale plan is not run: a new one is read, with nothing acknowledged', async () => {
  const { app, id } = await reviewed(() => Promise.reject(stale), [aPlan(), aPlan({}, 'p2')]);
  await runRevert(app, id);
  await settled();
  expect(dialogOf(app)?.flow).toMatchObject({
    step: 'review',
    plan: { planId: 'p2' },
    changes: ['It was shut off.'],
    acknowledged: [],
  });
});

test('a stale plan of a snapshot that is gone ends with the problem', async () => {
  const { app, id } = await reviewed(() => Promise.reject(stale), [aPlan(), gone]);
  await runRevert(app, id);
  await settled();
  expect(dialogOf(app)?.flow).toMatchObject({ step: 'problem', problem: { code: 'GONE' } });
});

test('refused as risky: the dialog stays, with the plan that asks for force', async () => {
  const outcome = anOutcome({ result: 'refused', retryWith: aPlan({}, 'forced') });
  const { app, id } = await reviewed(async () => outcome);
  await runRevert(app, id);
  expect(dialogOf(app)?.flow).toMatchObject({ step: 'review', plan: { planId: 'forced' } });
});

test('in the background: a refusal is told by a message that can be taken up again', async () => {
  const outcome = anOutcome({ result: 'refused', retryWith: aPlan({}, 'forced') });
  const { app, id } = await reviewed(async () => outcome);
  const running = runRevert(app, id);
  app.store.setState({ dialog: null });
  await running;
  expect(dialogOf(app)).toBeNull();
  expect(app.store.getState().notices).toMatchObject([{ tone: 'failed', retry: { flow: { step: 'review' } } }]);
});

test('an answer that comes after the dialog was closed opens nothing', async () => {
  const app = anApp({ revert: { plan: async () => aPlan() } });
  askRevert(app, request);
  app.store.setState({ dialog: null });
  await settled();
  expect(dialogOf(app)).toBeNull();
});

test('an error that the contract does not know is reported as not known to be done or not', async () => {
  const { app, id } = await reviewed(() => Promise.reject(new Error('socket closed')));
  await runRevert(app, id);
  expect(dialogOf(app)?.flow).toMatchObject({ step: 'problem', problem: { code: 'UNEXPECTED' } });
});
