import { expect, test, vi } from 'vitest';
import { aLabPlanRow, aLabRun, aLabRunRow, anApp, aPlan } from '../store/fixtures.ts';
import type { App } from '../store/store.ts';
import type { LabPlanRow, LabReview } from './flow.ts';
import { askLabReset, planLab, runLab, setLabFlow } from './run.ts';

const problem = { code: 'GONE', what: 'It is gone.', effect: '', next: '' };
const out = aLabPlanRow({ uuid: 'v', plan: null, problem });

/** An app whose lab reset has been planned, with everything acknowledged. */
async function planned(run: () => Promise<unknown>, rows: LabPlanRow[] = [aLabPlanRow(), out]) {
  const revert = { planEach: vi.fn(async () => rows), runEach: vi.fn(run) };
  const client = { changes: { revert } };
  const app = anApp(client, { chosen: new Set(['h/u']) });
  askLabReset(app);
  const id = dialogOf(app)?.id ?? 0;
  await planLab(app, id, { kind: 'current' });
  const flow = dialogOf(app)?.flow as LabReview;
  setLabFlow(app, id, { ...flow, acknowledged: true });
  return { app, id, run: revert.runEach, plan: revert.planEach };
}

function dialogOf({ store }: App) {
  const { dialog } = store.getState();
  return dialog?.kind === 'lab-reset' ? dialog : null;
}

test('nothing is planned before a target is chosen, and nothing runs before consent', async () => {
  const { app, id, run, plan } = await planned(async () => undefined);
  expect(plan).toHaveBeenCalledWith({ items: [{ hostId: 'h', uuid: 'u' }], aim: { kind: 'current' } });
  setLabFlow(app, id, { ...(dialogOf(app)?.flow as LabReview), acknowledged: false });
  await runLab(app, id);
  expect(run).not.toHaveBeenCalled();
});

test('only what is not left out runs, once, and the selection is let go', async () => {
  const { app, id, run } = await planned(async () => undefined);
  await Promise.all([runLab(app, id), runLab(app, id)]);
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
  const { app, id, run } = await planned(
    async () => undefined,
    [aLabPlanRow({ plan: { ...aPlan(), protected: true } })],
  );
  await runLab(app, id);
  expect(run).not.toHaveBeenCalled();
  setLabFlow(app, id, { ...(dialogOf(app)?.flow as LabReview), typedNames: { p1: 'db-01' } });
  await runLab(app, id);
  expect(run).toHaveBeenCalledWith(
    expect.objectContaining({ orders: [expect.objectContaining({ typedName: 'db-01' })] }),
  );
});

test('a run that was not begun says so and leaves the selection; the answer of a known run may be lost', async () => {
  const { app, id } = await planned(() => Promise.reject(new Error('no plan')));
  await runLab(app, id);
  expect(dialogOf(app)?.flow).toMatchObject({ step: 'problem', problem: { code: 'UNEXPECTED' } });
  expect(app.store.getState().chosen.size).toBe(1);

  const again = await planned(() => Promise.reject(new Error('socket closed')));
  const known = aLabRun([aLabRunRow({ status: 'running' })], { endedAt: null });
  again.app.store.setState({ batches: new Map([[known.id, known]]) });
  await runLab(again.app, again.id);
  expect(again.app.store.getState()).toMatchObject({ dialog: { kind: 'batch' }, notices: [] });
});
