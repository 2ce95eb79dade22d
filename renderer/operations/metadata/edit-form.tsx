import { type KeyboardEvent, type RefObject, useId } from 'react';
import { nameNote } from '../../../shared/libvirt/names.ts';
import { type Edit, type EditStep, editSteps, editStepText } from '../../../shared/operations/metadata/edit-steps.ts';
import { renameProblem } from '../../../shared/operations/metadata/rename.ts';
import type { EditFacts } from '../../../shared/schema.ts';

/** Steps that are written out; of more only the number is told. */
const stepsShown = 6;

interface EditFormProps {
  facts: EditFacts;
  edit: Edit;
  /** Is given the field to begin in. */
  field: RefObject<HTMLElement | null>;
  onChange: (change: Partial<Edit>) => void;
  onSubmit: () => void;
}

/** The two fields, why the name stays if it must, and what libvirt will be asked for. */
export function EditForm({ facts, edit, field, onChange, onSubmit }: EditFormProps) {
  const id = useId();
  const { snapshot, current, children, nameFixed } = facts;
  const begin = (element: HTMLElement | null) => {
    field.current = element;
  };
  const problem = renameProblem(facts, edit.name);
  const note = nameNote(edit.name);
  const notes = [...facts.notes, ...(note ? [note] : [])];
  const steps = problem === null ? editSteps({ ...snapshot, current, children }, edit) : [];
  const onEnter = (event: KeyboardEvent, always: boolean) => {
    if (event.key !== 'Enter' || event.repeat || !(always || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      <div className="form-field">
        <label className="label" htmlFor={`${id}-name`}>
          Name
        </label>
        <input
          ref={nameFixed ? undefined : begin}
          id={`${id}-name`}
          className="input"
          type="text"
          autoComplete="off"
          spellCheck={false}
          readOnly={nameFixed !== null}
          value={edit.name}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-name-note`}
          onChange={(event) => onChange({ name: event.target.value })}
          onKeyDown={(event) => onEnter(event, true)}
        />
        <p id={`${id}-name-note`} className={problem === null ? 'dim' : 'field-problem'} role="status">
          {problem ?? nameFixed?.text ?? ''}
        </p>
      </div>
      <div className="form-field">
        <label className="label" htmlFor={`${id}-description`}>
          Description
        </label>
        <textarea
          ref={nameFixed ? begin : undefined}
          id={`${id}-description`}
          className="input area"
          rows={4}
          value={edit.description}
          onChange={(event) => onChange({ description: event.target.value })}
          onKeyDown={(event) => onEnter(event, false)}
        />
      </div>
      {notes.map(({ code, text }) => (
        <p key={code} className="box warning">
          {text}
        </p>
      ))}
      {steps.length > 0 ? <Steps steps={steps} current={current} /> : null}
    </>
  );
}

function Steps({ steps, current }: { steps: readonly EditStep[]; current: boolean }) {
  const shown = steps.length > stepsShown ? [...steps.slice(0, stepsShown - 2), steps.at(-1)] : steps;
  const hidden = steps.length - shown.length;
  return (
    <section className="box edit-steps">
      <h3>What libvirt is asked to do</h3>
      <ol>
        {shown.map((step, index) =>
          step ? (
            <li key={`${step.kind} ${step.snapshot}`} value={index === shown.length - 1 ? steps.length : index + 1}>
              {editStepText(step)}
              {hidden > 0 && index === shown.length - 2 ? ` ${hidden} more children follow.` : ''}
            </li>
          ) : null,
        )}
      </ol>
      <p className="dim">
        Only metadata is written: no disk and no memory is touched, and the guest goes on.
        {current ? ' It stays the current snapshot.' : ''} If a step fails, everything is put back.
      </p>
    </section>
  );
}
