import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { useKept } from './hooks.ts';

interface VirtualList {
  scroller: RefObject<HTMLDivElement | null>;
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  /** Focuses a row, scrolling to it first where it is not in view. */
  focusRow: (index: number) => void;
}

/** Rows in a scroller, of which only the visible ones and the active one exist: the focus is never on a removed row. */
export function useVirtualList(options: {
  /** Of all rows, in their order. */
  keys: readonly string[];
  active: number;
  /** Of the rows with these keys. */
  rowHeight: (index: number) => number;
  /** What stands over the rows at the top of the scroller, also while it is scrolled; px. */
  headHeight?: number;
}): VirtualList {
  const { active, rowHeight, headHeight = 0 } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const keys = useKept(options.keys);
  const count = keys.length;
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    // With another function all rows are laid out anew.
    getItemKey: useCallback((index: number) => keys[index] ?? String(index), [keys]),
    overscan: 8,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const shown = defaultRangeExtractor(range);
        if (active < 0 || active >= count || shown.includes(active)) return shown;
        return [...shown, active].sort((a, b) => a - b);
      },
      [active, count],
    ),
  });

  useLayoutEffect(() => {
    if (wanted.current === null || wanted.current !== active) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  // Whatever else makes another row the active one takes the focus along, if that is in the list: Enter acts on both.
  const hadFocus = useRef(false);
  useEffect(() => {
    const noteFocus = () => {
      hadFocus.current = rowOf(scroller.current, document.activeElement) !== null;
    };
    document.addEventListener('focusin', noteFocus);
    return () => document.removeEventListener('focusin', noteFocus);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focused row may be gone, too
  useLayoutEffect(() => {
    const focused = document.activeElement;
    const isLost = focused === document.body && hadFocus.current;
    const row = rowOf(scroller.current, focused);
    if (!isLost && !row) return;
    if (row && Number(row.dataset.index) === active) return;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: !isLost });
  }, [active, keys]);

  /** Whether the whole row is seen; scrolling to where one is already takes several frames of work. */
  const isInView = (index: number) => {
    const row = virtualizer.measurementsCache[index];
    const { scrollOffset, scrollRect, isScrolling } = virtualizer;
    if (!row || scrollOffset === null || !scrollRect || isScrolling) return false;
    return row.start >= scrollOffset + headHeight && row.end <= scrollOffset + scrollRect.height;
  };
  const focusRow = (index: number) => {
    wanted.current = index;
    if (!isInView(index)) virtualizer.scrollToIndex(index, { align: 'auto' });
    if (index === active)
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
  };
  return { scroller, virtualizer, focusRow };
}

/** The row of the list that an element is, or is in. */
function rowOf(list: HTMLElement | null, element: Element | null): HTMLElement | null {
  const row = element?.closest<HTMLElement>('[data-index]') ?? null;
  return row && list?.contains(row) ? row : null;
}

/** The row that something happened in, of a list whose rows say their index; null beside all rows. */
export function rowIndexOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return row ? Number(row.dataset.index) : null;
}
