import { useState } from 'react';
import parts from '../../ui/parts.module.css';
import { useDomainWords } from '../../ui/use-domain-words.ts';
import styles from './revert.module.css';

/** What is more is shown when it is asked for: lines, and characters. */
const most = { lines: 5, characters: 360 };

/** The domain's own words, before what would become of it. */
export function DomainQuote({ of }: { of: { hostId: string; uuid: string } }) {
  const words = useDomainWords(of);
  const [whole, setWhole] = useState(false);
  if (!words) return null;
  const { title, description } = words;
  const isLong = description.length > most.characters || description.split('\n').length > most.lines;
  return (
    <section className={styles.domainWords} aria-label="What the domain’s configuration says of it">
      {title ? (
        <strong>
          <bdi>{title}</bdi>
        </strong>
      ) : null}
      {description ? (
        <p data-cut={(isLong && !whole) || undefined}>
          <bdi>{description}</bdi>
        </p>
      ) : null}
      {isLong && !whole ? (
        <button type="button" className={parts.link} onClick={() => setWhole(true)}>
          Show all of it
        </button>
      ) : null}
    </section>
  );
}
