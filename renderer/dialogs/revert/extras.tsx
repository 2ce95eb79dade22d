import { useApp } from '../../ui/context.tsx';
import { TypedName as TypedNameField } from '../../ui/typed-name.tsx';
import { type RevertReview, removeManagedSave } from './flow.ts';
import { reconsider } from './run.ts';

interface ExtrasProps {
  id: number;
  review: RevertReview;
}

/** Whether a snapshot of the present is taken first: on wherever it can be, and why not where it can't. */
export function SafetyChoice({ id, review }: ExtrasProps) {
  const app = useApp();
  const { safety, kind } = review.plan;
  const [reason, ...more] = safety.reasons;
  const on = review.safetySnapshot && safety.available;
  return (
    <section className="safety">
      <label className={safety.available ? 'check' : 'check off'}>
        <input
          type="checkbox"
          checked={on}
          disabled={!safety.available}
          aria-describedby="safety-note"
          onChange={(event) => reconsider(app, id, { ...review, safetySnapshot: event.target.checked })}
        />
        <span>Take a safety snapshot first, so that this can be undone{kind === 'undo' ? ' too' : ''}</span>
      </label>
      <div className="check-note" id="safety-note">
        {on ? (
          <p>
            Named like “<bdi>{safety.name}</bdi>”; {safety.kind}, {safety.memory ? 'with memory' : 'without memory'}
          </p>
        ) : null}
        {on ? safety.notes.map(({ code, text }) => <p key={code}>{text}</p>) : null}
        {!on && safety.available ? <p className="warned">Without it, there is no way back from this.</p> : null}
        {reason ? <p>It can’t be taken here, so there is no way back from this. {reason.text}</p> : null}
        {more.map(({ code, text }) => (
          <p key={code}>{text}</p>
        ))}
      </div>
    </section>
  );
}

/** The saved memory that would come back at the next start, over disks that are no longer those it goes with. */
export function ManagedSaveChoice({ id, review }: ExtrasProps) {
  const app = useApp();
  const { domain } = review.plan.facts;
  if (!domain.managedSave) return null;
  const forced = review.startState
    ? review.plan.choices[review.startState].requirements.some(({ code }) => code === 'MANAGED_SAVE')
    : false;
  return (
    <section className="safety">
      <label className="check">
        <input
          type="checkbox"
          checked={review.removeManagedSave}
          aria-describedby="managed-save-note"
          onChange={(event) => reconsider(app, id, removeManagedSave(review, event.target.checked))}
        />
        <span>Remove the managed save image first</span>
      </label>
      <div className="check-note" id="managed-save-note">
        <p>
          The memory that <bdi>{domain.name}</bdi> was saved with is lost then.
          {forced ? ' libvirt asks for no force because of it any more.' : ''}
        </p>
      </div>
    </section>
  );
}

/** A domain marked as protected wants its name typed. */
export function TypedName({ id, review }: ExtrasProps) {
  const app = useApp();
  if (!review.plan.protected) return null;
  const { name } = review.plan.facts.domain;
  const onChange = (typedName: string) => reconsider(app, id, { ...review, typedName });
  return <TypedNameField name={name} value={review.typedName} onChange={onChange} />;
}
