import type { RowData } from '@tanstack/react-table';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { GridColumn } from './grid/columns.ts';
import grids from './grid/grid.module.css';
import { Grid } from './grid/grid.tsx';
import { useGrid } from './grid/use-grid.ts';

interface RowGridProps<Row> {
  label: string;
  columns: readonly GridColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What typing goes by. */
  textOf: (row: Row) => string;
  /** What an open row tells more; null where there's nothing. */
  detailOf: (row: Row) => ReactNode | null;
  /** The kind of table: how the person likes it is kept under this. */
  id: string;
  className?: string | undefined;
  rowClass?: (row: Row) => string | undefined;
}

/** A table whose rows open to tell more: by a click, Enter and Space, or the arrows to the sides. */
export function RowGrid<Row extends RowData>(props: RowGridProps<Row>) {
  const { label, columns, rows, keyOf, textOf, detailOf, id, className = '', rowClass } = props;
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [openKeys, setOpenKeys] = useState<ReadonlySet<string>>(new Set());
  const grid = useGrid({ id, columns, rows, keyOf, activeKey });
  const isOpen = (row: Row) => openKeys.has(keyOf(row));
  const setOpen = (row: Row, open: boolean) => {
    const others = [...openKeys].filter((key) => key !== keyOf(row));
    setOpenKeys(new Set(open ? [...others, keyOf(row)] : others));
  };
  return (
    <Grid
      grid={grid}
      label={label}
      className={`${grids.rowGrid} ${className}`}
      textOf={textOf}
      move={(index) => {
        const row = grid.rows[index];
        setActiveKey(row === undefined ? null : keyOf(row));
        grid.focusRow(index);
      }}
      onRowKey={({ key, repeat }) => {
        const row = grid.rows[grid.active];
        if (row === undefined) return false;
        const open = { Enter: !isOpen(row), ' ': !isOpen(row), ArrowRight: true, ArrowLeft: false }[key];
        if (open !== undefined && !repeat) setOpen(row, open);
        return open !== undefined;
      }}
      rowProps={(row) => {
        const openable = detailOf(row) !== null;
        return {
          className: rowClass?.(row) ?? '',
          'aria-level': 1,
          ...(openable ? { 'aria-expanded': isOpen(row) } : {}),
        };
      }}
      onRowFocus={(row) => setActiveKey(keyOf(row))}
      onRowClick={(row, _, { target }) => {
        const onLine = target instanceof Element && target.closest('[data-detail]') === null;
        if (onLine && detailOf(row) !== null) setOpen(row, !isOpen(row));
      }}
      lead={(row) => {
        const Chevron = isOpen(row) ? ChevronDown : ChevronRight;
        return (
          <span className={grids.chevron} aria-hidden="true">
            {detailOf(row) === null ? null : <Chevron size={13} />}
          </span>
        );
      }}
      detailOf={(row) => (isOpen(row) ? detailOf(row) : null)}
    />
  );
}
