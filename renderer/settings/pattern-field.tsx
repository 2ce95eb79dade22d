import type { ReactNode, RefObject } from 'react';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { patternProblem } from './pattern.ts';
import styles from './settings.module.css';

interface PatternFieldProps {
  id: string;
  /** What the field is called where its heading is not seen. */
  name: string;
  value: string;
  /** What can be filled in. */
  words: readonly string[];
  /** The pattern filled in, in a sentence. */
  example: ReactNode;
  field?: RefObject<HTMLInputElement | null>;
  onChange: (value: string) => void;
}

/** A pattern of names, with what is wrong with it or what it would make. */
export function PatternField({ id, name, value, words, example, field, onChange }: PatternFieldProps) {
  const wrong = patternProblem(value, words);
  return (
    <div className={`${styles.setting} ${styles.wide}`}>
      <label htmlFor={id}>Name</label>
      <input
        ref={field}
        id={id}
        className={`${forms.input} ${parts.mono}`}
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={name}
        value={value}
        aria-invalid={wrong !== null}
        aria-describedby={`${id}-note`}
        onChange={({ target }) => onChange(target.value)}
      />
      <div id={`${id}-note`}>
        {wrong ? <p className={forms.fieldProblem}>{wrong}</p> : <p>{example}</p>}
        <p>
          Placeholders:{' '}
          {words.map((word) => (
            <code key={word}>{`{${word}} `}</code>
          ))}
        </p>
      </div>
    </div>
  );
}
