import { useState } from 'react';
import type { PowerAction } from '../../shared/deeds.ts';
import { stateLabel } from '../../shared/format.ts';
import { powerLabel, startHindrance, virshPower } from '../../shared/power.ts';
import type { PowerPlan } from '../../shared/schema.ts';
import { hostById } from '../store/selectors.ts';
import type { Dialog } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { TypedName } from '../ui/typed-name.tsx';
import { VirshLine } from '../ui/virsh-line.tsx';
import { DeedDialog } from './deed/deed-dialog.tsx';
import { useDeed } from './deed/use-deed.ts';

const titles: Readonly<Record<PowerAction, readonly [before: string, after: string]>> = {
  start: ['Start ', '?'],
  resume: ['Resume ', '?'],
  suspend: ['Pause ', '?'],
  shutdown: ['Shut down ', '?'],
  reset: ['Reset ', '?'],
  destroy: ['Force ', ' off?'],
};
const meanings: Readonly<Partial<Record<PowerAction, string>>> = {
  shutdown: 'The guest is asked to shut down, as with the power button. It decides itself whether and when it does.',
  reset: 'The guest is restarted at once, as with the reset button. It is not asked.',
  destroy: 'The guest is switched off at once, as by pulling the plug. It is not asked.',
};

/** What is lost by an action on a domain, before it is done. */
export function PowerDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'power' }> }) {
  const { hostId, uuid, domainName, action } = dialog;
  const { client } = useApp();
  const [typedName, setTypedName] = useState('');
  const [discardSave, setDiscardSave] = useState(false);
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useDeed(() => client.power.plan({ hostId, uuid, action }));
  const [before, after] = titles[action];
  const blocked = (plan: PowerPlan) => {
    if (plan.refusal || startHindrance(plan.facts, discardSave) !== null) return 'This is not possible now';
    return plan.protected && typedName !== plan.domainName ? 'Type the domain’s name first' : null;
  };
  return (
    <DeedDialog
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
      className="power"
      control={control}
      review={(plan) => (
        <>
          <Review plan={plan} discardSave={discardSave} onDiscardSave={setDiscardSave} />
          {plan.protected && !plan.refusal ? (
            <TypedName name={plan.domainName} value={typedName} onChange={setTypedName} />
          ) : null}
          {plan.refusal ? null : <VirshLine text={virshPower(plan.virsh, action, discardSave)} />}
        </>
      )}
      action={powerLabel(action)}
      danger
      blocked={blocked}
      onAction={() =>
        control.start({ kind: 'power', hostId, uuid, domainName, subject: action }, ({ planId }) =>
          client.power.run({ planId, confirmed: true, discardSave, typedName }),
        )
      }
    />
  );
}

interface ReviewProps {
  plan: PowerPlan;
  discardSave: boolean;
  onDiscardSave: (on: boolean) => void;
}

function Review({ plan: { action, facts, refusal, losses }, discardSave, onDiscardSave }: ReviewProps) {
  if (refusal)
    return (
      <section className="box impossible">
        <h3>There is nothing to do</h3>
        <p>{refusal.text}</p>
      </section>
    );
  const meaning = meanings[action];
  return (
    <>
      {meaning ? <p>{meaning}</p> : null}
      <section className={action === 'start' ? 'box force' : 'box loss'}>
        <h3>{action === 'start' ? 'Saved memory is restored' : 'What is lost'}</h3>
        <ul>
          {losses.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      </section>
      {action === 'start' && facts.managedSave ? (
        <section className="safety">
          <label className="check">
            <input
              type="checkbox"
              checked={discardSave}
              aria-describedby="discard-note"
              onChange={(event) => onDiscardSave(event.target.checked)}
            />
            <span>Drop the saved memory, and boot from the disks instead</span>
          </label>
          <div className="check-note" id="discard-note">
            <p>What the guest had in that memory is lost then.</p>
          </div>
        </section>
      ) : null}
      <p className="dim">The domain is {stateLabel(facts.state)} now.</p>
    </>
  );
}
