import { formatAge, formatDateTime, formatTaken, holdsLabel, isMoment, stateLabel } from '../../shared/format.ts';
import type { TreeRow } from '../../shared/snapshot-tree.ts';
import type { GridColumn } from '../ui/grid/columns.ts';
import parts from '../ui/parts.module.css';
import { useAround } from './around.ts';
import styles from './history.module.css';
import { gutterWidth, Lanes } from './lanes.tsx';
import { NameCell } from './name-cell.tsx';

/** What the window keeps the view of the history under. */
export const historyGrid = 'history';

/** The columns of the history; with lanes for so many branches side by side. */
export function historyColumns(laneCount: number): GridColumn<TreeRow>[] {
  return [
    {
      id: 'history',
      header: 'History',
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
      sortBy: (row) => (row.kind === 'here' ? undefined : row.snapshot.name),
      cell: (row, index) => <NameCell row={row} index={index} />,
    },
    {
      id: 'holds',
      header: 'Holds',
      width: 166,
      min: 108,
      goes: 2,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : holdsLabel(row.snapshot)),
      cell: (row) => <HoldsCell row={row} />,
    },
    {
      id: 'taken',
      header: 'Taken',
      width: 116,
      min: 100,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : row.snapshot.createdAt),
      greatestFirst: true,
      cell: (row) => <TakenCell row={row} />,
    },
    {
      id: 'was',
      header: 'Guest was',
      width: 90,
      min: 72,
      goes: 1,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : stateLabel(row.snapshot.state)),
      cell: (row) => (row.kind === 'here' ? <StateNow /> : stateLabel(row.snapshot.state)),
    },
  ];
}

function LanesCell({ row, laneCount }: { row: TreeRow; laneCount: number }) {
  return <Lanes row={row} laneCount={laneCount} alone={useAround().flat} />;
}

function StateNow() {
  return stateLabel(useAround().domain.state);
}

const kindMarks: Record<string, { text: string; title: string }> = {
  external: {
    text: 'external',
    title: 'New data is written to overlay files; the old data stays in the files below them',
  },
  mixed: { text: 'mixed', title: 'Some disks are saved inside their image, others with overlay files' },
};

function HoldsCell({ row }: { row: TreeRow }) {
  if (row.kind === 'here') return null;
  const mark = kindMarks[row.snapshot.kind];
  return (
    <span className={styles.chips}>
      <span className={parts.chip}>{holdsLabel(row.snapshot)}</span>
      {mark ? (
        <span className={parts.chip} data-look="outline" title={mark.title}>
          {mark.text}
        </span>
      ) : null}
    </span>
  );
}

function TakenCell({ row }: { row: TreeRow }) {
  const { now } = useAround();
  if (row.kind === 'here') return 'now';
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
