import { Ban, Check, type LucideIcon, Plus, TriangleAlert } from 'lucide-react';
import { formatCount, formatTaken, holdsLabel } from '../../../shared/format.ts';
import type { ImportFacts, ImportRow } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import { Button } from '../../ui/button.tsx';
import { Cautions } from '../../ui/cautions.tsx';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import styles from './metadata.module.css';

type Verdict = ImportRow['verdict'];

const looks: Readonly<
  Record<Verdict, { Icon: LucideIcon; label: string; tone: string; counted: (n: number) => string }>
> = {
  add: {
    Icon: Plus,
    label: 'will be added',
    tone: 'ok',
    counted: (n) => `${formatCount(n, 'snapshot')} will be added`,
  },
  here: { Icon: Check, label: 'already here', tone: 'off', counted: (n) => `${n} already here` },
  conflict: { Icon: TriangleAlert, label: 'conflict', tone: 'warn', counted: (n) => `${n} in conflict` },
  no: { Icon: Ban, label: 'cannot be added', tone: 'bad', counted: (n) => `${n} cannot be added` },
};
const verdicts = Object.keys(looks) as Verdict[];
/** The indentation of deep histories ends somewhere. */
const depthCap = 8;

/** What would come of an import: the tree of the files, a line each with why. */
export function ImportReview({ facts, onBack }: { facts: ImportFacts; onBack: () => void }) {
  const { rows, blockers, warnings, currentText } = facts;
  const counts = verdicts
    .map((verdict) => ({ verdict, n: rows.filter((row) => row.verdict === verdict).length }))
    .filter(({ n }) => n > 0);
  return (
    <>
      {blockers.map(({ code, text }) => (
        <section key={code} className={boxes.box} data-look="impossible">
          <h3>{text}</h3>
        </section>
      ))}
      <p className={styles.counts}>
        {counts.map(({ verdict, n }) => (
          <span key={verdict} className={parts.chip} data-look={looks[verdict].tone}>
            {looks[verdict].counted(n)}
          </span>
        ))}
        <Button look="quiet" onClick={onBack}>
          Choose other files…
        </Button>
      </p>
      <ul className={styles.rows} aria-label="Snapshots in the files">
        {rows.map((row) => (
          <Row key={`${row.file}\n${row.name}`} row={row} />
        ))}
      </ul>
      <Cautions of={warnings} />
      {blockers.length === 0 ? (
        <p className={parts.dim}>
          {currentText} Only metadata is written, parents first; if one is refused, those that were added are taken away
          again.
        </p>
      ) : null}
    </>
  );
}

function Row({ row }: { row: ImportRow }) {
  const now = useNow(null);
  const { name, verdict, reason, notes, current, createdAt, depth, state } = row;
  const { Icon, label, tone } = looks[verdict];
  return (
    <li
      className={styles.row}
      data-verdict={verdict}
      style={{ paddingInlineStart: 10 + 16 * Math.min(depth, depthCap) }}
    >
      <Icon size={14} className={styles.verdict} data-tone={tone} role="img" aria-label={label} />
      <span className={styles.name}>
        <bdi>{name}</bdi>
        {current ? (
          <span className={parts.chip} data-look="ok">
            becomes current
          </span>
        ) : null}
      </span>
      <span className={styles.meta}>
        {state === 'unknown' ? '' : holdsLabel(row)}
        {createdAt === null ? '' : ` · ${formatTaken(createdAt, now)}`}
      </span>
      {reason === null && notes.length === 0 ? null : (
        <span className={styles.why}>{[reason, ...notes].filter(Boolean).join(' ')}</span>
      )}
    </li>
  );
}
