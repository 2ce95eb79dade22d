import type { Domain } from '../../shared/schema.ts';
import { useDomainWords } from '../ui/use-domain-words.ts';
import styles from './domain-words.module.css';

/** The domain's own title and description, in one line under its name. */
export function DomainWords({ domain }: { domain: Domain }) {
  const words = useDomainWords(domain);
  if (!words) return null;
  const { title, description } = words;
  return (
    <p className={styles.words} title={[title, description].filter(Boolean).join('\n')}>
      {title ? <bdi className={styles.title}>{title}</bdi> : null}
      {title && description ? <span aria-hidden="true">·</span> : null}
      {description ? <bdi className={styles.description}>{description}</bdi> : null}
    </p>
  );
}
