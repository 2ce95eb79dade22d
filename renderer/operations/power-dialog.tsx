import { stateLabel } from '../../shared/format.ts';
import { powerLabel, virshPower } from '../../shared/operations/power/rules.ts';
import type { OperationTypes } from '../../shared/operations/registry.ts';
import type { PowerAction } from '../../shared/operations/words.ts';
import { hostById } from '../store/selectors.ts';
import type { Dialog } from '../store/store.ts';
import boxes from '../ui/box.module.css';
import { useAppState } from '../ui/context.tsx';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { assessmentOf, choose, type Review } from './flow.ts';
import { OperationDialog } from './operation-dialog.tsx';
import operations from './operations.module.css';
import { type Control, useOperation } from './use-operation.ts';

const titles: Readonly<Record<PowerAction, readonly [before: string, after: string]>> = {
  start: ['Start ', '?'],
  resume: ['Resume ', '?'],
  suspend: ['Pause ', '?'],
  shutdown: ['Shut down ', '?'],
  reset: ['Reset ', '?'],
  destroy: ['Force ', ' off?'],
};
const meanings: Readonly<Partial<Record<PowerAction, string>>> = {
  shutdown: 'The guest is asked to shut down, as with its power button. It decides whether and when to do so.',
  reset: 'The guest is restarted at once, as with its reset button, without a shutdown.',
  destroy: 'The guest is switched off at once, as in a power failure, without a shutdown.',
};

/** What is lost by an action on a domain, before it is done. */
export function PowerDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'power' }> }) {
  const { hostId, uuid, domainName, action } = dialog;
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useOperation('power', { hostId, uuid, domainName, aim: { action } }, () => ({ discardSave: false }));
  const [before, after] = titles[action];
  const { flow } = control;
  const discards = flow.step === 'review' && flow.choice.discardSave;
  return (
    <OperationDialog
      control={control}
      title={
        <>
          {before}
          <bdi>{domainName}</bdi>
          {after}
        </>
      }
      about={
        <>
          Domain on <bdi>{hostName}</bdi>
        </>
      }
      width={560}
      review={(review) => <PowerReview control={control} review={review} />}
      virsh={({ plan, choice }) => virshPower(plan.virsh, action, choice.discardSave)}
      action={powerLabel(action)}
      danger={action !== 'start' || discards}
      isBlocked={(review) => blockerOf(control, review) !== null}
    />
  );
}

type Power = OperationTypes['power'];

const withOtherMemory = ({ type }: Control<Power>, review: Review<Power>) =>
  choose(type, review, { discardSave: !review.choice.discardSave });

/** Why it cannot be done, neither from saved memory nor from the disks; null where it can. */
function blockerOf(control: Control<Power>, review: Review<Power>): string | null {
  const [blocker] = assessmentOf(control.type, review).blockers;
  const other = assessmentOf(control.type, withOtherMemory(control, review));
  return blocker && other.blockers.length > 0 ? blocker.text : null;
}

function PowerReview({ control, review }: { control: Control<Power>; review: Review<Power> }) {
  const { type } = control;
  const { plan, choice } = review;
  const { losses } = assessmentOf(type, review);
  const other = withOtherMemory(control, review);
  const blocker = blockerOf(control, review);
  if (blocker !== null)
    return (
      <section className={boxes.box} data-look="impossible">
        <h3>There is nothing to do</h3>
        <p>{blocker}</p>
      </section>
    );
  const { action, facts } = plan;
  const meaning = meanings[action];
  return (
    <>
      {meaning ? <p>{meaning}</p> : null}
      <section className={boxes.box} data-look={action === 'start' ? 'force' : 'loss'}>
        <h3>{action === 'start' ? 'Saved memory is restored' : 'What is lost'}</h3>
        <ul>
          {losses.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      </section>
      {action === 'start' && facts.managedSave ? (
        <section className={operations.safety}>
          <label className={forms.check}>
            <input
              type="checkbox"
              checked={choice.discardSave}
              aria-describedby="discard-note"
              onChange={() => control.reconsider(other)}
            />
            <span>Discard the saved memory and boot from the disks</span>
          </label>
          <div className={forms.checkNote} id="discard-note">
            <p>Everything in that memory is lost.</p>
          </div>
        </section>
      ) : null}
      <p className={parts.dim}>The domain is {stateLabel(facts.state)} now.</p>
    </>
  );
}
