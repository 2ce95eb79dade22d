import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { formatDuration, formatMoment } from '../../../shared/format.ts';
import { closeDialog } from '../../store/actions.ts';
import { hostById, operationOn } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import { focusHome } from '../../ui/focus-home.ts';
import { useAfter, useNow } from '../../ui/hooks.ts';
import { ProblemView } from '../../ui/problem-view.tsx';
import { Ended } from './ended.tsx';
import { type RevertFlow, revertBlockedBy } from './flow.ts';
import { Review } from './review.tsx';
import { planAgain, runRevert } from './run.ts';

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

/** A key that is held down from one step into the next must not press a button there. */
function ignoreHeldKey(event: KeyboardEvent) {
  if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
}

function Heading({ dialog: { request, flow } }: RevertDialogProps) {
  const now = useNow();
  const hostName = useAppState((state) => hostById(state, request.hostId)?.name ?? '');
  const known = useAppState((state) =>
    state.history?.key === domainKey(request) ? state.history.list?.current : null,
  );
  const snapshot = 'plan' in flow ? flow.plan.facts.snapshot : null;
  const name = snapshot?.name ?? (request.target.kind === 'named' ? request.target.name : known);
  const facts = 'plan' in flow ? flow.plan.facts : null;
  const running = flow.step === 'running';
  return (
    <div className="dialog-head">
      <AlertDialog.Title className="dialog-title">
        {running ? 'Reverting' : 'Revert'} <bdi>{facts?.domain.name ?? request.domainName}</bdi> to{' '}
        {name ? (
          <>
            “<bdi>{name}</bdi>”
          </>
        ) : (
          'its current snapshot'
        )}
        {flow.step === 'planning' || flow.step === 'review' ? '?' : ''}
      </AlertDialog.Title>
      <AlertDialog.Description className="dialog-sub">
        on <bdi>{hostName}</bdi>
        {facts && snapshot && facts.current === snapshot.name ? ' · current snapshot' : ''}
        {snapshot ? ` · taken ${formatMoment(snapshot.createdAt, now)}` : ''}
      </AlertDialog.Description>
    </div>
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
      return <Running dialog={dialog} since={flow.since} />;
    case 'ended':
      return <Ended outcome={flow.outcome} />;
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

/** What became different while a plan was read. */
export function Changes({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return null;
  return (
    <div className="box notice" role="alert">
      <strong>Something changed while you were reading</strong>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <p>Nothing was reverted.</p>
    </div>
  );
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

function Running({ dialog: { request }, since }: RevertDialogProps & { since: number }) {
  const now = useNow(1000);
  const phase = useAppState((state) => operationOn(state, domainKey(request))?.phase ?? 'reverting');
  return (
    <div className="running">
      <progress aria-label="Reverting" />
      <p>
        <span role="status">{phase === 'verifying' ? 'Asking libvirt what came of it…' : 'Reverting…'}</span>{' '}
        <span className="elapsed">{formatDuration(now - since)}</span>
      </p>
      <p className="dim">
        libvirt can’t call a revert off once it has begun. It goes on without this dialog too, and its end is told
        below.
      </p>
    </div>
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
          Revert
        </Button>
      ) : null}
    </div>
  );
}
