import { type ReactTable, type RowData, type Updater, useTable } from '@tanstack/react-table';
import { type RefObject, useLayoutEffect, useMemo, useState } from 'react';
import { changeGridView } from '../../store/actions.ts';
import { type GridView, usualView } from '../../store/grid-views.ts';
import { useApp, useAppState } from '../context.tsx';
import { useVirtualList } from '../virtual-list.ts';
import { definition, fillOf, type GridColumn, gridFeatures, sortedRows, withoutRoom } from './columns.ts';

export const headHeight = 28;
export const rowHeight = 44;
const usualHeight = () => rowHeight;

interface GridOptions<Data> {
  /** What the window keeps its view under. */
  id: string;
  columns: readonly GridColumn<Data>[];
  rows: readonly Data[];
  keyOf: (row: Data) => string;
  /** Of rows that are not as high as others; it stays the same function. Px. */
  heightOf?: (row: Data) => number;
  /** The row that can be tabbed to; otherwise the first. */
  activeKey: string | null;
}

export interface GridModel<Data extends RowData> extends ReturnType<typeof useVirtualList> {
  /** Of the columns alone: the rows are ours. */
  readonly table: ReactTable<typeof gridFeatures, Data>;
  readonly columns: ReadonlyMap<string, GridColumn<Data>>;
  /** The column that takes what the others leave. */
  readonly fill: string | undefined;
  /** In the order in which they are shown. */
  readonly rows: readonly Data[];
  readonly active: number;
  /** Of the whole grid, px. */
  readonly width: number;
  readonly sort: GridView['sort'];
}

/** How a table is shown, and the way to change it. */
export function useGridView(id: string): [GridView, (change: Partial<GridView>) => void] {
  const { store } = useApp();
  const view = useAppState(({ settings }) => settings.grids[id] ?? usualView);
  return [view, (change) => changeGridView(store, id, change)];
}

/** Columns and rows of a grid as the person wants them, and which of the rows exist. */
export function useGrid<Data extends RowData>(options: GridOptions<Data>): GridModel<Data> {
  const { id, columns, keyOf, heightOf = usualHeight, activeKey } = options;
  const [view, change] = useGridView(id);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const sort = view.sort !== null && byId.get(view.sort.id)?.sortBy ? view.sort : null;
  const hidden = useMemo(() => {
    const unwanted = columns.filter(
      (column) => (column.optional && view.hidden.includes(column.id)) || (column.ordered && sort),
    );
    const gone = withoutRoom(
      columns.filter((column) => !unwanted.includes(column)),
      width,
    );
    return Object.fromEntries([...unwanted.map((column) => column.id), ...gone].map((column) => [column, false]));
  }, [columns, view.hidden, sort, width]);
  const sorting = useMemo(() => (sort ? [{ ...sort }] : []), [sort]);
  const table = useTable({
    features: gridFeatures,
    columns: useMemo(() => columns.map(definition), [columns]),
    data: noData,
    enableMultiSort: false,
    state: { sorting, columnSizing: view.widths, columnVisibility: hidden },
    onSortingChange: (next) => change({ sort: updated(next, sorting)[0] ?? null }),
    onColumnSizingChange: (next) => change({ widths: updated(next, view.widths) }),
  });
  const sortBy = sort ? byId.get(sort.id)?.sortBy : undefined;
  const isDescending = sort?.desc === true;
  const rows = useMemo(
    () => (sortBy ? sortedRows(options.rows, sortBy, isDescending) : options.rows),
    [options.rows, sortBy, isDescending],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key of a row goes by the row alone
  const keys = useMemo(() => rows.map(keyOf), [rows]);
  const active = useMemo(() => (activeKey === null ? 0 : Math.max(keys.indexOf(activeKey), 0)), [keys, activeKey]);
  const heightAt = (index: number) => (rows[index] === undefined ? rowHeight : heightOf(rows[index]));
  const list = useVirtualList({ keys, active, rowHeight: heightAt, headHeight });
  useWidth(list.scroller, setWidth);
  return { ...list, table, columns: byId, fill: fillOf(columns)?.id, rows, active, width, sort };
}

const noData: never[] = [];

function updated<T>(next: Updater<T>, last: T): T {
  return typeof next === 'function' ? (next as (last: T) => T)(last) : next;
}

/** Tells how wide something is, roughly. */
function useWidth(element: RefObject<HTMLElement | null>, tell: (width: number) => void): void {
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => tell(Math.floor(current.clientWidth / 8) * 8);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element, tell]);
}
