import { type RefObject, useId } from 'react';
import { quiesceMatters } from '../../../shared/operations/create/modes.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import { Segments } from '../../ui/segments.tsx';
import styles from '../batch.module.css';
import { type BatchReview, included } from '../review.ts';
import type { TakeOptions } from './kind.ts';

interface TakeFieldsProps {
  review: BatchReview<typeof createType, TakeOptions>;
  onChange: (options: TakeOptions) => void;
}

/** The texts that all of the snapshots get. */
export function TakeTexts({
  review: { options },
  field,
  onChange,
}: TakeFieldsProps & { field: RefObject<HTMLInputElement | null> }) {
  const id = useId();
  return (
    <div className={styles.takeTexts}>
      <div className={forms.formField}>
        <label className={forms.label} htmlFor={`${id}-name`}>
          Name of each
        </label>
        <input
          ref={field}
          id={`${id}-name`}
          className={forms.input}
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={options.namePattern}
          aria-describedby={`${id}-name-note`}
          onChange={({ target }) => onChange({ ...options, namePattern: target.value })}
        />
        <p id={`${id}-name-note`} className={parts.dim}>
          {'{date}, {time} and {domain} are filled in.'}
        </p>
      </div>
      <div className={forms.formField}>
        <label className={forms.label} htmlFor={`${id}-description`}>
          Description of all
        </label>
        <input
          id={`${id}-description`}
          className={forms.input}
          type="text"
          autoComplete="off"
          value={options.description}
          onChange={({ target }) => onChange({ ...options, description: target.value })}
        />
      </div>
    </div>
  );
}

const includes = [
  { value: 'memory', label: 'With memory where possible' },
  { value: 'disks', label: 'Disks only' },
] as const;

/** What all of them include. */
export function TakeChoices({ review, onChange }: TakeFieldsProps) {
  const { options } = review;
  const freezable = included(review).filter(
    ({ planned: { plan, choice } }) => quiesceMatters(choice.mode) && plan.facts.agent === 'connected',
  ).length;
  return (
    <>
      <Segments
        legend="Include"
        name="take-include"
        value={options.memory ? 'memory' : 'disks'}
        options={includes}
        onChange={(value) => onChange({ ...options, memory: value === 'memory' })}
      />
      {freezable > 0 ? (
        <label className={forms.check}>
          <input
            type="checkbox"
            checked={options.quiesce}
            onChange={({ target }) => onChange({ ...options, quiesce: target.checked })}
          />
          <span>
            Freeze file systems with the guest agent <span className={parts.dim}>({freezable} can)</span>
          </span>
        </label>
      ) : null}
    </>
  );
}
