import { type KeyboardEvent, type RefObject, useId } from 'react';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import styles from './name-and-description.module.css';

interface Texts {
  readonly name: string;
  readonly description: string;
}

interface NameAndDescriptionProps {
  value: Texts;
  /** What is wrong with each; null where nothing is. */
  problems: { readonly [field in keyof Texts]: string | null };
  /** Of a snapshot that is not there yet: its name is proposed, to be written over. */
  isNew?: boolean;
  /** Why the name stays as it is; null where it may be changed. */
  nameFixed?: string | null;
  /** Is given the field to begin in. */
  field: RefObject<HTMLElement | null>;
  onChange: (change: Partial<Texts>) => void;
  onSubmit: () => void;
}

/** The two texts of a snapshot. Enter in the name submits, as Ctrl or ⌘ with Enter does in the description. */
export function NameAndDescription(props: NameAndDescriptionProps) {
  const { value, problems, isNew = false, nameFixed = null, field, onChange, onSubmit } = props;
  const id = useId();
  const begin = (element: HTMLElement | null) => {
    field.current = element;
  };
  const onEnter = (event: KeyboardEvent, always: boolean) => {
    if (event.key !== 'Enter' || event.repeat || !(always || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      <div className={forms.formField}>
        <label className={forms.label} htmlFor={`${id}-name`}>
          Name
        </label>
        <input
          ref={nameFixed === null ? begin : undefined}
          id={`${id}-name`}
          className={forms.input}
          type="text"
          autoComplete="off"
          spellCheck={false}
          readOnly={nameFixed !== null}
          value={value.name}
          aria-invalid={problems.name !== null}
          aria-describedby={`${id}-name-note`}
          onFocus={(event) => isNew && event.target.select()}
          onChange={({ target }) => onChange({ name: target.value })}
          onKeyDown={(event) => onEnter(event, true)}
        />
        <p id={`${id}-name-note`} className={problems.name === null ? parts.dim : forms.fieldProblem} role="status">
          {problems.name ?? nameFixed ?? ''}
        </p>
      </div>
      <div className={forms.formField}>
        <label className={forms.label} htmlFor={`${id}-description`}>
          Description
        </label>
        <textarea
          ref={nameFixed === null ? undefined : begin}
          id={`${id}-description`}
          className={`${forms.input} ${forms.area} ${isNew ? styles.short : ''}`}
          rows={isNew ? 2 : 4}
          value={value.description}
          aria-invalid={problems.description !== null}
          aria-describedby={`${id}-description-note`}
          onChange={({ target }) => onChange({ description: target.value })}
          onKeyDown={(event) => onEnter(event, false)}
        />
        <p
          id={`${id}-description-note`}
          className={problems.description === null ? parts.dim : forms.fieldProblem}
          role="status"
        >
          {problems.description ?? ''}
        </p>
      </div>
    </>
  );
}
