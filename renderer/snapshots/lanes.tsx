import type { DrawnRow, LanePlace } from '../../shared/tree-drawing.ts';
import { laneCap } from '../../shared/tree-drawing.ts';
import { rowHeight } from '../ui/grid/use-grid.ts';
import styles from './history.module.css';

const laneWidth = 18;
const margin = 11;
const middle = rowHeight / 2;
/** Half of the square that stands for a fold. */
const half = 6.5;
/** Half of what can be clicked around a dot. */
const reach = 11;

export function gutterWidth(laneCount: number): number {
  return Math.max(56, 2 * margin + (laneCount - 1) * laneWidth);
}

/** A row that stands on its own, its neighbours being elsewhere. */
const alone: LanePlace = { lane: 0, forks: 0, tints: [0], isRoot: true, goesOn: false, past: 'no' };

interface LanesProps {
  row: DrawnRow;
  /** Null where rows are filtered, and have no neighbours to draw lines to. */
  place: LanePlace | null;
  laneCount: number;
  /** The tree grows upwards. */
  newestFirst: boolean;
  /** What a click on its dot turns over; null where nothing is to be folded. */
  fold: { readonly key: string; readonly isFolded: boolean } | null;
}

/** The part of the drawn tree that stands in one row. */
export function Lanes({ row, place, laneCount, newestFirst, fold }: LanesProps) {
  const { lane, forks, tints, isRoot, goesOn, past } = place ?? alone;
  const x = xOf(lane);
  const isEdge = lane >= laneCap;
  const own = tints[Math.min(lane, laneCap - 1)];
  const started = tints.slice(lane + 1, lane + 1 + forks);
  return (
    <svg className={styles.lanes} width={gutterWidth(laneCount)} height={rowHeight} aria-hidden="true">
      <g {...(newestFirst ? { transform: `matrix(1 0 0 -1 0 ${rowHeight})` } : {})}>
        {tints.slice(0, lane).map((tint, at) => (
          <Line key={xOf(at)} tint={tint} dashed={at === 0 && past === 'whole'} d={`M${xOf(at)} 0V${rowHeight}`} />
        ))}
        {started.map((tint, at) => {
          const to = xOf(lane + 1 + at);
          return (
            <Line
              key={to}
              tint={tint}
              d={`M${x} ${middle}C${x} ${middle + 13} ${to} ${middle + 7} ${to} ${rowHeight}`}
            />
          );
        })}
        {isRoot ? null : <Line tint={own} dashed={lane === 0 && past === 'whole'} d={`M${x} 0V${middle}`} />}
        {goesOn || isEdge ? (
          <Line tint={own} dashed={lane === 0 && past !== 'no'} d={`M${x} ${middle}V${rowHeight}`} />
        ) : null}
      </g>
      <Dot row={row} x={x} tint={own} isEdge={isEdge} />
      {fold === null ? null : <Fold row={row} x={x} tint={own} fold={fold} />}
    </svg>
  );
}

function Line({ tint, dashed = false, d }: { tint: number | undefined; dashed?: boolean; d: string }) {
  return <path className={styles.lane} data-tint={tint} data-dashed={dashed || undefined} d={d} />;
}

interface DotProps {
  row: DrawnRow;
  x: number;
  tint: number | undefined;
}

function Dot({ row, x, tint, isEdge }: DotProps & { isEdge: boolean }) {
  if (row.kind === 'fold') return <Square x={x} tint={tint} sign={plus(x)} />;
  if (row.kind === 'here')
    return <circle className={styles.hereDot} data-tint={row.base ? tint : undefined} cx={x} cy={middle} r={5.5} />;
  return (
    <>
      {row.current ? <circle className={styles.ring} data-tint={tint} cx={x} cy={middle} r={8.75} /> : null}
      <circle className={styles.dot} data-tint={tint} cx={x} cy={middle} r={row.current ? 7 : 6} />
      {isEdge ? <path className={styles.deep} d={`M${x - 2.5} ${middle}h5M${x} ${middle - 2.5}v5`} /> : null}
    </>
  );
}

/** What can be clicked; the dot of a snapshot shows that only while somebody points at its row. */
function Fold({ row, x, tint, fold }: DotProps & { fold: NonNullable<LanesProps['fold']> }) {
  return (
    <g className={styles.fold} data-fold={fold.key}>
      <rect x={x - reach} y={0} width={2 * reach} height={rowHeight} fill="transparent" />
      {row.kind === 'fold' ? null : <Square x={x} tint={tint} sign={fold.isFolded ? plus(x) : minus(x)} />}
    </g>
  );
}

function Square({ x, tint, sign }: { x: number; tint: number | undefined; sign: string }) {
  return (
    <g className={styles.square} data-tint={tint}>
      <rect x={x - half} y={middle - half} width={2 * half} height={2 * half} rx={3.5} />
      <path d={sign} />
    </g>
  );
}

function minus(x: number): string {
  return `M${x - 3} ${middle}h6`;
}

function plus(x: number): string {
  return `${minus(x)}M${x} ${middle - 3}v6`;
}

function xOf(lane: number): number {
  return margin + Math.min(lane, laneCap - 1) * laneWidth;
}
