import boxes from './box.module.css';
import forms from './forms.module.css';
import parts from './parts.module.css';

interface TypedNameProps {
  /** Of a protected domain. */
  name: string;
  value: string;
  onChange: (value: string) => void;
}

/** A domain marked as protected wants its name typed. */
export function TypedName({ name, value, onChange }: TypedNameProps) {
  return (
    <section className={boxes.box} data-look="protected">
      <label htmlFor="typed-name">
        <b>
          <bdi>{name}</bdi> is protected.
        </b>{' '}
        Type its name to continue:
      </label>
      <input
        id="typed-name"
        className={`${forms.input} ${parts.mono}`}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </section>
  );
}
