import type { Outcome, RevertPlan } from '../../../shared/schema.ts';
import { closeDialog } from '../../store/actions.ts';
import { type App, type Dialog, domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import { askPower } from '../ask-power.ts';
import { OperationDialog } from '../operation-dialog.tsx';
import { useOperation } from '../use-operation.ts';
import { askRevert } from './ask.ts';
import { ToDeletion, ToHealth } from './blocked.tsx';
import { firstChoice, isImpossible, isUndecided, revertBlockedBy, revertLabel, virshOf } from './choice.ts';
import { canStart, canUndo, Ended } from './ended.tsx';
import { Heading } from './heading.tsx';
import { Review } from './review.tsx';
import { Running } from './running.tsx';

type RevertDialogProps = { dialog: Extract<Dialog, { kind: 'revert' }> };

/** The confirmation of a revert. Its safe button has the focus at every step, and Escape is the same as that button. */
export function RevertDialog({ dialog }: RevertDialogProps) {
  const control = useOperation('revert', dialog, firstChoice);
  return (
    <OperationDialog
      control={control}
      head={<Heading dialog={dialog} flow={control.flow} />}
      width={600}
      aside
      untouched="Nothing was reverted."
      review={(review) => <Review review={review} reconsider={control.reconsider} />}
      virsh={(review) => (isUndecided(review) ? null : virshOf(review))}
      action={(review) => (review ? revertLabel(review) : 'Revert')}
      danger
      unfinished={revertBlockedBy}
      isBlocked={isImpossible}
      blockedFoot={() => <ToHealth />}
      wayOut={(review) => <ToDeletion review={review} />}
      running={(_plan, asked, since, operation) => <Running operation={operation} asked={asked} since={since} />}
      ended={(plan, outcome) => <Ended plan={plan} outcome={outcome} />}
      wayOn={(plan, outcome) => <WayOn dialog={dialog} plan={plan} outcome={outcome} />}
    />
  );
}

/** After a revert that did not end as planned: a guest that was stopped can be started, a safety snapshot gone back to. */
function WayOn({ dialog, plan, outcome }: RevertDialogProps & { plan: RevertPlan; outcome: Outcome }) {
  const app = useApp();
  const { hostId, uuid, domainName } = dialog;
  const domain = useAppState((state) => state.domains.get(domainKey(dialog)));
  return (
    <>
      {canStart({ plan, outcome }) && domain ? (
        <Button onClick={() => leaveFor(app, () => askPower(app, domain, 'start'))}>Start</Button>
      ) : null}
      {canUndo({ plan, outcome }) ? (
        <Button
          look="primary"
          onClick={() => leaveFor(app, () => askRevert(app, { hostId, uuid, domainName, aim: { kind: 'undo' } }))}
        >
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
