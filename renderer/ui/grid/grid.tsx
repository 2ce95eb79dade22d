// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on rows, not on their cells
import type { RowData } from '@tanstack/react-table';
import type { ComponentProps, KeyboardEvent, ReactNode } from 'react';
import { Contained } from '../contained.tsx';
import { CopyButton } from '../copy-button.tsx';
import parts from '../parts.module.css';
import { useRovingKeys } from '../roving.ts';
import styles from './grid.module.css';
import { GridHead } from './head.tsx';
import { type GridModel, headHeight, rowHeight } from './use-grid.ts';
import { tracks } from './widths.ts';

interface GridProps<Row extends RowData> extends Omit<ComponentProps<'div'>, 'onKeyDown' | 'children'> {
  grid: GridModel<Row>;
  label: string;
  /** What typing goes by. */
  textOf: (row: Row) => string;
  /** Makes another row the active one. */
  move: (index: number) => void;
  /** Keys on a row that do something else than moving: true if this was one of them. */
  onRowKey: (event: KeyboardEvent<HTMLElement>) => boolean;
  /** What is particular to the element of a row. */
  rowProps: (row: Row, index: number) => ComponentProps<'div'>;
  /** Stands before the first cell. */
  lead?: (row: Row) => ReactNode;
  /** What an open row tells more. */
  detailOf?: (row: Row) => ReactNode | null;
}

/** A table of any length: only the rows in view exist. The arrows move, and its head sorts and sets widths. */
export function Grid<Row extends RowData>(props: GridProps<Row>) {
  const { grid, label, className = '', textOf, move, onRowKey, rowProps, lead, detailOf, ...rest } = props;
  const { rows, active, scroller, virtualizer } = grid;
  const textAt = (index: number) => (rows[index] === undefined ? '' : textOf(rows[index].original));
  const page = () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - headHeight) / rowHeight) - 1);
  const roving = useRovingKeys({ count: rows.length, active, page, textAt, move });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const onRow = event.target instanceof HTMLElement && event.target.dataset.index !== undefined;
    if (!onRow || rows[active] === undefined) return;
    if (onRowKey(event)) event.preventDefault();
    else roving(event);
  };
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
      <div role="rowgroup" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const { className = '', ...attributes } = rowProps(row.original, index);
          const detail = detailOf?.(row.original) ?? null;
          return (
            <div
              role="row"
              key={key}
              data-index={index}
              aria-rowindex={index + 2}
              tabIndex={index === active ? 0 : -1}
              {...attributes}
              {...(detailOf ? { ref: virtualizer.measureElement } : {})}
              className={`${styles.row} ${className}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Contained what="This row" about={row.original} instead={(_, detail) => <BrokenRow detail={detail} />}>
                <Cells row={row} index={index} columns={grid.columns} lead={lead} />
              </Contained>
              {detail === null ? null : (
                <div role="gridcell" className={styles.detail} data-detail>
                  {detail}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface CellsProps<Row extends RowData> {
  row: GridModel<Row>['rows'][number];
  index: number;
  columns: GridModel<Row>['columns'];
  lead: ((row: Row) => ReactNode) | undefined;
}

function Cells<Row extends RowData>({ row, index, columns, lead }: CellsProps<Row>) {
  return (
    <div role="presentation" className={styles.line}>
      {row.getVisibleCells().map(({ column }, at) => (
        <div role="gridcell" key={column.id} data-column={column.id}>
          {at === 0 && lead ? lead(row.original) : null}
          {at === 0 && lead ? (
            <div className={styles.cellText}>{columns.get(column.id)?.cell(row.original, index)}</div>
          ) : (
            columns.get(column.id)?.cell(row.original, index)
          )}
        </div>
      ))}
    </div>
  );
}

function BrokenRow({ detail }: { detail: string }) {
  return (
    <div role="gridcell" className={styles.broken}>
      <span className={parts.dim}>This row can’t be shown.</span>
      <CopyButton text={detail} what="details" />
    </div>
  );
}
