import { expect, test, vi } from 'vitest';
import type { PlanRow, RevertPlan } from '../../shared/schema.ts';
import { aBatch, aBatchRow, anApp, aPlan, aPlanRow } from '../store/fixtures.ts';
import { labKind } from './lab/kind.ts';
import type { reviewOf } from './review.ts';
import { askBatch, BatchRun } from './run.ts';

type LabReview = ReturnType<typeof reviewOf<typeof labKind.type, ReturnType<typeof labKind.first>>>;

const problem = { code: 'GONE', what: 'It is gone.', effect: '', next: '' };
const out = aPlanRow({ uuid: 'v', plan: null, problem });

/** An app whose lab reset has been planned, with everything acknowledged. */
async function planned(run: () => Promise<unknown>, rows: PlanRow<RevertPlan>[] = [aPlanRow(), out]) {
  const revert = { planEach: vi.fn(async () => rows), runEach: vi.fn(run) };
  const app = anApp({ changes: { revert } }, { chosen: new Set(['h/u']) });
  askBatch(app, 'lab-reset');
  const { dialog } = app.store.getState();
  const reset = new BatchRun(app, labKind, dialog?.kind === 'lab-reset' ? dialog.keys : [], vi.fn());
  await reset.plan({ kind: 'current' });
  reset.set({ ...(reset.flow as LabReview), ticked: ['button'] });
  return { app, reset, run: revert.runEach, plan: revert.planEach };
}

test('nothing is planned before a target is chosen, and nothing runs before consent', async () => {
  const { reset, run, plan } = await planned(async () => undefined);
  expect(plan).toHaveBeenCalledWith({ items: [{ hostId: 'h', uuid: 'u' }], aim: { kind: 'current' } });
  reset.set({ ...(reset.flow as LabReview), ticked: [] });
  await reset.run();
  expect(run).not.toHaveBeenCalled();
});

test('only what is not left out runs, once, and the selection is let go', async () => {
  const { app, reset, run } = await planned(async () => undefined);
  await Promise.all([reset.run(), reset.run()]);
  expect(run).toHaveBeenCalledTimes(1);
  expect(run).toHaveBeenCalledWith(
    expect.objectContaining({
      orders: [expect.objectContaining({ planId: 'p1', choice: expect.objectContaining({ safetySnapshot: true }) })],
      onFailure: 'stop',
      leftOut: [expect.objectContaining({ why: 'It is gone.' })],
    }),
  );
  expect(app.store.getState().chosen.size).toBe(0);
  expect(app.store.getState().dialog).toEqual({ kind: 'batch', planId: 'p1' });
});

test('the names of protected domains go with their plans', async () => {
  const { reset, run } = await planned(async () => undefined, [aPlanRow({ plan: { ...aPlan(), protected: true } })]);
  await reset.run();
  expect(run).not.toHaveBeenCalled();
  reset.set({ ...(reset.flow as LabReview), typedNames: { p1: 'db-01' } });
  await reset.run();
  expect(run).toHaveBeenCalledWith(
    expect.objectContaining({ orders: [expect.objectContaining({ typedName: 'db-01' })] }),
  );
});

test('a batch that was not started says so and leaves the selection; the answer of a known one may be lost', async () => {
  const { app, reset } = await planned(() => Promise.reject(new Error('no plan')));
  await reset.run();
  expect(app.store.getState().dialog).toBeNull();
  expect(app.store.getState().notices).toMatchObject([{ tone: 'failed' }]);
  expect(app.store.getState().chosen.size).toBe(1);

  const again = await planned(() => Promise.reject(new Error('socket closed')));
  const known = aBatch([aBatchRow({ status: 'running' })], { endedAt: null });
  again.app.store.setState({ batches: new Map([[known.id, known]]) });
  await again.reset.run();
  expect(again.app.store.getState()).toMatchObject({ dialog: { kind: 'batch' }, notices: [] });
});
