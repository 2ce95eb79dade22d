import { hostColours } from '../../shared/host-list/details.ts';
import type { HostColour } from '../../shared/schema.ts';
import { Dot } from '../ui/tint.tsx';
import styles from './colour-choice.module.css';

const options: readonly (HostColour | null)[] = [null, ...hostColours];

/** One of a few colours, or none; each with its name. */
export function ColourChoice(props: { value: HostColour | null; onChange: (value: HostColour | null) => void }) {
  const { value, onChange } = props;
  return (
    <fieldset className={styles.choice}>
      <legend>Colour</legend>
      <div className={styles.options}>
        {options.map((colour) => (
          <label key={colour} className={styles.option}>
            <input type="radio" name="host-colour" checked={colour === value} onChange={() => onChange(colour)} />
            <Dot colour={colour} />
            {colour === null ? 'None' : `${colour[0]?.toUpperCase()}${colour.slice(1)}`}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
