import { useId } from 'react';
import { refusalsOf } from '../../../shared/operations/create/assess.ts';
import { modeOffers, withMode } from '../../../shared/operations/create/draft.ts';
import { liveMatters, quiesceMatters } from '../../../shared/operations/create/modes.ts';
import type { CreateDraft, CreateFacts } from '../../../shared/schema.ts';
import forms from '../../ui/forms.module.css';
import styles from './create.module.css';

interface ChoiceProps {
  facts: CreateFacts;
  draft: CreateDraft;
  onChange: (draft: CreateDraft) => void;
}

/** What is included and where it goes: what this domain can have now, and why it can't have the rest. */
export function ModeChoice({ facts, draft, onChange }: ChoiceProps) {
  const id = useId();
  const offers = modeOffers(facts);
  return (
    <fieldset className={styles.modes}>
      <legend className={forms.label}>What to include</legend>
      {offers.map(({ mode, label, reason }) => {
        const off = reason !== null;
        return (
          <div key={mode} className={styles.mode}>
            <label className={forms.check} data-off={off || undefined}>
              <input
                type="radio"
                name={`${id}-mode`}
                value={mode}
                checked={draft.mode === mode}
                disabled={off}
                aria-describedby={`${id}-${mode}`}
                onChange={() => onChange(withMode(facts, draft, mode))}
              />
              <span>{label}</span>
            </label>
            <div className={forms.checkNote} id={`${id}-${mode}`}>
              {reason === null ? null : <p>{reason}</p>}
            </div>
            {draft.mode === mode ? <Options facts={facts} draft={draft} onChange={onChange} /> : null}
          </div>
        );
      })}
    </fieldset>
  );
}

/** What can be chosen besides, for the kind that is chosen. */
function Options(props: ChoiceProps) {
  return (
    <>
      <LiveOrQuiesce {...props} />
      <Halt {...props} />
    </>
  );
}

/** Only of a guest that is on: `--halt`. */
function Halt({ facts, draft, onChange }: ChoiceProps) {
  if (!facts.active) return null;
  const refusals = refusalsOf(facts, { ...draft, halt: true }, 'halt').map(({ text }) => text);
  return (
    <Option
      label="And leave the guest off"
      on={draft.halt}
      off={refusals.length > 0}
      reasons={refusals}
      onChange={(halt) => onChange({ ...draft, halt })}
    />
  );
}

function LiveOrQuiesce({ facts, draft, onChange }: ChoiceProps) {
  const runs = facts.state === 'running' || facts.state === 'blocked';
  if (liveMatters(draft.mode) && runs)
    return (
      <Option
        label="Keep the guest running while its memory is written"
        on={draft.live}
        reasons={draft.live ? [] : ['It is paused until all of it is written, and the file is smaller.']}
        onChange={(live) => onChange({ ...draft, live })}
      />
    );
  if (!quiesceMatters(draft.mode) || !facts.active) return null;
  const refusals = refusalsOf(facts, { ...draft, quiesce: true }, 'quiesce').map(({ text }) => text);
  return (
    <Option
      label="Freeze the file systems with the guest agent"
      on={draft.quiesce}
      off={refusals.length > 0}
      reasons={refusals.length > 0 ? refusals : draft.quiesce ? ['They are thawed again in any case.'] : []}
      onChange={(quiesce) => onChange({ ...draft, quiesce })}
    />
  );
}

interface OptionProps {
  label: string;
  on: boolean;
  off?: boolean;
  reasons: readonly string[];
  onChange: (on: boolean) => void;
}

function Option({ label, on, off = false, reasons, onChange }: OptionProps) {
  const id = useId();
  return (
    <div className={styles.option}>
      <label className={forms.check} data-off={off || undefined}>
        <input
          type="checkbox"
          checked={on}
          disabled={off && !on}
          aria-describedby={id}
          onChange={({ target }) => onChange(target.checked)}
        />
        <span>{label}</span>
      </label>
      <div className={forms.checkNote} id={id}>
        {reasons.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </div>
  );
}
