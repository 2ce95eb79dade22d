import { formatCount } from '../../shared/format.ts';
import { closeDialog } from '../store/actions.ts';
import type { Dialog } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { aimOf, type LabFlow, labBlockedBy, labCounts, targetOf } from './flow.ts';
import { ReviewStep } from './review-step.tsx';
import { planLab, runLab, setLabFlow } from './run.ts';
import { TargetStep } from './target-step.tsx';

export type LabDialogProps = { dialog: Extract<Dialog, { kind: 'lab-reset' }> };

/** A lab reset up to its start: to what, then the plan of every domain with one consent for all of them. */
export function LabDialog({ dialog }: LabDialogProps) {
  const app = useApp();
  const { flow, id } = dialog;
  const linked = useAppState((state) => state.link === 'open');
  const target = flow.step === 'target' ? targetOf(flow) : null;
  const unlinked = linked ? null : 'Snapkeel’s backend is not reachable';
  const blocked =
    unlinked ??
    (flow.step === 'review' ? labBlockedBy(flow) : null) ??
    (flow.step === 'target' && !target ? `Type the ${flow.kind === 'tagged' ? 'tag' : 'name'} of the snapshot` : null);
  return (
    <DecisionDialog
      head={
        <DecisionHead title={`Lab reset of ${formatCount(dialog.keys.length, 'domain')}`}>
          {subtitle(flow)}
        </DecisionHead>
      }
      className={`lab ${flow.step === 'review' ? 'tall' : ''}`}
      home="domains"
      step={flow.step}
      safeLabel="Cancel"
      onClose={() => closeDialog(app.store)}
      foot={
        <span className="why" id="lab-why" role="status">
          {blocked}
        </span>
      }
      actions={
        <>
          {flow.step === 'review' || flow.step === 'problem' ? (
            <Button onClick={() => setLabFlow(app, id, aimOf(flow.target))}>Back</Button>
          ) : null}
          {flow.step === 'problem' ? (
            <Button onClick={() => void planLab(app, id, flow.target)}>Try again</Button>
          ) : null}
          {flow.step === 'target' ? (
            <Button
              look="primary"
              disabled={blocked !== null}
              aria-describedby="lab-why"
              onClick={() => target && void planLab(app, id, target)}
            >
              Show the plan
            </Button>
          ) : null}
          {flow.step === 'review' ? (
            <Button
              look="danger"
              disabled={blocked !== null}
              aria-describedby="lab-why"
              onClick={() => void runLab(app, id)}
            >
              Revert {formatCount(labCounts(flow).included, 'domain')}
            </Button>
          ) : null}
        </>
      }
    >
      <Body dialog={dialog} />
    </DecisionDialog>
  );
}

function subtitle(flow: LabFlow): string {
  if (flow.step === 'target') return 'Step 1 of 2: what each of them goes back to';
  if (flow.step !== 'review') return 'Step 2 of 2: what that means';
  const aims = {
    current: 'to their current snapshots',
    newest: 'to their newest snapshots',
    named: `to “${flow.target.kind === 'named' ? flow.target.name : ''}”`,
    undo: 'to where each was before its last revert',
    tagged: `to their newest snapshots tagged “${flow.target.kind === 'tagged' ? flow.target.tag : ''}”`,
  };
  return `Step 2 of 2: what it means to go back ${aims[flow.target.kind]}`;
}

function Body({ dialog }: LabDialogProps) {
  const { flow, id } = dialog;
  switch (flow.step) {
    case 'target':
      return <TargetStep dialog={dialog} aim={flow} />;
    case 'planning':
      return (
        <div className="planning shown" role="status">
          <span>Asking libvirt about each of them…</span>
          <i />
          <i />
          <i />
        </div>
      );
    case 'review':
      return <ReviewStep id={id} review={flow} />;
    case 'problem':
      return (
        <div role="alert">
          <ProblemView problem={flow.problem} />
        </div>
      );
  }
}
