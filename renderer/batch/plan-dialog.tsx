import type { ReactNode, RefObject } from 'react';
import type { AnyType } from '../../shared/operations/operation.ts';
import { closeDialog } from '../store/actions.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import dialogs from '../ui/dialog.module.css';
import { Planning } from '../ui/planning.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import styles from './batch.module.css';
import { type BatchFlow, blockedBy, included } from './review.ts';
import { type BatchView, ReviewStep } from './review-step.tsx';
import type { BatchRun } from './run.ts';

/** What is chosen before anything can be planned. */
interface FirstStep {
  readonly body: ReactNode;
  /** Why the plan can't be shown yet; null where it can. */
  readonly blocked: string | null;
}

interface BatchPlanDialogProps<T extends AnyType, Options> {
  run: BatchRun<T, Options>;
  /** null: the first step. */
  flow: BatchFlow<T, Options> | null;
  title: string;
  subtitle: string;
  first?: FirstStep;
  /** Asks for the plans, as chosen. */
  onPlan: () => void;
  view: BatchView<T, Options>;
  /** What the button says that begins it. */
  action: (domains: number) => string;
  /** Has the focus in the review, if there is something to write. */
  field?: RefObject<HTMLElement | null>;
  danger?: boolean;
}

/** The same change of several domains up to its start: the plan of each, with one consent for all of them. */
export function BatchPlanDialog<T extends AnyType, Options>(props: BatchPlanDialogProps<T, Options>) {
  const { run, flow, title, subtitle, first, onPlan, view, action, field, danger = false } = props;
  const { store } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const refusal = flow === null ? first?.blocked : flow.step === 'review' ? blockedBy(run.kind, flow) : null;
  const blocked = linked ? (refusal ?? null) : 'Snapkeel’s backend is not reachable';
  const button = { disabled: blocked !== null, 'aria-describedby': 'batch-why' };
  return (
    <DecisionDialog
      head={<DecisionHead title={title}>{subtitle}</DecisionHead>}
      {...(flow?.step === 'review' ? { width: 1060, className: styles.tall } : { width: 640 })}
      home="domains"
      step={flow?.step ?? 'first'}
      {...(field ? { field } : {})}
      safeLabel="Cancel"
      onClose={() => closeDialog(store)}
      foot={
        <span className={dialogs.why} id="batch-why" role="status">
          {blocked}
        </span>
      }
      before={
        first && (flow?.step === 'review' || flow?.step === 'problem') ? (
          <Button onClick={() => run.set(null)}>Back</Button>
        ) : null
      }
      actions={
        <>
          {flow?.step === 'problem' ? <Button onClick={onPlan}>Try again</Button> : null}
          {flow === null && first ? (
            <Button look="primary" {...button} onClick={onPlan}>
              Show the plan
            </Button>
          ) : null}
          {flow?.step === 'review' ? (
            <Button look={danger ? 'danger' : 'primary'} {...button} onClick={() => void run.run()}>
              {action(included(flow).length)}
            </Button>
          ) : null}
        </>
      }
    >
      <Body run={run} flow={flow} first={first} view={view} />
    </DecisionDialog>
  );
}

function Body<T extends AnyType, Options>({
  run,
  flow,
  first,
  view,
}: Pick<BatchPlanDialogProps<T, Options>, 'run' | 'flow' | 'view'> & { first: FirstStep | undefined }) {
  switch (flow?.step) {
    case undefined:
      return first?.body;
    case 'planning':
      return <Planning />;
    case 'review':
      return <ReviewStep review={flow} run={run} view={view} />;
    case 'problem':
      return (
        <div role="alert">
          <ProblemView problem={flow.problem} />
        </div>
      );
  }
}
