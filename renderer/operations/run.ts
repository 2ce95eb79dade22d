import type { AimOf, AnyType, ChoiceOf, PlanOf } from '../../shared/operations/operation.ts';
import { type Kind, type OperationTypes, operationTypes } from '../../shared/operations/registry.ts';
import { operationUnderWay } from '../../shared/operations/words.ts';
import type { Operation, Outcome } from '../../shared/schema.ts';
import { closeDialog, noteTold, pushNotice, setOwnRun } from '../store/actions.ts';
import { problemOf, staleChangesOf } from '../store/api.ts';
import { outcomeNotice } from '../store/notices.ts';
import { type App, domainKey, type HeldPlan } from '../store/store.ts';
import { type Calls, callsOf } from './calls.ts';
import { blockedBy, type Flow, orderOf, type Review, reviewOf, type Written } from './flow.ts';

/** What is changed: a domain, with what is wanted of it. */
export interface Subject<T extends AnyType> {
  readonly hostId: string;
  readonly uuid: string;
  readonly domainName: string;
  readonly aim: AimOf<T>;
  /** A plan that the backend has made by itself, after libvirt’s refusal. */
  readonly held?: HeldPlan | undefined;
}

/** What is chosen when a plan is read; `written` is what the person has chosen by an earlier plan, null: nothing. */
export type First<K extends Kind> = (
  plan: PlanOf<OperationTypes[K]>,
  written: Written<OperationTypes[K]> | null,
) => ChoiceOf<OperationTypes[K]>;

/** What an operation needs for a line about it. */
export function aboutOf<T extends AnyType>(
  type: T,
  { plan, choice }: Pick<Review<T>, 'plan' | 'choice'>,
): Pick<Operation, 'kind' | 'hostId' | 'uuid' | 'domainName' | 'subject' | 'undo'> {
  const { kind, hostId, uuid, domainName } = plan;
  const undo = type.isUndo?.(plan) ? { undo: true } : {};
  return { kind, hostId, uuid, domainName, subject: type.subject(plan, choice), ...undo };
}

/**
 * Asks for a plan, and carries it out when told to. What ends well closes the dialog and is told by a message; what does
 * not stays to be read, or is told by a message if the dialog was closed meanwhile.
 */
export class Run<K extends Kind> {
  readonly type: OperationTypes[K];
  flow: Flow<OperationTypes[K]> = { step: 'planning', changes: [] };
  #open = true;
  #written: Written<OperationTypes[K]> | null = null;
  readonly #calls: Calls<OperationTypes[K]>;

  /**
   * @param show is called at each step while the dialog is open
   * @param onEnd is told of the outcome, whether or not it is
   */
  constructor(
    private readonly app: App,
    kind: K,
    private readonly subject: Subject<OperationTypes[K]>,
    private readonly first: First<K>,
    private readonly show: (flow: Flow<OperationTypes[K]>) => void,
    private readonly onEnd: (
      outcome: Outcome,
      plan: PlanOf<OperationTypes[K]>,
      choice: ChoiceOf<OperationTypes[K]>,
    ) => void = () => {},
  ) {
    this.type = operationTypes[kind];
    this.#calls = callsOf(app, this.type);
  }

  /** The dialog is gone; what runs goes on. */
  close(): void {
    this.#open = false;
  }

  /** Asks for the plan. @param changes why it is asked for again */
  async plan(changes: readonly string[] = []): Promise<void> {
    this.#set({ step: 'planning', changes });
    const { hostId, uuid, aim, held } = this.subject;
    const isFirst = changes.length === 0 && held !== undefined;
    const asking = isFirst ? this.#calls.held({ planId: held.planId }) : this.#calls.plan({ hostId, uuid, aim });
    try {
      const plan = await asking;
      this.#set(reviewOf(plan, this.first(plan, this.#written), { changes, refusal: isFirst ? held.refusal : null }));
    } catch (error) {
      this.#set({ step: 'problem', problem: problemOf(error), changes, canRetry: true });
    }
  }

  reconsider(review: Review<OperationTypes[K]>): void {
    if (this.flow.step === 'review' && this.flow.choice !== review.choice) this.#written = review;
    this.#set(review);
  }

  /** Carries out what was reviewed, if nothing is in the way. A second call does nothing: the flow isn't in review. */
  async start(): Promise<void> {
    const review = this.flow;
    if (review.step !== 'review' || blockedBy(this.type, review) !== null) return;
    const key = domainKey(this.subject);
    const since = Date.now();
    this.#set({ step: 'running', plan: review.plan, choice: review.choice, since });
    setOwnRun(this.app.store, key, true);
    try {
      await this.#tell(review, await this.#calls.run(orderOf(this.type, review)), since);
    } catch (error) {
      await this.#tellFailure(review, error);
    } finally {
      setOwnRun(this.app.store, key, false);
    }
  }

  async #tell(review: Review<OperationTypes[K]>, outcome: Outcome, since: number): Promise<void> {
    const { store } = this.app;
    const { plan, choice } = review;
    const ended = { step: 'ended', plan, choice, outcome, since, at: Date.now() } as const;
    this.onEnd(outcome, plan, choice);
    noteTold(store, outcome.operationId);
    const retry = outcome.detail?.retryPlanId;
    const held = retry === undefined ? undefined : { planId: retry, refusal: outcome.problem ?? null };
    if (this.#open && held) {
      try {
        const again = await this.#calls.held({ planId: held.planId });
        return this.#set(reviewOf(again, this.first(again, this.#written), { refusal: held.refusal }));
      } catch {
        return this.#set(ended);
      }
    }
    const asPlanned = outcome.result === 'done' && outcome.differences.length === 0;
    if (this.#open && !asPlanned) return this.#set(ended);
    if (this.#open) closeDialog(store);
    const again = held ? { retry: { ...this.subject, kind: plan.kind, held } } : {};
    pushNotice(store, { ...outcomeNotice(aboutOf(this.type, review), outcome), ...again });
  }

  async #tellFailure(review: Review<OperationTypes[K]>, error: unknown): Promise<void> {
    const changes = staleChangesOf(error);
    const problem = problemOf(error);
    if (this.#open && changes) return this.plan(changes);
    if (this.#open) return this.#set({ step: 'problem', problem, changes: [], canRetry: false });
    const { what, effect, next, detail } = problem;
    const named = operationUnderWay(aboutOf(this.type, review));
    pushNotice(this.app.store, {
      tone: 'failed',
      title: `${named}: ${changes ? 'something changed in the meantime, and nothing was done' : what}`,
      lines: changes ?? [effect, next],
      ...(detail && !changes ? { detail } : {}),
    });
  }

  #set(flow: Flow<OperationTypes[K]>): void {
    this.flow = flow;
    if (this.#open) this.show(flow);
  }
}
