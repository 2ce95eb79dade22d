// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on rows, not on their cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys of all rows are handled by the grid
import type { RowData } from '@tanstack/react-table';
import type { ComponentProps, KeyboardEvent, MouseEvent, ReactNode, SyntheticEvent } from 'react';
import { useRovingKeys } from '../roving.ts';
import { rowIndexOf } from '../virtual-list.ts';
import { keyedRow, walkCells } from './cells.ts';
import styles from './grid.module.css';
import { GridRow, type RowAttributes } from './grid-row.tsx';
import { GridHead } from './head.tsx';
import { type GridModel, headHeight, rowHeight } from './use-grid.ts';
import { tracks } from './widths.ts';

type Handled<Row, Event> = (row: Row, index: number, event: Event) => void;

interface GridProps<Row extends RowData> extends Omit<ComponentProps<'div'>, 'onKeyDown' | 'children'> {
  grid: GridModel<Row>;
  label: string;
  /** What typing goes by. */
  textOf: (row: Row) => string;
  /** Makes another row the active one. */
  move: (index: number) => void;
  /** Keys on a row that do something else than moving: true if this was one of them. */
  onRowKey: (event: KeyboardEvent<HTMLElement>) => boolean;
  onRowClick?: Handled<Row, MouseEvent>;
  onRowFocus?: Handled<Row, SyntheticEvent>;
  onRowMouseDown?: Handled<Row, MouseEvent>;
  onRowContextMenu?: Handled<Row, MouseEvent>;
  /** What is particular to the element of a row. */
  rowProps: (row: Row, index: number) => RowAttributes;
  /** Stands before the first cell. */
  lead?: (row: Row) => ReactNode;
  /** What an open row tells more. */
  detailOf?: (row: Row) => ReactNode | null;
}

/**
 * A table of any length: only the rows in view exist, and one that stays as it is is not drawn again. The arrows move, with
 * Ctrl from cell to cell, and its head sorts and sets widths.
 */
export function Grid<Row extends RowData>(props: GridProps<Row>) {
  const { grid, label, className = '', textOf, move, onRowKey, rowProps, lead, detailOf, ...more } = props;
  const { onRowClick, onRowFocus, onRowMouseDown, onRowContextMenu, ...rest } = more;
  const { rows, active, scroller, virtualizer } = grid;
  const textAt = (index: number) => (rows[index] === undefined ? '' : textOf(rows[index]));
  const page = () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - headHeight) / rowHeight) - 1);
  const roving = useRovingKeys({ count: rows.length, active, page, textAt, move });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = keyedRow(event);
    if (!row || rows[active] === undefined) return;
    if (walkCells(event, row) || onRowKey(event)) event.preventDefault();
    else roving(event);
  };
  /** One handler for all rows: none of them has to be drawn again for another one. */
  const onRow =
    <Event extends SyntheticEvent>(handle: Handled<Row, Event> | undefined) =>
    (event: Event) => {
      const index = rowIndexOf(event.target);
      const row = index === null ? undefined : rows[index];
      if (index !== null && row !== undefined) handle?.(row, index, event);
    };
  const columns = grid.table.getVisibleLeafColumns().flatMap(({ id }) => grid.columns.get(id) ?? []);
  return (
    <div
      {...rest}
      ref={scroller}
      className={`${styles.grid} ${className}`}
      role="treegrid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
      style={{ '--columns': tracks(grid) }}
    >
      <GridHead grid={grid} />
      <div
        role="rowgroup"
        className={styles.rows}
        style={{ height: virtualizer.getTotalSize() }}
        onClick={onRow(onRowClick)}
        onFocus={onRow(onRowFocus)}
        onMouseDown={onRow(onRowMouseDown)}
        onContextMenu={onRow(onRowContextMenu)}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <GridRow
              key={key}
              row={row}
              index={index}
              start={start - headHeight}
              active={index === active}
              columns={columns}
              attributes={rowProps(row, index)}
              lead={lead?.(row)}
              detail={detailOf?.(row) ?? null}
              measure={detailOf ? virtualizer.measureElement : undefined}
            />
          );
        })}
      </div>
    </div>
  );
}
