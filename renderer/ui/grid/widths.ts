import type { RowData } from '@tanstack/react-table';
import type { PointerEvent } from 'react';
import { leastOf, roomFor } from './columns.ts';
import type { GridModel } from './use-grid.ts';

/** How far a key moves the edge of a column. */
const stepPx = 16;

/**
 * The columns as tracks: each a share of the room, or so many pixels as long as there is room for them. The one that fills
 * has what it wants first, where the others have their least then.
 */
export function tracks<Row extends RowData>({ columns, fill, table, width }: GridModel<Row>): string {
  const shown = table.getVisibleLeafColumns().flatMap((each) => {
    const column = columns.get(each.id);
    if (!column) return [];
    const { tight } = column;
    const isTight = tight !== undefined && width < tight.below && !(each.id in table.state.columnSizing);
    return [{ ...column, size: isTight ? tight.width : each.getSize() }];
  });
  const others = shown.filter(({ id }) => id !== fill).map(leastOf);
  const spare = width - roomFor([...others, 0]);
  const track = ({ size, ...column }: (typeof shown)[number]) => {
    const { id, share, wants = 0 } = column;
    const least = id === fill ? Math.max(leastOf(column), Math.min(wants, spare)) : leastOf(column);
    const isShare = share !== undefined && (id === fill || !(id in table.state.columnSizing));
    return `minmax(${least}px, ${isShare ? `${share}fr` : `${size}px`})`;
  };
  return shown.map(track).join(' ');
}

/** At which edge a column is taken to change its width: the one that is on the side of the column that fills. */
export function edgeOf<Row extends RowData>(grid: GridModel<Row>, id: string): 'start' | 'end' | null {
  if (id === grid.fill || grid.columns.get(id)?.fixed) return null;
  const ids = [...grid.columns.keys()];
  return ids.indexOf(id) < ids.indexOf(grid.fill ?? '') ? 'end' : 'start';
}

/** Widths of the columns as they are before a change, px. */
type Measured = Readonly<Record<string, number>>;

/** Changes the width of a column from what it was. The filling one gives and takes; the others stay as they are. */
function resize<Row extends RowData>(grid: GridModel<Row>, before: Measured, id: string, by: number): void {
  const { columns, fill, table } = grid;
  const filling = fill === undefined ? undefined : columns.get(fill);
  const own = before[id] ?? 0;
  const spare = filling ? Math.max((before[filling.id] ?? 0) - (filling.wants ?? leastOf(filling)), 0) : 0;
  const width = Math.round(Math.max(Math.min(own + by, own + spare), leastOf(columns.get(id) ?? {})));
  const shares = Object.entries(before).filter(([other]) => other !== fill && columns.get(other)?.share !== undefined);
  table.setColumnSizing((set) => ({ ...Object.fromEntries(shares), ...set, [id]: width }));
}

function measure(head: Element): Measured {
  const cells = [...head.querySelectorAll<HTMLElement>('[data-column]')];
  return Object.fromEntries(cells.map((cell) => [cell.dataset.column, cell.offsetWidth]));
}

/** Follows the pointer until it is let go. */
export function dragEdge<Row extends RowData>(
  grid: GridModel<Row>,
  id: string,
  event: PointerEvent<HTMLElement>,
): void {
  const edge = event.currentTarget;
  const head = edge.closest('[role="row"]');
  if (!head || event.button !== 0) return;
  edge.setPointerCapture(event.pointerId);
  const measured = measure(head);
  const from = event.clientX;
  const sign = edgeOf(grid, id) === 'end' ? 1 : -1;
  edge.onpointermove = ({ clientX }) => resize(grid, measured, id, sign * (clientX - from));
  edge.onlostpointercapture = () => {
    edge.onpointermove = null;
  };
}

/** Makes a column wider or narrower by a step; the filling one at the cost of its neighbour. */
export function stepWidth<Row extends RowData>(grid: GridModel<Row>, id: string, head: Element, sign: 1 | -1): void {
  const shown = grid.table.getVisibleLeafColumns().filter((column) => edgeOf(grid, column.id) !== null);
  const neighbour = shown.find((column) => edgeOf(grid, column.id) === 'start') ?? shown.at(-1);
  if (id !== grid.fill) resize(grid, measure(head), id, sign * stepPx);
  else if (neighbour) resize(grid, measure(head), neighbour.id, -sign * stepPx);
}
