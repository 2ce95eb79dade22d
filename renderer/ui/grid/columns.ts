import {
  type ColumnDef,
  columnSizingFeature,
  columnVisibilityFeature,
  type RowData,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table';
import type { ReactNode } from 'react';

export interface GridColumn<Row> {
  readonly id: string;
  readonly header: string;
  /** `index`: the place of the row as it is shown. */
  readonly cell: (row: Row, index: number) => ReactNode;
  /** Usual width, px. */
  readonly width?: number;
  /** Usual width in a grid that is narrower than `below`, px. */
  readonly tight?: { readonly below: number; readonly width: number };
  /** Instead of a width: how much it takes of the room that is left. */
  readonly share?: number;
  /** Least width, px; otherwise the usual one. */
  readonly min?: number;
  /** What it has before any other is shown beside it, px; otherwise the least. */
  readonly wants?: number;
  /** Never made wider or narrower. */
  readonly fixed?: true;
  /** What rows can be sorted by; undefined stands first in either direction. */
  readonly sortBy?: (row: Row) => string | number | undefined;
  /** The first click brings the greatest to the top. */
  readonly greatestFirst?: true;
  /** Figures: at the end of their column. */
  readonly atEnd?: true;
  /** Can be hidden. */
  readonly optional?: true;
  /** Draws what is between rows: hidden while they are sorted. */
  readonly ordered?: true;
  /** Where there is no room, columns go in this order. */
  readonly goes?: number;
  /** Shown only where the grid is at least so wide, px. */
  readonly from?: number;
}

export const gridFeatures = tableFeatures({
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
});

export const gap = 10;
const padding = { start: 10, end: 18 };

const leastWidth = 48;
const collator = new Intl.Collator('en', { numeric: true });

/** A column in the words of the table. */
export function definition<Row extends RowData>(column: GridColumn<Row>): ColumnDef<typeof gridFeatures, Row> {
  const { id, header, sortBy, width, optional = false, greatestFirst = false } = column;
  return {
    id,
    header,
    // Rows are none of the table's; a column without an accessor can't be sorted.
    accessorFn: () => undefined,
    ...(width === undefined ? {} : { size: width }),
    minSize: leastOf(column),
    enableHiding: optional,
    enableSorting: sortBy !== undefined,
    sortDescFirst: greatestFirst,
  };
}

/** The rows by what a column tells of them; those that are alike stay in their order. */
export function sortedRows<Row>(
  rows: readonly Row[],
  sortBy: NonNullable<GridColumn<Row>['sortBy']>,
  isDescending: boolean,
): readonly Row[] {
  const valued = rows.map((row) => ({ row, value: sortBy(row) }));
  valued.sort((a, b) => {
    if (a.value === undefined || b.value === undefined)
      return Number(b.value === undefined) - Number(a.value === undefined);
    return isDescending ? compare(b.value, a.value) : compare(a.value, b.value);
  });
  return valued.map(({ row }) => row);
}

/** The column that takes what the others leave. */
export function fillOf<Column extends Pick<GridColumn<never>, 'share'>>(
  columns: readonly Column[],
): Column | undefined {
  return columns.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0))[0];
}

/** Those that are gone for want of room, of columns that are to be shown in so many pixels. */
export function withoutRoom(columns: readonly SizedColumn[], width: number): string[] {
  const inOrder = columns.filter(({ goes }) => goes !== undefined).toSorted((a, b) => (a.goes ?? 0) - (b.goes ?? 0));
  const gone = columns.filter(({ from = 0 }) => width < from).map(({ id }) => id);
  const needed = () => {
    const left = columns.filter(({ id }) => !gone.includes(id));
    return roomFor(left.map(({ wants, ...column }) => wants ?? leastOf(column)));
  };
  for (const { id } of inOrder) {
    if (needed() <= width) break;
    if (!gone.includes(id)) gone.push(id);
  }
  return gone;
}

type SizedColumn = Pick<GridColumn<never>, 'id' | 'width' | 'min' | 'wants' | 'goes' | 'from'>;

/** How wide a line is with columns of these widths. */
export function roomFor(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap, padding.start + padding.end - gap);
}

export function leastOf({ min, width }: Pick<SizedColumn, 'min' | 'width'>): number {
  return min ?? width ?? leastWidth;
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}
