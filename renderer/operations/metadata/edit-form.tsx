import type { RefObject } from 'react';
import { nameNote } from '../../../shared/libvirt/names.ts';
import { type Edit, type EditStep, editStepText } from '../../../shared/operations/metadata/edit-steps.ts';
import type { EditAssessment } from '../../../shared/operations/metadata/types.ts';
import type { EditFacts } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import parts from '../../ui/parts.module.css';
import { NameAndDescription } from '../name-and-description.tsx';
import styles from './metadata.module.css';

/** Steps that are written out; of more only the number is told. */
const stepsShown = 6;

interface EditFormProps {
  facts: EditFacts;
  edit: Edit;
  /** What the rules say of it. */
  assessment: EditAssessment;
  /** Is given the field to begin in. */
  field: RefObject<HTMLElement | null>;
  onChange: (change: Partial<Edit>) => void;
  onSubmit: () => void;
}

/** The two fields, why the name stays if it must, and what libvirt will be asked for. */
export function EditForm({ facts, edit, assessment, field, onChange, onSubmit }: EditFormProps) {
  const note = nameNote(edit.name);
  const notes = [...facts.notes, ...(note ? [note] : [])];
  const { blockers, steps } = assessment;
  const problemAt = (code: string) => blockers.find((blocker) => blocker.code === code)?.text ?? null;
  const problems = { name: problemAt('NAME_REFUSED'), description: problemAt('DESCRIPTION_REFUSED') };
  return (
    <>
      <NameAndDescription
        value={edit}
        problems={problems}
        nameFixed={facts.nameFixed?.text ?? null}
        field={field}
        onChange={onChange}
        onSubmit={onSubmit}
      />
      {notes.map(({ code, text }) => (
        <p key={code} className={boxes.box} data-look="warning">
          {text}
        </p>
      ))}
      {steps.length > 0 && problems.name === null ? <Steps steps={steps} current={facts.current} /> : null}
    </>
  );
}

function Steps({ steps, current }: { steps: readonly EditStep[]; current: boolean }) {
  const shown = steps.length > stepsShown ? [...steps.slice(0, stepsShown - 2), steps.at(-1)] : steps;
  const hidden = steps.length - shown.length;
  return (
    <section className={`${boxes.box} ${styles.editSteps}`}>
      <h3>Steps</h3>
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
      <p className={parts.dim}>
        Only metadata is written. No disk and no memory is touched, and the guest keeps running.
        {current ? ' It stays the current snapshot.' : ''} If a step fails, everything is restored.
      </p>
    </section>
  );
}
