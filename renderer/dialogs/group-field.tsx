import type { RefObject } from 'react';
import { groupsInUse } from '../store/selectors.ts';
import { useAppState } from '../ui/context.tsx';
import forms from '../ui/forms.module.css';

interface GroupFieldProps {
  value: string;
  invalid: boolean;
  label?: string;
  field?: RefObject<HTMLInputElement | null>;
  onChange: (value: string) => void;
}

/** The name of a group: any, or one of those in use. */
export function GroupField({ value, invalid, label = 'Group', field, onChange }: GroupFieldProps) {
  const groups = useAppState(groupsInUse);
  return (
    <div className={forms.formField}>
      <label className={forms.label} htmlFor="host-group">
        {label}
      </label>
      <input
        ref={field}
        id="host-group"
        className={forms.input}
        type="text"
        placeholder="None"
        autoComplete="off"
        spellCheck={false}
        list="host-groups"
        value={value}
        aria-invalid={invalid}
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id="host-groups">
        {groups.map((group) => (
          <option key={group} value={group} />
        ))}
      </datalist>
    </div>
  );
}
