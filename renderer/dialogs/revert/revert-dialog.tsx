import { cancelOperation } from '../../operations/cancel.ts';
import { askPower } from '../../power/ask-power.ts';
import { closeDialog } from '../../store/actions.ts';
import { ownOperation } from '../../store/selectors.ts';
import { type App, type Dialog, domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DecisionDialog } from '../../ui/decision-dialog.tsx';
import { Planning } from '../../ui/planning.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';
import { Changes } from './changes.tsx';
import { Ended } from './ended.tsx';
import { type RevertFlow, revertBlockedBy, revertLabel } from './flow.ts';
import { Heading } from './heading.tsx';
import { Review } from './review.tsx';
import { askRevert, planAgain, runRevert } from './run.ts';
import { Running } from './running.tsx';

type RevertDialogProps = { dialog: Extract<Dialog, { kind: 'revert' }> };

/** What closing does at each step: before the run it calls everything off, during the run only the dialog goes. */
const safeLabels: Record<RevertFlow['step'], string> = {
  planning: 'Cancel',
  review: 'Cancel',
  running: 'Continue in background',
  ended: 'Close',
  problem: 'Close',
};

/** The confirmation of a revert. Its safe button has the focus at every step, and Escape is the same as that button. */
export function RevertDialog({ dialog }: RevertDialogProps) {
  const app = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const { flow, id } = dialog;
  const blocked =
    flow.step === 'review' ? (linked ? revertBlockedBy(flow) : 'Snapkeel’s backend is not reachable') : '';
  const plan = 'plan' in flow ? flow.plan : null;
  return (
    <DecisionDialog
      head={<Heading dialog={dialog} />}
      className="revert"
      home="history"
      step={`${flow.step} ${plan?.planId}`}
      safeLabel={safeLabels[flow.step]}
      onClose={() => closeDialog(app.store)}
      foot={
        <span className="why" id="revert-why" role="status">
          {blocked}
        </span>
      }
      before={flow.step === 'running' ? <CancelButton dialog={dialog} flow={flow} /> : null}
      actions={
        <>
          {flow.step === 'ended' ? <WayOn dialog={dialog} flow={flow} /> : null}
          {flow.step === 'problem' && flow.canRetry ? (
            <Button onClick={() => planAgain(app, id)}>Try again</Button>
          ) : null}
          {flow.step === 'planning' || flow.step === 'review' ? (
            <Button
              look="danger"
              disabled={blocked !== null}
              aria-describedby="revert-why"
              onClick={() => void runRevert(app, id)}
            >
              {flow.step === 'review' ? revertLabel(flow) : 'Revert'}
            </Button>
          ) : null}
        </>
      }
    >
      <Body dialog={dialog} />
    </DecisionDialog>
  );
}

function Body({ dialog }: RevertDialogProps) {
  const { flow } = dialog;
  switch (flow.step) {
    case 'planning':
      return <Planning changes={<Changes changes={flow.changes} />} />;
    case 'review':
      return <Review id={dialog.id} review={flow} />;
    case 'running':
      return <RunningNow dialog={dialog} flow={flow} />;
    case 'ended':
      return <Ended plan={flow.plan} outcome={flow.outcome} />;
    case 'problem':
      return (
        <>
          <Changes changes={flow.changes} />
          <div role="alert">
            <ProblemView problem={flow.problem} />
          </div>
        </>
      );
  }
}

/** After a revert that did not end as planned: a guest that was stopped can be started, a safety snapshot gone back to. */
function WayOn({ dialog: { request }, flow }: RevertDialogProps & { flow: Extract<RevertFlow, { step: 'ended' }> }) {
  const app = useApp();
  const domain = useAppState((state) => state.domains.get(domainKey(request)));
  const { outcome, plan } = flow;
  const stopped = plan.facts.domain.active && outcome.found?.state === 'shutoff';
  const undoes = outcome.result === 'failed' && outcome.safety?.result === 'taken';
  return (
    <>
      {stopped && domain ? (
        <Button onClick={() => leaveFor(app, () => askPower(app, domain, 'start'))}>Start</Button>
      ) : null}
      {undoes ? (
        <Button onClick={() => leaveFor(app, () => askRevert(app, { ...request, target: { kind: 'undo' } }))}>
          Undo…
        </Button>
      ) : null}
    </>
  );
}

function leaveFor(app: App, next: () => void): void {
  closeDialog(app.store);
  next();
}

type RunningFlow = Extract<RevertFlow, { step: 'running' }>;

function RunningNow({ dialog: { request }, flow }: RevertDialogProps & { flow: RunningFlow }) {
  const operation = useAppState((state) => ownOperation(state, domainKey(request), flow.plan.facts.snapshot.name));
  return <Running operation={operation} asked={flow.asked} since={flow.since} />;
}

function CancelButton({ dialog: { request }, flow }: RevertDialogProps & { flow: RunningFlow }) {
  const app = useApp();
  const operation = useAppState((state) => ownOperation(state, domainKey(request), flow.plan.facts.snapshot.name));
  if (!operation || !(operation.cancellable || operation.cancelRequested)) return null;
  return (
    <Button disabled={operation.cancelRequested} onClick={() => cancelOperation(app, operation)}>
      {operation.cancelRequested ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}
