import { formatAge, formatDateTime, formatTaken, holdsLabel, isMoment, stateLabel } from '../../shared/format.ts';
import { branchFold, type DrawnRow, isFolded } from '../../shared/tree-drawing.ts';
import type { KnownSizes } from '../store/store.ts';
import type { GridColumn } from '../ui/grid/columns.ts';
import parts from '../ui/parts.module.css';
import { useAround } from './around.ts';
import styles from './history.module.css';
import { gutterWidth, Lanes } from './lanes.tsx';
import { NameCell } from './name-cell.tsx';
import { ownBytes, rowSizes } from './row-sizes.ts';
import { foldTaken } from './row-words.ts';

/** From this width of the middle on, all is shown in full. */
const wide = 880;
/** Below this, what a snapshot holds is told in the details alone. */
const narrow = 600;

/** Below this, sizes are told in the details alone. */
const sizesFrom = 460;

/** The columns of the tree; with lanes for so many branches side by side. What is not of a snapshot stands first in any order. */
export function historyColumns(laneCount: number, sizes: KnownSizes | null): GridColumn<DrawnRow>[] {
  return [
    {
      id: 'tree',
      header: 'Tree',
      width: gutterWidth(laneCount),
      fixed: true,
      ordered: true,
      cell: (row) => <LanesCell row={row} laneCount={laneCount} />,
    },
    {
      id: 'name',
      header: 'Snapshot',
      share: 1,
      min: 120,
      wants: 190,
      sortBy: (row) => (row.kind === 'snapshot' ? row.snapshot.name : undefined),
      cell: (row, index) => <NameCell row={row} index={index} />,
    },
    {
      id: 'holds',
      header: 'Holds',
      width: 166,
      tight: { below: wide, width: 92 },
      min: 84,
      goes: 2,
      from: narrow,
      optional: true,
      sortBy: (row) => (row.kind === 'snapshot' ? holdsLabel(row.snapshot) : undefined),
      cell: (row) => <HoldsCell row={row} />,
    },
    {
      id: 'size',
      header: 'Size',
      width: 150,
      tight: { below: wide, width: 146 },
      min: 84,
      goes: 3,
      from: sizesFrom,
      optional: true,
      atEnd: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : ownBytes(row, sizes)),
      greatestFirst: true,
      cell: (row) => <SizeCell row={row} />,
    },
    {
      id: 'taken',
      header: 'Taken',
      width: 116,
      min: 100,
      optional: true,
      sortBy: (row) => (row.kind === 'snapshot' ? row.snapshot.createdAt : undefined),
      greatestFirst: true,
      cell: (row) => <TakenCell row={row} />,
    },
    {
      id: 'was',
      header: 'Guest was',
      width: 90,
      min: 72,
      goes: 1,
      from: wide,
      optional: true,
      sortBy: (row) => (row.kind === 'snapshot' ? stateLabel(row.snapshot.state) : undefined),
      cell: (row) => <StateCell row={row} />,
    },
  ];
}

function foldOf(row: DrawnRow, turned: ReadonlySet<string>): { key: string; isFolded: boolean } | null {
  if (row.kind === 'fold') return { key: row.key, isFolded: true };
  if (row.kind === 'here' || row.foldable === 0) return null;
  return { key: branchFold(row.key), isFolded: isFolded(row, turned) };
}

function LanesCell({ row, laneCount }: { row: DrawnRow; laneCount: number }) {
  const { places, newestFirst, turned } = useAround();
  return (
    <Lanes
      row={row}
      place={places?.get(row.key) ?? null}
      laneCount={laneCount}
      newestFirst={newestFirst}
      fold={places && foldOf(row, turned)}
    />
  );
}

function StateCell({ row }: { row: DrawnRow }) {
  const { domain } = useAround();
  if (row.kind === 'fold') return null;
  return stateLabel(row.kind === 'here' ? domain.state : row.snapshot.state);
}

/** What is left of a label where there is little room: its end. */
const shortLabels: Readonly<Record<string, string>> = { 'disks + memory': 'memory' };

const kindMarks: Record<string, { text: string; title: string }> = {
  external: {
    text: 'external',
    title: 'New data is written to overlay files; the old data stays in the files below them',
  },
  mixed: { text: 'mixed', title: 'Some disks are saved inside their image, others with overlay files' },
};

function HoldsCell({ row }: { row: DrawnRow }) {
  if (row.kind !== 'snapshot') return null;
  const mark = kindMarks[row.snapshot.kind];
  const label = holdsLabel(row.snapshot);
  const short = shortLabels[label];
  return (
    <span className={styles.chips}>
      <span className={parts.chip}>
        {short ? <span className={styles.ifWide}>{label.slice(0, -short.length)}</span> : null}
        {short ?? label}
      </span>
      {mark ? (
        <span className={parts.chip} data-look="outline" title={mark.title}>
          {mark.text}
        </span>
      ) : null}
    </span>
  );
}

function SizeCell({ row }: { row: DrawnRow }) {
  const told = rowSizes(row, useAround().sizes);
  if (!told) return null;
  return (
    <div title={told.why}>
      {told.lines.map((line, at) => (
        <div key={line} className={at < told.own ? styles.ownSize : parts.note}>
          {line}
        </div>
      ))}
    </div>
  );
}

function TakenCell({ row }: { row: DrawnRow }) {
  const { now } = useAround();
  if (row.kind === 'here') return 'now';
  if (row.kind === 'fold') return foldTaken(row, now);
  const { createdAt } = row.snapshot;
  if (!isMoment(createdAt)) return <span title="libvirt reports no valid time">unknown</span>;
  return (
    <time
      dateTime={new Date(createdAt).toISOString()}
      title={`${formatDateTime(createdAt)}\n${formatAge(createdAt, now)}`}
    >
      {formatTaken(createdAt, now)}
    </time>
  );
}
