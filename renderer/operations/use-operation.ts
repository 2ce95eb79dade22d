import { useCallback, useEffect, useRef, useState } from 'react';
import type { AimOf, AnyType, ChoiceOf, Order, PlanOf } from '../../shared/operations/operation.ts';
import { type Kind, type OperationTypes, operationTypes } from '../../shared/operations/registry.ts';
import type { Outcome } from '../../shared/schema.ts';
import { problemOf, staleChangesOf } from '../api.ts';
import { closeDialog, noteTold, pushNotice, setOwnRun } from '../store/actions.ts';
import { domainKey } from '../store/store.ts';
import { useApp } from '../ui/context.tsx';
import { type Flow, orderOf, type Review, reviewOf } from './flow.ts';
import { deedNotice } from './outcome.ts';

/** What is changed: a domain, with what is wanted of it. */
export interface Subject<T extends AnyType> {
  readonly hostId: string;
  readonly uuid: string;
  readonly domainName: string;
  readonly aim: AimOf<T>;
}

export interface Control<T extends AnyType> {
  readonly type: T;
  readonly flow: Flow<T>;
  /** Takes a changed review. */
  reconsider(review: Review<T>): void;
  planAgain(): void;
  /** Carries out what was reviewed. A second call does nothing: by then the flow isn't in review. */
  start(): void;
}

/** The calls of one kind. The contract types them; the compiler can’t follow that through a variable. */
interface Calls<T extends AnyType> {
  plan(input: { hostId: string; uuid: string; aim: AimOf<T> }): Promise<PlanOf<T>>;
  run(order: Order<T>): Promise<Outcome>;
}

/**
 * Asks for a plan, and carries it out when told to. What ends well closes the dialog and is told by a message; what does
 * not stays to be read, or is told by a message if the dialog was closed meanwhile.
 * @param first what is chosen when a plan is read from the start
 */
export function useOperation<K extends Kind>(
  kind: K,
  subject: Subject<OperationTypes[K]>,
  first: (plan: PlanOf<OperationTypes[K]>) => ChoiceOf<OperationTypes[K]>,
): Control<OperationTypes[K]> {
  type T = OperationTypes[K];
  const { store, client } = useApp();
  const type: AnyType = operationTypes[kind];
  const calls = client.changes[kind] as unknown as Calls<T>;
  const [flow, setFlow] = useState<Flow<T>>({ step: 'planning', changes: [] });
  const open = useRef(true);
  const asking = useRef(() => Promise.reject<PlanOf<T>>(new Error('nothing is asked for yet')));
  const { hostId, uuid, domainName, aim } = subject;
  asking.current = () => calls.plan({ hostId, uuid, aim });
  const choosing = useRef(first);
  choosing.current = first;
  const plan = useCallback((changes: readonly string[]) => {
    setFlow({ step: 'planning', changes });
    asking.current().then(
      (found) => open.current && setFlow(reviewOf<T>(found, choosing.current(found), { changes })),
      (error) => open.current && setFlow({ step: 'problem', problem: problemOf(error), changes, canRetry: true }),
    );
  }, []);
  useEffect(() => {
    open.current = true;
    plan([]);
    return () => {
      open.current = false;
    };
  }, [plan]);

  const tell = (review: Review<T>, outcome: Outcome) => {
    const about = { kind, domainName, subject: type.subject(review.plan, review.choice) };
    noteTold(store, outcome.operationId);
    const asPlanned = outcome.result === 'done' && outcome.differences.length === 0;
    if (open.current && !asPlanned)
      return setFlow({ step: 'ended', plan: review.plan, choice: review.choice, outcome });
    if (open.current) closeDialog(store);
    pushNotice(store, deedNotice(about, outcome));
  };
  const tellFailure = (review: Review<T>, error: unknown) => {
    const changes = staleChangesOf(error);
    const problem = problemOf(error);
    if (open.current && changes) return plan(changes);
    if (open.current) return setFlow({ step: 'problem', problem, changes: [], canRetry: false });
    const { what, effect, next, detail } = problem;
    const named = type.subject(review.plan, review.choice);
    pushNotice(store, {
      tone: 'failed',
      title: `${domainName}: ${named}: ${changes ? 'something changed meanwhile, nothing was done' : what}`,
      lines: changes ?? [effect, next],
      ...(detail && !changes ? { detail } : {}),
    });
  };
  const start = () => {
    if (flow.step !== 'review') return;
    const key = domainKey(subject);
    setFlow({ step: 'running', plan: flow.plan, choice: flow.choice, since: Date.now() });
    setOwnRun(store, key, true);
    calls
      .run(orderOf(type as T, flow))
      .then(
        (outcome) => tell(flow, outcome),
        (error) => tellFailure(flow, error),
      )
      .finally(() => setOwnRun(store, key, false));
  };
  return { type: type as T, flow, reconsider: setFlow, planAgain: () => plan([]), start };
}
