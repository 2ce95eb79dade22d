import { Ban, Check, Plus, TriangleAlert } from 'lucide-react';
import { formatCount, formatTaken, holdsLabel } from '../../../shared/format.ts';
import type { ImportFacts, ImportRow } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import { Button } from '../../ui/button.tsx';
import { Cautions } from '../../ui/cautions.tsx';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import { VerdictCounts, VerdictList, type VerdictLook } from '../../ui/verdict-list.tsx';

const looks: Readonly<Record<ImportRow['verdict'], VerdictLook>> = {
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

/** What would come of an import: the tree of the files, a line each with why. */
export function ImportReview({ facts, onBack }: { facts: ImportFacts; onBack: () => void }) {
  const now = useNow(null);
  const { rows, blockers, warnings, currentText } = facts;
  return (
    <>
      {blockers.map(({ code, text }) => (
        <section key={code} className={boxes.box} data-look="impossible">
          <h3>{text}</h3>
        </section>
      ))}
      <VerdictCounts looks={looks} rows={rows}>
        <Button look="quiet" onClick={onBack}>
          Choose other files…
        </Button>
      </VerdictCounts>
      <VerdictList
        label="Snapshots in the files"
        looks={looks}
        rows={rows.map((row) => ({
          key: `${row.file}\n${row.name}`,
          verdict: row.verdict,
          name: <Name row={row} />,
          meta: `${row.state === 'unknown' ? '' : holdsLabel(row)}${row.createdAt === null ? '' : ` · ${formatTaken(row.createdAt, now)}`}`,
          why: [row.reason, ...row.notes].filter(Boolean).join(' '),
          depth: row.depth,
        }))}
      />
      <Cautions of={warnings} />
      {blockers.length === 0 ? (
        <p className={parts.dim}>
          {currentText} Only metadata is written, parents first. If one is refused, the ones already added are removed
          again.
        </p>
      ) : null}
    </>
  );
}

function Name({ row: { name, current } }: { row: ImportRow }) {
  return (
    <>
      <bdi>{name}</bdi>
      {current ? (
        <span className={parts.chip} data-look="ok">
          becomes current
        </span>
      ) : null}
    </>
  );
}
