import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import parts from './parts.module.css';
import styles from './verdict-list.module.css';

/** How a verdict on what is in a file looks, and is told. */
export interface VerdictLook {
  readonly Icon: LucideIcon;
  readonly label: string;
  readonly tone: 'ok' | 'off' | 'warn' | 'bad';
  /** Of so many. */
  readonly counted: (n: number) => string;
}
type Looks<Verdict extends string> = Readonly<Record<Verdict, VerdictLook>>;

interface Counted<Verdict extends string> {
  readonly verdict: Verdict;
}

interface Told<Verdict extends string> extends Counted<Verdict> {
  readonly key: string;
  readonly name: ReactNode;
  readonly meta: ReactNode;
  /** As a sentence; empty for none. */
  readonly why: string;
  /** In the tree, from 0. */
  readonly depth?: number;
}

/** The indentation of what is deep in a tree ends somewhere. */
const depthCap = 8;

/** How many rows there are of each verdict, and what can be done instead. */
export function VerdictCounts<Verdict extends string>(props: {
  looks: Looks<Verdict>;
  rows: readonly Counted<Verdict>[];
  children: ReactNode;
}) {
  const { looks, rows, children } = props;
  const counts = (Object.keys(looks) as Verdict[])
    .map((verdict) => ({ verdict, n: rows.filter((row) => row.verdict === verdict).length }))
    .filter(({ n }) => n > 0);
  return (
    <p className={styles.counts}>
      {counts.map(({ verdict, n }) => (
        <span key={verdict} className={parts.chip} data-look={looks[verdict].tone}>
          {looks[verdict].counted(n)}
        </span>
      ))}
      {children}
    </p>
  );
}

/** What would come of each thing in a file, a line each with why. */
export function VerdictList<Verdict extends string>(props: {
  label: string;
  looks: Looks<Verdict>;
  rows: readonly Told<Verdict>[];
}) {
  const { label, looks, rows } = props;
  return (
    <ul className={styles.list} aria-label={label}>
      {rows.map(({ key, verdict, name, meta, why, depth = 0 }) => {
        const { Icon, label: told, tone } = looks[verdict];
        return (
          <li
            key={key}
            className={styles.row}
            data-tone={tone}
            style={{ paddingInlineStart: 10 + 16 * Math.min(depth, depthCap) }}
          >
            <Icon size={14} className={styles.verdict} data-tone={tone} role="img" aria-label={told} />
            <span className={styles.name}>{name}</span>
            <span className={styles.meta}>{meta}</span>
            {why === '' ? null : <span className={styles.why}>{why}</span>}
          </li>
        );
      })}
    </ul>
  );
}
