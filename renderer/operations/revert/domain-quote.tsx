import { useDomainWords } from '../../ui/use-domain-words.ts';
import styles from './revert.module.css';

/** The domain's own words, before what would become of it. */
export function DomainQuote({ of }: { of: { hostId: string; uuid: string } }) {
  const words = useDomainWords(of);
  if (!words) return null;
  return (
    <section className={styles.domainWords} aria-label="What the domain’s configuration says of it">
      {words.title ? (
        <strong>
          <bdi>{words.title}</bdi>
        </strong>
      ) : null}
      {words.description ? (
        <p>
          <bdi>{words.description}</bdi>
        </p>
      ) : null}
    </section>
  );
}
