import { useEffect, useRef, useState } from 'react';
import type { AnyType, ChoiceOf, PlanOf } from '../../shared/operations/operation.ts';
import { type Kind, type OperationTypes, operationTypes } from '../../shared/operations/registry.ts';
import type { Outcome } from '../../shared/schema.ts';
import { useApp } from '../ui/context.tsx';
import type { Flow, Review } from './flow.ts';
import { type First, Run, type Subject } from './run.ts';

export interface Control<T extends AnyType> {
  readonly type: T;
  readonly flow: Flow<T>;
  /** Takes a changed review. */
  reconsider(review: Review<T>): void;
  planAgain(): void;
  /** Carries out what was reviewed. */
  start(): void;
}

/**
 * A change from its plan to its end, for as long as a dialog shows it.
 * @param onEnd told of the outcome, whether or not the dialog is still there
 */
export function useOperation<K extends Kind>(
  kind: K,
  subject: Subject<OperationTypes[K]>,
  first: First<K>,
  onEnd?: (outcome: Outcome, plan: PlanOf<OperationTypes[K]>, choice: ChoiceOf<OperationTypes[K]>) => void,
): Control<OperationTypes[K]> {
  const app = useApp();
  const [flow, setFlow] = useState<Flow<OperationTypes[K]>>({ step: 'planning', changes: [] });
  const run = useRef<Run<K> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a dialog is about one thing from its opening to its end
  useEffect(() => {
    const current = new Run(app, kind, subject, first, setFlow, onEnd);
    run.current = current;
    void current.plan();
    return () => current.close();
  }, []);
  return {
    type: operationTypes[kind],
    flow,
    reconsider: (review) => run.current?.reconsider(review),
    planAgain: () => void run.current?.plan(),
    start: () => void run.current?.start(),
  };
}
