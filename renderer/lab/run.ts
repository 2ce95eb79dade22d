import type { Batch } from '../../shared/schema.ts';
import { problemOf } from '../api.ts';
import { tellCallFailed } from '../commands/effects.ts';
import { chooseDomains, clearChosen, freshId, openDialog } from '../store/actions.ts';
import { batchByPlan, chosenDomains } from '../store/selectors.ts';
import { type App, type DomainKey, domainKey } from '../store/store.ts';
import { type LabFlow, type LabTarget, labBlockedBy, labCounts, labReviewOf, leftOutOf, ordersOf } from './flow.ts';

const usualParallel = 4;

/** Opens the lab reset of the selected domains. Nothing is planned before a target is chosen. */
export function askLabReset(app: App): void {
  const keys = chosenDomains(app.store.getState()).map(domainKey);
  if (keys.length === 0) return;
  openDialog(app.store, {
    kind: 'lab-reset',
    id: freshId(),
    keys,
    flow: { step: 'target', kind: 'current', name: '', tag: '' },
  });
}

/** Opens the plan of going back to where domains were before their last reverts. */
export function askUndoAll(app: App, keys: readonly DomainKey[]): void {
  const id = freshId();
  const target = { kind: 'undo' } as const;
  openDialog(app.store, { kind: 'lab-reset', id, keys, flow: { step: 'planning', target } });
  void planLab(app, id, target);
}

/** Opens the progress of a lab reset, or its report. */
export function showBatch(app: App, run: Batch): void {
  const [first] = run.rows;
  if (first) openDialog(app.store, { kind: 'batch', planId: first.planId });
}

export async function planLab(app: App, id: number, target: LabTarget): Promise<void> {
  const dialog = dialogOf(app, id);
  if (!dialog) return;
  const { domains, appSettings } = app.store.getState();
  const items = dialog.keys.flatMap((key) => domains.get(key) ?? []).map(({ hostId, uuid }) => ({ hostId, uuid }));
  setLabFlow(app, id, { step: 'planning', target });
  try {
    const rows = await app.client.changes.revert.planEach({ items, aim: target });
    setLabFlow(app, id, labReviewOf(rows, target, appSettings?.labParallelPerHost ?? usualParallel));
  } catch (error) {
    setLabFlow(app, id, { step: 'problem', target, problem: problemOf(error) });
  }
}

/** Reverts as reviewed, and goes over to the progress. A second press does nothing: by then the dialog is another one. */
export async function runLab(app: App, id: number): Promise<void> {
  const dialog = dialogOf(app, id);
  const review = dialog?.flow;
  if (!dialog || review?.step !== 'review' || labBlockedBy(review) !== null) return;
  const { plans } = labCounts(review);
  const [first] = plans;
  if (!first) return;
  const { onFailure, parallelPerHost } = review;
  clearChosen(app.store);
  openDialog(app.store, { kind: 'batch', planId: first.planId });
  try {
    await app.client.changes.revert.runEach({
      orders: ordersOf(review),
      parallelPerHost,
      onFailure,
      leftOut: leftOutOf(review),
    });
  } catch (error) {
    // Once the run is known, its rows tell how it goes, also when this answer was lost with the connection.
    if (batchByPlan(app.store.getState(), first.planId)) return;
    const shown = app.store.getState().dialog;
    chooseDomains(app.store, dialog.keys, true);
    if (shown?.kind !== 'batch' || shown.planId !== first.planId) return tellCallFailed(app, error);
    const flow: LabFlow = { step: 'problem', target: review.target, problem: problemOf(error) };
    openDialog(app.store, { ...dialog, id: freshId(), flow });
  }
}

/** Begins no further rows; what is under way goes on to its end. */
export function stopLab(app: App, { id }: Batch): void {
  app.client.batches.stop({ id }).catch((error) => tellCallFailed(app, error));
}

/** Does nothing once the dialog was closed or another one took its place. */
export function setLabFlow(app: App, id: number, flow: LabFlow): void {
  app.store.setState(({ dialog }) =>
    dialog?.kind === 'lab-reset' && dialog.id === id ? { dialog: { ...dialog, flow } } : {},
  );
}

function dialogOf(app: App, id: number) {
  const { dialog } = app.store.getState();
  return dialog?.kind === 'lab-reset' && dialog.id === id ? dialog : null;
}
