import type { ReactNode, RefObject } from 'react';
import { formatDuration } from '../../shared/format.ts';
import type { AnyType, ChoiceOf, PlanOf } from '../../shared/operations/operation.ts';
import { operationEnded, operationImpossible, operationUnderWay } from '../../shared/operations/words.ts';
import type { Operation, Outcome } from '../../shared/schema.ts';
import { closeDialog } from '../store/actions.ts';
import { ownOperation } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import dialogs from '../ui/dialog.module.css';
import type { Home } from '../ui/focus-home.ts';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { Planning } from '../ui/planning.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { TypedName } from '../ui/typed-name.tsx';
import { VirshLine } from '../ui/virsh-line.tsx';
import { cancelOperation } from './cancel.ts';
import { Changes } from './changes.tsx';
import { Differences } from './differences.tsx';
import { assessmentOf, blockedBy, type Flow, needsName, type Review } from './flow.ts';
import operations from './operations.module.css';
import { endedWhen, progressShare, progressText } from './phases.ts';
import { aboutOf } from './run.ts';
import type { Control } from './use-operation.ts';

interface OperationDialogProps<T extends AnyType> {
  control: Control<T>;
  /** The question; once it is answered the title says what is done, and how it ended. */
  title?: ReactNode;
  /** A line under the title. */
  about?: ReactNode;
  /** Instead of both. */
  head?: ReactNode;
  /** In pixels, where there is room. */
  width?: number;
  aside?: boolean;
  home?: Home;
  /** Has the focus in the review, if there is something to write. */
  field?: RefObject<HTMLElement | null>;
  /** What is read and chosen before. */
  review: (review: Review<T>) => ReactNode;
  /** What does the same with virsh, where it is possible. */
  virsh: (review: Review<T>) => string | null;
  /** What the button says that does it; null while there is nothing to read yet. */
  action: string | ((review: Review<T> | null) => string);
  danger?: boolean;
  /** Why that button can't be pressed, besides what the rules say; null when it can. */
  unfinished?: (review: Review<T>) => string | null;
  /** Whether no choice would help: the body says why, and there is no button that does it. */
  isBlocked?: (review: Review<T>) => boolean;
  /** What can be done then: left of the buttons, and before Close. */
  blockedFoot?: (review: Review<T>) => ReactNode;
  wayOut?: (review: Review<T>) => ReactNode;
  /** What cancelling would do to the data while it runs, where it would do anything. */
  cancelling?: (plan: PlanOf<T>, choice: ChoiceOf<T>) => string | null;
  /** What is said of the data where nothing was done. */
  untouched?: string;
  /** Instead of a bar, while it runs. `operation` is undefined until the backend has told of it. */
  running?: (plan: PlanOf<T>, choice: ChoiceOf<T>, since: number, operation: Operation | undefined) => ReactNode;
  /** Instead of the common account of an end that is not as planned, and what can be done then. */
  ended?: (plan: PlanOf<T>, outcome: Outcome) => ReactNode;
  wayOn?: (plan: PlanOf<T>, outcome: Outcome) => ReactNode;
}

const safeLabels: Record<Flow<AnyType>['step'], string> = {
  planning: 'Cancel',
  review: 'Cancel',
  running: 'Continue in background',
  ended: 'Close',
  problem: 'Close',
};

/** The dialog of any change, from its plan to its end. */
export function OperationDialog<T extends AnyType>(props: OperationDialogProps<T>) {
  const {
    control,
    title,
    about,
    head,
    width,
    aside,
    home = 'history',
    field,
    action,
    danger,
    unfinished,
    isBlocked,
    blockedFoot,
    wayOut,
    wayOn,
  } = props;
  const { store } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const { flow, type } = control;
  const blocked = flow.step === 'review' && (isBlocked?.(flow) ?? false);
  const why =
    flow.step !== 'review' || blocked
      ? null
      : linked
        ? (unfinished?.(flow) ?? blockedBy(type, flow))
        : 'Snapkeel’s backend is not reachable';
  return (
    <DecisionDialog
      head={
        head ?? (
          <DecisionHead title={titleOf(type, flow, blocked) ?? title}>
            {about}
            {flow.step === 'ended' ? ` · ${endedWhen(flow, Date.now())}` : null}
          </DecisionHead>
        )
      }
      width={width}
      aside={aside}
      home={home}
      step={`${flow.step} ${'plan' in flow ? flow.plan.planId : ''}`}
      {...(field ? { field } : {})}
      safeLabel={blocked ? 'Close' : safeLabels[flow.step]}
      onClose={() => closeDialog(store)}
      foot={
        <span className={dialogs.why} id="operation-why" role="status">
          {blocked ? blockedFoot?.(flow) : why}
        </span>
      }
      before={
        <>
          {blocked ? wayOut?.(flow) : null}
          {blocked ? <Button onClick={() => control.planAgain()}>Check again</Button> : null}
          {flow.step === 'running' ? <CancelButton {...aboutOf(type, flow)} /> : null}
        </>
      }
      actions={
        <>
          {flow.step === 'ended' ? wayOn?.(flow.plan, flow.outcome) : null}
          {flow.step === 'problem' && flow.canRetry ? (
            <Button onClick={() => control.planAgain()}>Try again</Button>
          ) : null}
          {flow.step === 'planning' || (flow.step === 'review' && !blocked) ? (
            <Button
              look={danger ? 'danger' : 'primary'}
              disabled={flow.step !== 'review' || why !== null}
              aria-describedby="operation-why"
              onClick={() => control.start()}
            >
              {typeof action === 'string' ? action : action(flow.step === 'review' ? flow : null)}
            </Button>
          ) : null}
        </>
      }
    >
      <Body {...props} />
    </DecisionDialog>
  );
}

