import type { Batch } from '../../shared/schema.ts';
import { chooseDomains, clearChosen, closeDialog, freshId, openDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { tellCallFailed } from '../store/effects.ts';
import { batchByPlan, chosenDomains } from '../store/selectors.ts';
import { type App, type DomainKey, domainKey } from '../store/store.ts';
import { type LabFlow, type LabTarget, labBlockedBy, labCounts, labReviewOf, leftOutOf, ordersOf } from './flow.ts';

const usualParallel = 4;

/** Opens the lab reset of the selected domains. Nothing is planned before a target is chosen. */
export function askLabReset(app: App): void {
  const keys = chosenDomains(app.store.getState()).map(domainKey);
  if (keys.length > 0) openDialog(app.store, { kind: 'lab-reset', id: freshId(), keys });
}

/** Opens the plan of going back to where domains were before their last reverts. */
export function askUndoAll(app: App, keys: readonly DomainKey[]): void {
  openDialog(app.store, { kind: 'lab-reset', id: freshId(), keys, undo: true });
}

/** Opens the progress of a batch, or its report. */
export function showBatch(app: App, run: Batch): void {
  const [first] = run.rows;
  if (first) openDialog(app.store, { kind: 'batch', planId: first.planId });
}

/** Begins no further rows; what is under way goes on to its end. */
export function stopBatch(app: App, { id }: Batch): void {
  app.client.batches.stop({ id }).catch((error) => tellCallFailed(app, error));
}

/** A lab reset up to its start, for as long as its dialog shows it. */
export class LabReset {
  flow: LabFlow = { step: 'target', kind: 'current', name: '', tag: '' };
  #open = true;

  /** @param show is called at each step while the dialog is open */
  constructor(
    private readonly app: App,
    private readonly keys: readonly DomainKey[],
    private readonly show: (flow: LabFlow) => void,
  ) {}

  open(): void {
    this.#open = true;
  }

  close(): void {
    this.#open = false;
  }

  set(flow: LabFlow): void {
    this.flow = flow;
    if (this.#open) this.show(flow);
  }

  async plan(target: LabTarget): Promise<void> {
    const { client, store } = this.app;
    const { domains, appSettings } = store.getState();
    const items = this.keys.flatMap((key) => domains.get(key) ?? []).map(({ hostId, uuid }) => ({ hostId, uuid }));
    this.set({ step: 'planning', target });
    try {
      const rows = await client.changes.revert.planEach({ items, aim: target });
      this.set(labReviewOf(rows, target, appSettings?.labParallelPerHost ?? usualParallel));
    } catch (error) {
      this.set({ step: 'problem', target, problem: problemOf(error) });
    }
  }

  /** Reverts as reviewed, and goes over to the progress. A second press does nothing: by then the dialog is another one. */
  async run(): Promise<void> {
    const review = this.flow;
    if (!this.#open || review.step !== 'review' || labBlockedBy(review) !== null) return;
    const [first] = labCounts(review).plans;
    if (!first) return;
    const { client, store } = this.app;
    const { onFailure, parallelPerHost } = review;
    this.close();
    clearChosen(store);
    openDialog(store, { kind: 'batch', planId: first.planId });
    try {
      await client.changes.revert.runEach({
        orders: ordersOf(review),
        parallelPerHost,
        onFailure,
        leftOut: leftOutOf(review),
      });
    } catch (error) {
      // Once the batch is known, its rows tell how it goes, also when this answer was lost with the connection.
      if (batchByPlan(store.getState(), first.planId)) return;
      chooseDomains(store, this.keys, true);
      const { dialog } = store.getState();
      if (dialog?.kind === 'batch' && dialog.planId === first.planId) closeDialog(store);
      tellCallFailed(this.app, error);
    }
  }
}
