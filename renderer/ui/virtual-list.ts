import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

interface VirtualList {
  scroller: RefObject<HTMLDivElement | null>;
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  /** Scrolls to a row and focuses it once it is there. */
  focusRow: (index: number) => void;
}

/** Rows in a scroller, of which only the visible ones and the active one exist: the focus is never on a removed row. */
export function useVirtualList(options: {
  count: number;
  active: number;
  rowHeight: (index: number) => number;
  keyAt: (index: number) => string;
  paddingTop?: number;
}): VirtualList {
  const { count, active, rowHeight, keyAt, paddingTop = 0 } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    getItemKey: keyAt,
    overscan: 8,
    scrollPaddingStart: paddingTop,
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

  const focusRow = (index: number) => {
    wanted.current = index;
    virtualizer.scrollToIndex(index, { align: 'auto' });
    if (index === active)
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
  };
  return { scroller, virtualizer, focusRow };
}
