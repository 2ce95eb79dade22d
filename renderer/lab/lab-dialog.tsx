import { useEffect, useState } from 'react';
import { formatCount } from '../../shared/format.ts';
import { closeDialog } from '../store/actions.ts';
import type { Dialog } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { aimOf, type LabFlow, labBlockedBy, labCounts, targetOf } from './flow.ts';
import { ReviewStep } from './review-step.tsx';
import { LabReset } from './run.ts';
import { TargetStep } from './target-step.tsx';

export type LabDialogProps = { dialog: Extract<Dialog, { kind: 'lab-reset' }> };

/** A lab reset up to its start: to what, then the plan of every domain with one consent for all of them. */
export function LabDialog({ dialog }: LabDialogProps) {
  const app = useApp();
  const { flow, reset } = useLabReset(dialog);
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
            <Button onClick={() => reset.set(aimOf(flow.target))}>Back</Button>
          ) : null}
          {flow.step === 'problem' ? <Button onClick={() => void reset.plan(flow.target)}>Try again</Button> : null}
          {flow.step === 'target' ? (
            <Button
              look="primary"
              disabled={blocked !== null}
              aria-describedby="lab-why"
              onClick={() => target && void reset.plan(target)}
            >
              Show the plan
            </Button>
          ) : null}
          {flow.step === 'review' ? (
            <Button
              look="danger"
              disabled={blocked !== null}
              aria-describedby="lab-why"
              onClick={() => void reset.run()}
            >
              Revert {formatCount(labCounts(flow).included, 'domain')}
            </Button>
          ) : null}
        </>
      }
    >
      <Body keys={dialog.keys} flow={flow} reset={reset} />
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

/** The flow of the dialog; of an undo it begins with the plan. */
function useLabReset({ keys, undo }: LabDialogProps['dialog']) {
  const app = useApp();
  const [flow, show] = useState<LabFlow>({ step: 'target', kind: 'current', name: '', tag: '' });
  const [reset] = useState(() => new LabReset(app, keys, show));
  useEffect(() => {
    reset.open();
    if (undo) void reset.plan({ kind: 'undo' });
    return () => reset.close();
  }, [reset, undo]);
  return { flow, reset };
}

interface BodyProps {
  keys: LabDialogProps['dialog']['keys'];
  flow: LabFlow;
  reset: LabReset;
}

function Body({ keys, flow, reset }: BodyProps) {
  switch (flow.step) {
    case 'target':
      return <TargetStep keys={keys} aim={flow} reset={reset} />;
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
      return <ReviewStep review={flow} reset={reset} />;
    case 'problem':
      return (
        <div role="alert">
          <ProblemView problem={flow.problem} />
        </div>
      );
  }
}
