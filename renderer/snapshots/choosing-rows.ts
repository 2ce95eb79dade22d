import { useRef } from 'react';
import type { DrawnRow } from '../../shared/tree-drawing.ts';
import { chooseRows, selectRow } from '../store/actions.ts';
import type { AppStore } from '../store/store.ts';

interface Keys {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}
type Modifiers = Omit<Keys, 'key'>;

/** The snapshots from one row to another, both included. */
export function keysBetween(rows: readonly DrawnRow[], from: number, to: number): string[] {
  const between = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
  return between.flatMap((row) => (row.kind === 'snapshot' ? [row.key] : []));
}

/** The choice after a row was put to it or taken out. The first row to be put to it joins the one that was selected. */
export function toggled(
  rows: readonly DrawnRow[],
  chosen: ReadonlySet<string>,
  active: number,
  index: number,
): string[] {
  const before = chosen.size > 0 ? [...chosen] : keysBetween(rows, active, active);
  const [key] = keysBetween(rows, index, index);
  if (key === undefined) return before;
  return before.includes(key) && (chosen.size > 0 || index === active)
    ? before.filter((other) => other !== key)
    : [...new Set([...before, key])];
}

/** Selecting several rows: Ctrl+click and Space for one, Shift for a range, Ctrl+A for all, Escape back to one. */
export function useChoosing(store: AppStore, rows: readonly DrawnRow[], active: number) {
  const anchor = useRef<string | null>(null);
  const chosen = () => store.getState().chosenRows;
  const range = (to: number) => {
    anchor.current ??= rows[active]?.key ?? null;
    const from = rows.findIndex(({ key }) => key === anchor.current);
    chooseRows(store, keysBetween(rows, Math.max(from, 0), to));
  };
  const single = () => {
    anchor.current = null;
    chooseRows(store, []);
  };
  const toggle = (index: number) => {
    chooseRows(store, toggled(rows, chosen(), active, index));
    anchor.current = rows[index]?.key ?? null;
  };
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    Home: 0,
    End: rows.length - 1,
  };
  return {
    single,
    /** A click with a modifier must find the row that was selected before it still selected. */
    onMouseDown(event: Modifiers & { preventDefault(): void }) {
      if (event.shiftKey || event.ctrlKey || event.metaKey) event.preventDefault();
    },
    onClick(index: number, { ctrlKey, metaKey, shiftKey }: Modifiers, focusRow: (index: number) => void) {
      const isPlain = !shiftKey && !ctrlKey && !metaKey;
      if (isPlain) single();
      else if (shiftKey) range(index);
      else toggle(index);
      // A row that had the focus already is not told of it.
      selectRow(store, rows[index]?.key ?? null);
      if (!isPlain) focusRow(index);
    },
    /** True if the key was one of these. */
    onKey({ key, ctrlKey, metaKey, shiftKey }: Keys, focusRow: (index: number) => void): boolean {
      const step = steps[key];
      if (shiftKey && step !== undefined) {
        const to = Math.min(Math.max(step, 0), rows.length - 1);
        range(to);
        selectRow(store, rows[to]?.key ?? null);
        focusRow(to);
        return true;
      }
      if (key === ' ') toggle(active);
      else if ((ctrlKey || metaKey) && key.toLowerCase() === 'a') chooseRows(store, keysBetween(rows, 0, rows.length));
      else if (key === 'Escape' && chosen().size > 0) single();
      else return false;
      return true;
    },
  };
}
