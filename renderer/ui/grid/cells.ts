import type { KeyboardEvent } from 'react';

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The row that a key is pressed in: on itself, or on a cell that was walked to. */
export function keyedRow({ target }: KeyboardEvent): HTMLElement | null {
  if (!(target instanceof HTMLElement) || !(target.role === 'row' || isCell(target))) return null;
  return target.closest<HTMLElement>('[data-index]');
}

/**
 * Ctrl and the arrows walk the cells of a row, whose ring is on the cell then; Escape leads back to the row. True if the key
 * was one of them.
 */
export function walkCells(
  { key, target, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent,
  row: HTMLElement,
): boolean {
  if (shiftKey || altKey) return false;
  if (key === 'Escape' && isCell(target)) {
    row.focus({ preventScroll: true });
    return true;
  }
  const step = ctrlKey || metaKey ? steps[key] : undefined;
  if (step === undefined) return false;
  const cells = [...row.querySelectorAll<HTMLElement>('[role="gridcell"]')];
  const at = target instanceof HTMLElement ? cells.indexOf(target) : -1;
  const to = at === -1 ? (step > 0 ? 0 : cells.length - 1) : Math.min(Math.max(at + step, 0), cells.length - 1);
  if (cells[to]) focusCell(cells[to]);
  return true;
}

/** It can be focused only as long as it is: a click goes to the row. */
function focusCell(cell: HTMLElement): void {
  cell.tabIndex = -1;
  cell.addEventListener('blur', () => cell.removeAttribute('tabindex'), { once: true });
  cell.focus({ preventScroll: true });
}

function isCell(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.role === 'gridcell';
}
