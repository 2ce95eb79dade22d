import type { RevertOutcome, RevertPlan } from '../../../shared/schema.ts';
import { problemOf, staleChangesOf } from '../../api.ts';
import { outcomeNotice } from '../../operations/outcome.ts';
import { closeDialog, freshId, noteTold, openDialog, pushNotice, setOwnRun } from '../../store/actions.ts';
import { type App, domainKey, type RevertRequest } from '../../store/store.ts';
import { type RevertFlow, type RevertReview, revertBlockedBy, reviewOf } from './flow.ts';

/** Opens the confirmation and asks for a plan. Nothing is reverted before its Revert button is pressed. */
export function askRevert(app: App, request: RevertRequest): void {
  const id = freshId();
  openDialog(app.store, { kind: 'revert', id, request, flow: { step: 'planning', changes: [] } });
  void plan(app, id, request, []);
}

/** Opens the confirmation with a plan that is known already. */
export function reopenRevert(app: App, request: RevertRequest, flow: RevertFlow): void {
  openDialog(app.store, { kind: 'revert', id: freshId(), request, flow });
}

export function planAgain(app: App, id: number, changes: readonly string[] = []): void {
  const request = requestOf(app, id);
  if (!request) return;
  setFlow(app, id, { step: 'planning', changes });
  void plan(app, id, request, changes);
}

/** Any change of the choice or a consent. */
export function reconsider(app: App, id: number, review: RevertReview): void {
  setFlow(app, id, review);
}

/** Reverts as reviewed. A second press does nothing: by then the flow isn't in review. */
export async function runRevert(app: App, id: number): Promise<void> {
  const request = requestOf(app, id);
  const review = flowOf(app, id);
  if (!request || review?.step !== 'review' || review.startState === null || revertBlockedBy(review) !== null) return;
  const { plan, startState, acknowledged, safetySnapshot, removeManagedSave, resetNvram, typedName } = review;
  const asked = { safetySnapshot, removeManagedSave, resetNvram };
  setFlow(app, id, { step: 'running', plan, startState, asked, since: Date.now() });
  setOwnRun(app.store, domainKey(request), true);
  try {
    const outcome = await app.client.revert.run({
      planId: plan.planId,
      startState,
      acknowledged: [...acknowledged],
      ...asked,
      ...(plan.protected ? { typedName } : {}),
    });
    tellOutcome(app, id, request, plan, outcome);
  } catch (error) {
    tellFailure(app, id, request, plan, error);
  } finally {
    setOwnRun(app.store, domainKey(request), false);
  }
}

function tellOutcome(app: App, id: number, request: RevertRequest, plan: RevertPlan, outcome: RevertOutcome): void {
  const { hostId, uuid, domainName } = request;
  const told = { kind: plan.kind, hostId, uuid, domainName, snapshotName: plan.facts.snapshot.name, outcome };
  const retry = outcome.retryWith ? reviewOf(outcome.retryWith, { refusal: outcome.problem ?? null }) : null;
  const inDialog = flowOf(app, id) !== null;
  noteTold(app.store, outcome.operationId);
  if (inDialog && outcome.result !== 'done') {
    setFlow(app, id, retry ?? { step: 'ended', plan, outcome });
    return;
  }
  if (inDialog) closeDialog(app.store);
  pushNotice(app.store, { ...outcomeNotice(told), ...(retry ? { retry: { request, flow: retry } } : {}) });
}

function tellFailure(app: App, id: number, request: RevertRequest, plan: RevertPlan, error: unknown): void {
  const inDialog = flowOf(app, id) !== null;
  const changes = staleChangesOf(error);
  const problem = problemOf(error);
  if (inDialog) {
    if (changes) planAgain(app, id, changes);
    else setFlow(app, id, { step: 'problem', problem, changes: [], canRetry: false });
    return;
  }
  const name = plan.facts.snapshot.name;
  pushNotice(app.store, {
    tone: 'failed',
    title: changes
      ? `${request.domainName} was not reverted to “${name}”: something changed meanwhile`
      : `Reverting ${request.domainName} to “${name}” did not end well`,
    lines: changes ? [...changes, 'Nothing was reverted.'] : [problem.what, problem.effect, problem.next],
    ...(problem.detail && !changes ? { detail: problem.detail } : {}),
  });
}

async function plan(app: App, id: number, request: RevertRequest, changes: readonly string[]): Promise<void> {
  const { hostId, uuid, target } = request;
  try {
    const plan = await app.client.revert.plan({ hostId, uuid, target });
    setFlow(app, id, reviewOf(plan, { changes }));
  } catch (error) {
    setFlow(app, id, { step: 'problem', problem: problemOf(error), changes, canRetry: true });
  }
}

function requestOf(app: App, id: number): RevertRequest | null {
  const { dialog } = app.store.getState();
  return dialog?.kind === 'revert' && dialog.id === id ? dialog.request : null;
}

function flowOf(app: App, id: number): RevertFlow | null {
  const { dialog } = app.store.getState();
  return dialog?.kind === 'revert' && dialog.id === id ? dialog.flow : null;
}

/** Does nothing once the dialog was closed or another one took its place. */
function setFlow(app: App, id: number, flow: RevertFlow): void {
  app.store.setState(({ dialog }) =>
    dialog?.kind === 'revert' && dialog.id === id ? { dialog: { ...dialog, flow } } : {},
  );
}
