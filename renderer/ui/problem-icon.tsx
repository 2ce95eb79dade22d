import { CircleAlert, TriangleAlert } from 'lucide-react';
import styles from './problem-icon.module.css';

/** `bad`: something is broken or has failed. `warn`: something needs a look. */
export type ProblemLevel = 'bad' | 'warn';

const words: Readonly<Record<ProblemLevel, string>> = { bad: 'problem', warn: 'warning' };

export function ProblemIcon({ level, size = 14 }: { level: ProblemLevel; size?: number }) {
  const Icon = level === 'bad' ? CircleAlert : TriangleAlert;
  return <Icon size={size} className={styles.icon} data-level={level} role="img" aria-label={words[level]} />;
}
