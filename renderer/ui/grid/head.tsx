// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on columns, not on their row
import type { Column, RowData } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { gridFeatures } from './columns.ts';
import grids from './grid.module.css';
import type { GridModel } from './use-grid.ts';
import { dragEdge, edgeOf, stepWidth } from './widths.ts';

type Head<Row extends RowData> = Column<typeof gridFeatures, Row>;

const moves: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};
const said = { asc: 'ascending', desc: 'descending', none: 'none' } as const;

/** The heads of the columns: one place to tab to. Enter sorts, Shift and the arrows change the width. */
export function GridHead<Row extends RowData>({ grid }: { grid: GridModel<Row> }) {
  const { table, active, focusRow } = grid;
  const line = useRef<HTMLDivElement>(null);
  const [lastAt, setAt] = useState<string | null>(null);
  const columns = table.getVisibleLeafColumns();
  const stops = columns.map(({ id }) => id).filter((id) => !grid.columns.get(id)?.fixed);
  const at = lastAt !== null && stops.includes(lastAt) ? lastAt : stops[0];
  const go = (to: string | undefined) => {
    if (to === undefined) return;
    setAt(to);
    line.current?.querySelector<HTMLElement>(`[data-column="${to}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, column: Head<Row>) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const move = moves[key];
    if (shiftKey && line.current && (key === 'ArrowLeft' || key === 'ArrowRight'))
      stepWidth(grid, column.id, line.current, key === 'ArrowRight' ? 1 : -1);
    else if (move) go(stops[Math.min(Math.max(move(stops.indexOf(column.id), stops.length), 0), stops.length - 1)]);
    else if (key === 'ArrowDown') focusRow(active);
    else if (key === 'Enter' || key === ' ') {
      if (!event.repeat) column.getToggleSortingHandler()?.(event);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div role="rowgroup" className={grids.head}>
      <div role="row" aria-rowindex={1} className={grids.line} ref={line}>
        {columns.map((column) => (
          <div
            role="columnheader"
            key={column.id}
            data-column={column.id}
            data-end={grid.columns.get(column.id)?.atEnd}
            {...(stops.includes(column.id) ? { tabIndex: column.id === at ? 0 : -1 } : {})}
            {...(column.getCanSort()
              ? { 'aria-sort': said[column.getIsSorted() || 'none'], onClick: column.getToggleSortingHandler() }
              : {})}
            onFocus={() => setAt(column.id)}
            onKeyDown={(event) => onKeyDown(event, column)}
          >
            <HeadCell grid={grid} column={column} />
          </div>
        ))}
      </div>
    </div>
  );
}

const arrows = { asc: ArrowUp, desc: ArrowDown };

function HeadCell<Row extends RowData>({ grid, column }: { grid: GridModel<Row>; column: Head<Row> }) {
  const sorted = column.getIsSorted();
  const Arrow = sorted ? arrows[sorted] : null;
  const edge = edgeOf(grid, column.id);
  return (
    <>
      <span className={grids.headText}>{grid.columns.get(column.id)?.header}</span>
      {Arrow ? <Arrow size={12} aria-hidden="true" /> : null}
      {edge ? (
        <span
          className={grids.edge}
          data-edge={edge}
          aria-hidden="true"
          onPointerDown={(event) => dragEdge(grid, column.id, event)}
          onDoubleClick={() => column.resetSize()}
          onClick={(event) => event.stopPropagation()}
        />
      ) : null}
    </>
  );
}
