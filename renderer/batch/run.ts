import type { AimOf, AnyType } from '../../shared/operations/operation.ts';
import type { Batch } from '../../shared/schema.ts';
import { type Calls, callsOf } from '../operations/calls.ts';
import { chooseDomains, clearChosen, closeDialog, freshId, openDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { tellCallFailed } from '../store/effects.ts';
import { batchByPlan, chosenDomains } from '../store/selectors.ts';
import { type App, type DomainKey, domainKey } from '../store/store.ts';
import type { BatchKind } from './kind.ts';
import { type BatchFlow, blockedBy, leftOutOf, ordersOf, reviewOf } from './review.ts';

const usualParallel = 4;

/** Opens what is done to the selected domains. Nothing is asked of libvirt but plans before its button is pressed. */
export function askBatch({ store }: App, kind: 'lab-reset' | 'create-each'): void {
  const keys = chosenDomains(store.getState()).map(domainKey);
  if (keys.length > 0) openDialog(store, { kind, id: freshId(), keys });
}

/** Opens the plan of going back to where domains were before their last reverts. */
export function askUndoAll({ store }: App, keys: readonly DomainKey[]): void {
  openDialog(store, { kind: 'lab-reset', id: freshId(), keys, undo: true });
}

/** Opens the progress of a batch, or its report. */
export function showBatch({ store }: App, run: Batch): void {
  const [first] = run.rows;
  if (first) openDialog(store, { kind: 'batch', planId: first.planId });
}

/** Begins no further rows; what is under way goes on to its end. */
export function stopBatch(app: App, { id }: Batch): void {
  app.client.batches.stop({ id }).catch((error) => tellCallFailed(app, error));
}

/** The same kind of change of several domains, up to its start, for as long as its dialog shows it. */
export class BatchRun<T extends AnyType, Options> {
  flow: BatchFlow<T, Options> | null = null;
  #open = true;
  readonly #calls: Calls<T>;

  /** @param show is called at each step while the dialog is open; null: nothing is planned yet */
  constructor(
    private readonly app: App,
    readonly kind: BatchKind<T, Options>,
    private readonly keys: readonly DomainKey[],
    private readonly show: (flow: BatchFlow<T, Options> | null) => void,
  ) {
    this.#calls = callsOf(app, kind.type);
  }

  open(): void {
    this.#open = true;
  }

  close(): void {
    this.#open = false;
  }

  set(flow: BatchFlow<T, Options> | null): void {
    this.flow = flow;
    if (this.#open) this.show(flow);
  }

  async plan(aim: AimOf<T>): Promise<void> {
    const { domains, appSettings } = this.app.store.getState();
    const items = this.keys.flatMap((key) => domains.get(key) ?? []).map(({ hostId, uuid }) => ({ hostId, uuid }));
    this.set({ step: 'planning' });
    try {
      const rows = await this.#calls.planEach({ items, aim });
      this.set(reviewOf(this.kind, rows, appSettings?.labParallelPerHost ?? usualParallel));
    } catch (error) {
      this.set({ step: 'problem', problem: problemOf(error) });
    }
  }

  /** Begins as reviewed, and goes over to the progress. A second press does nothing: by then the dialog is another one. */
  async run(): Promise<void> {
    const review = this.flow;
    if (!this.#open || review?.step !== 'review' || blockedBy(this.kind, review) !== null) return;
    const orders = ordersOf(review);
    const [first] = orders;
    if (!first) return;
    const { store } = this.app;
    const { onFailure, parallelPerHost } = review;
    this.close();
    clearChosen(store);
    openDialog(store, { kind: 'batch', planId: first.planId });
    try {
      await this.#calls.runEach({ orders, parallelPerHost, onFailure, leftOut: leftOutOf(review) });
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
