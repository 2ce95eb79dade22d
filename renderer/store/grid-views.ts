/** How the person likes a table; what isn't said is as usual. */
export interface GridView {
  /** Null: in the order that the rows were given in. */
  readonly sort: { readonly id: string; readonly desc: boolean } | null;
  /** Of columns that were made wider or narrower, px. */
  readonly widths: Readonly<Record<string, number>>;
  readonly hidden: readonly string[];
}

export type GridViews = Readonly<Record<string, GridView>>;

/** What the view of the tree of snapshots is kept under. */
export const historyGrid = 'history';

export const usualView: GridView = { sort: null, widths: {}, hidden: [] };

/** Views as they were kept; whatever isn't of its type is as usual. */
export function readGridViews(kept: unknown): GridViews {
  return Object.fromEntries(entriesOf(kept).map(([id, view]) => [id, readView(view)]));
}

function readView(kept: unknown): GridView {
  const { sort, widths, hidden } = Object.fromEntries(entriesOf(kept));
  const { id, desc } = Object.fromEntries(entriesOf(sort));
  return {
    sort: typeof id === 'string' && typeof desc === 'boolean' ? { id, desc } : null,
    widths: Object.fromEntries(
      entriesOf(widths).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    ),
    hidden: Array.isArray(hidden) ? hidden.filter((column) => typeof column === 'string') : [],
  };
}

function entriesOf(kept: unknown): [string, unknown][] {
  return typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
}
