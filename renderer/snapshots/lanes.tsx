import { laneCap, type TreeRow } from '../../shared/snapshot-tree.ts';
import { rowHeight } from '../ui/grid/use-grid.ts';
import styles from './history.module.css';

const laneWidth = 18;
const margin = 11;
const middle = rowHeight / 2;
const tints = 6;

export function gutterWidth(laneCount: number): number {
  return Math.max(56, 2 * margin + (laneCount - 1) * laneWidth);
}

/** The part of the drawn history that stands in one row; `alone` where its neighbours are filtered away. */
export function Lanes({ row: drawn, laneCount, alone }: { row: TreeRow; laneCount: number; alone: boolean }) {
  const row = alone ? unconnected(drawn) : drawn;
  const { lane, branches, enters, leaves } = row;
  const here = row.kind === 'here';
  const own = tintOf(branches[Math.min(lane, laneCap - 1)]);
  const x = xOf(lane);
  const before = xOf(lane - 1);
  const through = branches.slice(0, Math.min(lane, laneCap));
  return (
    <svg className={styles.lanes} width={gutterWidth(laneCount)} height={rowHeight} aria-hidden="true">
      {through.map((branch, at) =>
        // On the edge lane, deeper rows have their own line in the place of the one passing through.
        xOf(at) === x ? null : (
          <path key={branch} className={styles.lane} data-tint={tintOf(branch)} d={`M${xOf(at)} 0V${rowHeight}`} />
        ),
      )}
      {enters !== 'root' ? (
        <path className={styles.lane} data-tint={own} data-dashed={here || undefined} d={entry(enters, before, x)} />
      ) : null}
      {leaves !== 'nothing' || lane >= laneCap ? (
        <path
          className={styles.lane}
          data-tint={own}
          data-dashed={leaves === 'dashed' || undefined}
          d={`M${x} ${middle}V${rowHeight}`}
        />
      ) : null}
      {here ? (
        <circle className={styles.hereDot} data-tint={row.base ? own : undefined} cx={x} cy={middle} r={5.5} />
      ) : (
        <circle className={styles.dot} data-tint={own} cx={x} cy={middle} r={row.current ? 7 : 6} />
      )}
      {lane >= laneCap ? <path className={styles.deep} d={`M${x - 2.5} ${middle}h5M${x} ${middle - 2.5}v5`} /> : null}
    </svg>
  );
}

function unconnected(row: TreeRow): TreeRow {
  return { ...row, lane: 0, branches: row.branches.slice(-1), enters: 'root', leaves: 'nothing' };
}

function entry(enters: 'straight' | 'fork', from: number, x: number): string {
  return enters === 'straight' || from === x ? `M${x} 0V${middle}` : `M${from} 0C${from} 11 ${x} 8 ${x} ${middle}`;
}

function xOf(lane: number): number {
  return margin + Math.min(lane, laneCap - 1) * laneWidth;
}

function tintOf(branch: number | undefined): number {
  return (branch ?? 0) % tints;
}
