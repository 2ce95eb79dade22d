import type { ReactNode, RefObject } from 'react';
import { operationEnded, operationUnderWay } from '../../../shared/deeds.ts';
import { formatDuration } from '../../../shared/format.ts';
import type { Outcome } from '../../../shared/schema.ts';
import { cancelOperation } from '../../operations/cancel.ts';
import { Changes } from '../../operations/changes.tsx';
import { Differences } from '../../operations/differences.tsx';
import { progressShare, progressText } from '../../operations/phases.ts';
import { closeDialog } from '../../store/actions.ts';
import { ownDeed } from '../../store/selectors.ts';
import { domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../../ui/decision-dialog.tsx';
import type { Home } from '../../ui/focus-home.ts';
import { useNow } from '../../ui/hooks.ts';
import { Planning } from '../../ui/planning.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';
import type { DeedAbout, DeedControl, DeedFlow } from './use-deed.ts';

interface DeedDialogProps<Plan> {
  title: ReactNode;
  /** A line under the title. */
  about: ReactNode;
  className: string;
  home?: Home;
  /** Has the focus in the review, if there is something to write. */
  field?: RefObject<HTMLElement | null>;
  control: DeedControl<Plan>;
  /** What is read and chosen before. */
  review: (plan: Plan) => ReactNode;
  /** What the button says that does it. */
  action: string;
  danger?: boolean;
  /** Why that button can't be pressed, in a few words; null when it can. */
  blocked: (plan: Plan) => string | null;
  onAction: (plan: Plan) => void;
}

const safeLabels: Record<DeedFlow<unknown>['step'], string> = {
  planning: 'Cancel',
  review: 'Cancel',
  running: 'Continue in background',
  ended: 'Close',
  problem: 'Close',
};

/** The dialog of a deed, from its plan to its end. */
export function DeedDialog<Plan>(props: DeedDialogProps<Plan>) {
  const {
    title,
    about,
    className,
    home = 'history',
    field,
    control,
    review,
    action,
    danger,
    blocked,
    onAction,
  } = props;
  const { store } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const { flow } = control;
  const why = flow.step !== 'review' ? null : linked ? blocked(flow.plan) : 'Snapkeel’s backend is not reachable';
  return (
    <DecisionDialog
      head={<DecisionHead title={title}>{about}</DecisionHead>}
      className={className}
      home={home}
      step={flow.step}
      {...(field ? { field } : {})}
      safeLabel={safeLabels[flow.step]}
      onClose={() => closeDialog(store)}
      foot={
        <span className="why" id="deed-why" role="status">
          {why}
        </span>
      }
      before={flow.step === 'running' ? <CancelButton about={flow.about} /> : null}
      actions={
        <>
          {flow.step === 'problem' && flow.canRetry ? (
            <Button onClick={() => control.planAgain()}>Try again</Button>
          ) : null}
          {flow.step === 'planning' || flow.step === 'review' ? (
            <Button
              look={danger ? 'danger' : 'primary'}
              disabled={flow.step !== 'review' || why !== null}
              aria-describedby="deed-why"
              onClick={() => flow.step === 'review' && onAction(flow.plan)}
            >
              {action}
            </Button>
          ) : null}
        </>
      }
    >
      {flow.step === 'planning' ? (
        <Planning changes={<Changes changes={flow.changes} untouched="Nothing was changed by Snapkeel." />} />
      ) : null}
      {flow.step === 'review' ? (
        <>
          <Changes changes={flow.changes} untouched="Nothing was changed by Snapkeel." />
          {review(flow.plan)}
        </>
      ) : null}
      {flow.step === 'running' ? <Running about={flow.about} since={flow.since} /> : null}
      {flow.step === 'ended' ? <Ended about={flow.about} outcome={flow.outcome} /> : null}
      {flow.step === 'problem' ? (
        <>
          <Changes changes={flow.changes} untouched="Nothing was changed by Snapkeel." />
          <div role="alert">
            <ProblemView problem={flow.problem} />
          </div>
        </>
      ) : null}
    </DecisionDialog>
  );
}

function CancelButton({ about }: { about: DeedAbout }) {
  const app = useApp();
  const operation = useAppState((state) => ownDeed(state, domainKey(about), about.kind));
  if (!operation || !(operation.cancellable || operation.cancelRequested)) return null;
  return (
    <Button disabled={operation.cancelRequested} onClick={() => cancelOperation(app, operation)}>
      {operation.cancelRequested ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}

function Running({ about, since }: { about: DeedAbout; since: number }) {
  const now = useNow(1000);
  const operation = useAppState((state) => ownDeed(state, domainKey(about), about.kind));
  const progress = operation?.progress ?? null;
  const share = progressShare(progress);
  const elapsed = progress?.elapsedMs ?? now - since;
  const words = operation?.cancelRequested ? 'Cancelling' : operationUnderWay(about);
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
    </div>
  );
}

/** A deed that did not end as planned: why, and what libvirt says now. */
function Ended({ about, outcome }: { about: DeedAbout; outcome: Outcome }) {
  const { result, problem, notes, differences } = outcome;
  return (
    <div role="alert">
      <h3 className={result === 'cancelled' ? 'ended-title calm' : 'ended-title'}>{operationEnded(about, outcome)}</h3>
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