/** What is done now, how it ended, or that it is impossible; null while it is a question. */
function titleOf<T extends AnyType>(type: T, flow: Flow<T>, blocked: boolean): ReactNode {
  if (flow.step === 'review') return blocked ? <bdi>{operationImpossible(aboutOf(type, flow))}</bdi> : null;
  if (flow.step === 'problem') return flow.canRetry ? 'The check failed' : 'The request failed';
  if (flow.step === 'running') return <bdi>{operationUnderWay(aboutOf(type, flow))}</bdi>;
  return flow.step === 'ended' ? <bdi>{operationEnded(aboutOf(type, flow), flow.outcome)}</bdi> : null;
}

function Body<T extends AnyType>(props: OperationDialogProps<T>) {
  const { control, review, virsh, cancelling, running, ended, untouched = 'Nothing was changed by Snapkeel.' } = props;
  const { flow, type } = control;
  switch (flow.step) {
    case 'planning':
      return <Planning changes={<Changes changes={flow.changes} untouched={untouched} />} />;
    case 'review': {
      const possible = assessmentOf(type, flow).blockers.length === 0;
      const line = possible ? virsh(flow) : null;
      return (
        <>
          <Changes changes={flow.changes} untouched={untouched} />
          {review(flow)}
          {possible && needsName(type, flow) ? (
            <TypedName
              name={flow.plan.domainName}
              value={flow.typedName}
              onChange={(typedName) => control.reconsider({ ...flow, typedName })}
            />
          ) : null}
          {possible && line !== null ? <VirshLine text={line} /> : null}
        </>
      );
    }
    case 'running':
      return (
        <Running
          {...aboutOf(type, flow)}
          since={flow.since}
          cancelling={cancelling?.(flow.plan, flow.choice) ?? null}
          instead={running && ((operation) => running(flow.plan, flow.choice, flow.since, operation))}
        />
      );
    case 'ended':
      return ended?.(flow.plan, flow.outcome) ?? <Ended outcome={flow.outcome} />;
    case 'problem':
      return (
        <>
          <Changes changes={flow.changes} untouched={untouched} />
          <div role="alert">
            <ProblemView problem={flow.problem} />
          </div>
        </>
      );
  }
}

type About = Pick<Operation, 'kind' | 'hostId' | 'uuid' | 'domainName' | 'subject' | 'undo'>;

function CancelButton(about: About) {
  const app = useApp();
  const operation = useAppState((state) => ownOperation(state, about));
  if (!operation || !(operation.cancellable || operation.cancelRequested)) return null;
  return (
    <Button disabled={operation.cancelRequested} onClick={() => cancelOperation(app, operation)}>
      {operation.cancelRequested ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}

interface RunningProps extends About {
  since: number;
  cancelling: string | null;
  instead?: ((operation: Operation | undefined) => ReactNode) | undefined;
}

function Running({ since, cancelling, instead, ...about }: RunningProps) {
  const now = useNow(1000);
  const operation = useAppState((state) => ownOperation(state, about));
  if (instead) return instead(operation);
  const progress = operation?.progress ?? null;
  const share = progressShare(progress);
  const elapsed = progress?.elapsedMs ?? now - since;
  const words = operation?.cancelRequested ? 'Cancelling' : operationUnderWay(about);
  const amount = [progressText(progress), elapsed >= 1000 ? formatDuration(elapsed) : null].filter(Boolean);
  return (
    <div className={operations.running}>
      <p role="status">
        <bdi>{words}…</bdi> <span className={parts.elapsed}>{amount.join(' · ')}</span>
      </p>
      <progress aria-label={words} {...(share === null ? {} : { value: share })} />
      <p className={parts.dim}>
        {operation?.phase === 'queued' ? 'Another operation on this domain runs first. ' : ''}
        It continues if you close this dialog. The result appears in the status bar.
      </p>
      {cancelling && operation?.cancellable ? <p className={parts.dim}>{cancelling}</p> : null}
    </div>
  );
}

/** What did not end as planned: why, and what libvirt says now. */
function Ended({ outcome }: { outcome: Outcome }) {
  const { result, problem, notes, differences } = outcome;
  return (
    <div role="alert">
      {problem && result !== 'cancelled' ? <ProblemView problem={problem} /> : null}
      <Differences title="Not as planned" lines={differences} />
      {notes.map((line) => (
        <p key={line} className={operations.found}>
          {line}
        </p>
      ))}
    </div>
  );
}
