import { useVirtualizer } from '@tanstack/react-virtual';
import { createElement, type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** As a list is that knows nothing but texts: what the grids of the app are held against. */
const rows = Array.from({ length: 5_000 }, (_, at) => [`${at}`, `snapshot ${at}`, 'disks', `${at} d ago`, 'running']);
const rowHeight = 44;

const Row = memo(function Row({ index, start, active }: { index: number; start: number; active: boolean }) {
  return createElement(
    'div',
    {
      role: 'row',
      'data-index': index,
      tabIndex: active ? 0 : -1,
      'aria-selected': active,
      style: { transform: `translateY(${start}px)` },
    },
    ...(rows[index] ?? []).map((text, at) => createElement('div', { role: 'gridcell', key: at }, text)),
  );
});

function List() {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  useLayoutEffect(() => {
    scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(active + step, 0), rows.length - 1);
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  return createElement(
    'div',
    { id: 'list', role: 'treegrid', ref: scroller, onKeyDown },
    createElement(
      'div',
      { style: { position: 'relative', height: virtualizer.getTotalSize() } },
      virtualizer
        .getVirtualItems()
        .map(({ index, start }) => createElement(Row, { key: index, index, start, active: index === active })),
    ),
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(createElement(List));
