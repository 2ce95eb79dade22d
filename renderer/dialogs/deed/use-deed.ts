import { useCallback, useEffect, useRef, useState } from 'react';
import type { Operation, Outcome, Problem } from '../../../shared/schema.ts';
import { closeDialog, noteTold, pushNotice, setOwnRun } from '../../store/actions.ts';
import { problemOf, staleChangesOf } from '../../store/api.ts';
import { outcomeNotice } from '../../store/notices.ts';
import { domainKey } from '../../store/store.ts';
import { useApp } from '../../ui/context.tsx';

/** What is done, and to what. */
export type DeedAbout = Pick<Operation, 'kind' | 'hostId' | 'uuid' | 'domainName' | 'subject'>;

/** Where one dialog stands. Only `review` leads to `running`. */
export type DeedFlow<Plan> =
  | { step: 'planning'; changes: readonly string[] }
  | { step: 'review'; plan: Plan; changes: readonly string[] }
  | { step: 'running'; plan: Plan; about: DeedAbout; since: number }
  | { step: 'ended'; about: DeedAbout; outcome: Outcome }
  | { step: 'problem'; problem: Problem; changes: readonly string[]; canRetry: boolean };

export interface DeedControl<Plan> {
  readonly flow: DeedFlow<Plan>;
  planAgain(): void;
  /** Carries out what was reviewed. A second call does nothing: by then the flow isn't in review. */
  start(about: DeedAbout, run: (plan: Plan) => Promise<Outcome>): void;
}

/**
 * Asks for a plan, and carries it out when told to. What ends well closes the dialog and is told by a message; what does
 * not stays to be read, or is told by a message if the dialog was closed meanwhile.
 * @param ask for the plan; asked again when what the person read is no longer so.
 */
export function useDeed<Plan>(ask: () => Promise<Plan>): DeedControl<Plan> {
  const { store } = useApp();
  const [flow, setFlow] = useState<DeedFlow<Plan>>({ step: 'planning', changes: [] });
  const open = useRef(true);
  const asking = useRef(ask);
  asking.current = ask;
  const plan = useCallback((changes: readonly string[]) => {
    setFlow({ step: 'planning', changes });
    asking.current().then(
      (found) => open.current && setFlow({ step: 'review', plan: found, changes }),
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

  const tell = (about: DeedAbout, outcome: Outcome) => {
    noteTold(store, outcome.operationId);
    const asPlanned = outcome.result === 'done' && outcome.differences.length === 0;
    if (open.current && !asPlanned) return setFlow({ step: 'ended', about, outcome });
    if (open.current) closeDialog(store);
    pushNotice(store, outcomeNotice(about, outcome));
  };
  const tellFailure = (about: DeedAbout, error: unknown) => {
    const changes = staleChangesOf(error);
    const problem = problemOf(error);
    if (open.current && changes) return plan(changes);
    if (open.current) return setFlow({ step: 'problem', problem, changes: [], canRetry: false });
    const { what, effect, next, detail } = problem;
    pushNotice(store, {
      tone: 'failed',
      title: `${about.domainName}: ${about.subject}: ${changes ? 'something changed meanwhile, nothing was done' : what}`,
      lines: changes ?? [effect, next],
      ...(detail && !changes ? { detail } : {}),
    });
  };
  const start: DeedControl<Plan>['start'] = (about, run) => {
    if (flow.step !== 'review') return;
    setFlow({ step: 'running', plan: flow.plan, about, since: Date.now() });
    setOwnRun(store, domainKey(about), true);
    run(flow.plan)
      .then(
        (outcome) => tell(about, outcome),
        (error) => tellFailure(about, error),
      )
      .finally(() => setOwnRun(store, domainKey(about), false));
  };
  return { flow, planAgain: () => plan([]), start };
}
