import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type RefObject, useEffect, useRef } from 'react';
import { closeDialog } from '../../store/actions.ts';
import { ownOperation } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import { focusHome } from '../../ui/focus-home.ts';
import { ignoreHeldKey } from '../../ui/held-key.ts';
import { useAfter } from '../../ui/hooks.ts';
import { ProblemView } from '../../ui/problem-view.tsx';
import { Changes } from './changes.tsx';
import { Ended } from './ended.tsx';
import { type RevertFlow, revertBlockedBy, revertLabel } from './flow.ts';
import { Heading } from './heading.tsx';
import { Review } from './review.tsx';
import { cancelOperation, planAgain, runRevert } from './run.ts';
import { Running } from './running.tsx';

const skeletonAfterMs = 150;

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
  const { store } = useApp();
  const safe = useRef<HTMLButtonElement>(null);
  const { flow } = dialog;
  const plan = 'plan' in flow ? flow.plan : null;
  // A new plan or a new step is read from the start, with the focus where nothing can go wrong.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when there's something new to read
  useEffect(() => safe.current?.focus(), [flow.step, plan?.planId]);
  const close = () => closeDialog(store);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="veil" />
        <AlertDialog.Popup
          className="dialog revert"
          initialFocus={safe}
          finalFocus={() => focusHome('history')}
          onKeyDown={ignoreHeldKey}
        >
          <Heading dialog={dialog} />
          <div className="dialog-body">
            <Body dialog={dialog} />
          </div>
          <Footer dialog={dialog} safe={safe} onClose={close} />
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Body({ dialog }: RevertDialogProps) {
  const { flow } = dialog;
  switch (flow.step) {
    case 'planning':
      return <Planning changes={flow.changes} />;
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

function Planning({ changes }: { changes: readonly string[] }) {
  const late = useAfter(skeletonAfterMs);
  return (
    <>
      <Changes changes={changes} />
      <div className={late ? 'planning shown' : 'planning'} role="status">
        <span>{late ? 'Asking libvirt…' : ''}</span>
        <i />
        <i />
        <i />
      </div>
    </>
  );
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

function Footer({
  dialog,
  safe,
  onClose,
}: RevertDialogProps & { safe: RefObject<HTMLButtonElement | null>; onClose: () => void }) {
  const app = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const { flow, id } = dialog;
  const blocked =
    flow.step === 'review' ? (linked ? revertBlockedBy(flow) : 'Snapkeel’s backend is not reachable') : '';
  return (
    <div className="dialog-foot">
      <span className="why" id="revert-why" role="status">
        {blocked}
      </span>
      {flow.step === 'running' ? <CancelButton dialog={dialog} flow={flow} /> : null}
      <Button ref={safe} onClick={onClose}>
        {safeLabels[flow.step]}
      </Button>
      {flow.step === 'problem' && flow.canRetry ? <Button onClick={() => planAgain(app, id)}>Try again</Button> : null}
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
    </div>
  );
}
