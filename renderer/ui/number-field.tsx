import { useState } from 'react';
import forms from './forms.module.css';

interface NumberFieldProps {
  id?: string;
  label?: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A whole number within limits. What is typed counts as soon as it is one; leaving the field shows what counts. */
export function NumberField({ id, label, value, min, max, onChange }: NumberFieldProps) {
  const [text, setText] = useState<string | null>(null);
  return (
    <input
      id={id}
      className={`${forms.input} ${forms.number}`}
      type="number"
      min={min}
      max={max}
      aria-label={label}
      value={text ?? value}
      onChange={({ target }) => {
        setText(target.value);
        const typed = target.valueAsNumber;
        if (Number.isInteger(typed) && typed >= min && typed <= max) onChange(typed);
      }}
      onBlur={() => setText(null)}
    />
  );
}
