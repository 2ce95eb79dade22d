import type { ReactNode, RefObject } from 'react';
import { deedEnded, deedUnderWay } from '../../shared/deeds.ts';
import { formatDuration } from '../../shared/format.ts';
import type { AnyType, ChoiceOf, PlanOf } from '../../shared/operations/operation.ts';
import type { Outcome } from '../../shared/schema.ts';
import { Changes } from '../dialogs/revert/changes.tsx';
import { Differences } from '../dialogs/revert/ended.tsx';
import { closeDialog } from '../store/actions.ts';
import { ownDeed } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import type { Home } from '../ui/focus-home.ts';
import { useNow } from '../ui/hooks.ts';
import { Planning } from '../ui/planning.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { TypedName } from '../ui/typed-name.tsx';
import { VirshLine } from '../ui/virsh-line.tsx';
import { cancelOperation } from './cancel.ts';
import { assessmentOf, blockedBy, type Flow, needsName, type Review } from './flow.ts';
import { progressShare, progressText } from './phases.ts';
import type { Control } from './use-operation.ts';

interface OperationDialogProps<T extends AnyType> {
  control: Control<T>;
  /** The question; once it is answered the title says what is done, and how it ended. */
  title: ReactNode;
  /** A line under the title. */
  about: ReactNode;
  className: string;
  home?: Home;
  /** Has the focus in the review, if there is something to write. */
  field?: RefObject<HTMLElement | null>;
  /** What is read and chosen before. */
  review: (review: Review<T>) => ReactNode;
  /** What does the same with virsh, where it is possible. */
  virsh: (review: Review<T>) => string;
  /** What the button says that does it. */
  action: string;
  danger?: boolean;
  /** Why that button can't be pressed, besides what the rules say; null when it can. */
  unfinished?: (review: Review<T>) => string | null;
  /** What cancelling would do to the data while it runs, where it would do anything. */
  cancelling?: (plan: PlanOf<T>, choice: ChoiceOf<T>) => string | null;
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
  const { control, title, about, className, home = 'history', field, action, danger, unfinished } = props;
  const { store } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const { flow, type } = control;
  const why =
    flow.step !== 'review'
      ? null
      : linked
        ? (unfinished?.(flow) ?? blockedBy(type, flow))
        : 'Snapkeel’s backend is not reachable';
  return (
    <DecisionDialog
      head={<DecisionHead title={titleOf(type, flow) ?? title}>{about}</DecisionHead>}
      className={className}
      home={home}
      step={flow.step}
      {...(field ? { field } : {})}
      safeLabel={safeLabels[flow.step]}
      onClose={() => closeDialog(store)}
      foot={
        <span className="why" id="operation-why" role="status">
          {why}
        </span>
      }
      before={flow.step === 'running' ? <CancelButton {...aboutOf(type, flow)} /> : null}
      actions={
        <>
          {flow.step === 'problem' && flow.canRetry ? (
            <Button onClick={() => control.planAgain()}>Try again</Button>
          ) : null}
          {flow.step === 'planning' || flow.step === 'review' ? (
            <Button
              look={danger ? 'danger' : 'primary'}
              disabled={flow.step !== 'review' || why !== null}
              aria-describedby="operation-why"
              onClick={() => control.start()}
            >
              {action}
            </Button>
          ) : null}
        </>
      }
    >
      <Body {...props} />
    </DecisionDialog>
  );
}

/** What is done now, or how it ended; null while it is a question. */
function titleOf<T extends AnyType>(type: T, flow: Flow<T>): ReactNode {
  if (flow.step === 'running') return <bdi>{deedUnderWay(aboutOf(type, flow))}</bdi>;
  return flow.step === 'ended' ? <bdi>{deedEnded(aboutOf(type, flow), flow.outcome)}</bdi> : null;
}

const untouched = 'Nothing was changed by Snapkeel.';

function Body<T extends AnyType>({ control, review, virsh, cancelling }: OperationDialogProps<T>) {
  const { flow, type } = control;
  switch (flow.step) {
    case 'planning':
      return <Planning changes={<Changes changes={flow.changes} untouched={untouched} />} />;
    case 'review': {
      const possible = assessmentOf(type, flow).blockers.length === 0;
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
          {possible ? <VirshLine text={virsh(flow)} /> : null}
        </>
      );
    }
    case 'running':
      return (
        <Running
          {...aboutOf(type, flow)}
          since={flow.since}
          cancelling={cancelling?.(flow.plan, flow.choice) ?? null}
        />
      );
    case 'ended':
      return <Ended outcome={flow.outcome} />;
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

type About = ReturnType<typeof aboutOf>;

function aboutOf<T extends AnyType>(type: T, { plan, choice }: Pick<Review<T>, 'plan' | 'choice'>) {
  const { kind, hostId, uuid, domainName } = plan;
  return { kind, hostId, uuid, domainName, subject: type.subject(plan, choice) };
}

function CancelButton(about: About) {
  const app = useApp();
  const operation = useAppState((state) => ownDeed(state, domainKey(about), about.kind));
  if (!operation || !(operation.cancellable || operation.cancelRequested)) return null;
  return (
    <Button disabled={operation.cancelRequested} onClick={() => cancelOperation(app, operation)}>
      {operation.cancelRequested ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}

function Running({ since, cancelling, ...about }: About & { since: number; cancelling: string | null }) {
  const now = useNow(1000);
  const operation = useAppState((state) => ownDeed(state, domainKey(about), about.kind));
  const progress = operation?.progress ?? null;
  const share = progressShare(progress);
  const elapsed = progress?.elapsedMs ?? now - since;
  const words = operation?.cancelRequested ? 'Cancelling' : deedUnderWay(about);
  const amount = [progressText(progress), elapsed >= 1000 ? formatDuration(elapsed) : null].filter(Boolean);
  return (
    <div className="running">
      <p role="status">
        <bdi>{words}…</bdi> <span className="elapsed">{amount.join(' · ')}</span>
      </p>
      <progress aria-label={words} {...(share === null ? {} : { value: share })} />
      <p className="dim">
        {operation?.phase === 'queued' ? 'Something else is done with this domain first. ' : ''}
        It goes on without this dialog too, and its end is told below.
      </p>
      {cancelling && operation?.cancellable ? <p className="dim">{cancelling}</p> : null}
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
        <p key={line} className="found">
          {line}
        </p>
      ))}
    </div>
  );
}
