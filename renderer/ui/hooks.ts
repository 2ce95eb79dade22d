import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

/** The time now, told again every `everyMs`; null pauses the clock. */
export function useNow(everyMs: number | null = 15_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (everyMs === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** True once something has gone on for so long that it should be shown. */
export function useAfter(ms: number, active = true): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    setOver(false);
    if (!active) return;
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [ms, active]);
  return over;
}

export function useMediaQuery(query: string): boolean {
  // Making one lays the page out.
  const list = useMemo(() => matchMedia(query), [query]);
  const watch = useCallback(
    (changed: () => void) => {
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    [list],
  );
  return useSyncExternalStore(watch, () => list.matches);
}

/** From here on what stands in the middle has room for all its columns; as in the style sheets. Px. */
export const wideFrom = 880;

/** Whether an element is at least so wide, px; true until it is there. */
export function useWide(from: number): [(element: HTMLElement | null) => void, boolean] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [isWide, setWide] = useState(true);
  useLayoutEffect(() => {
    if (!element) return;
    const measure = () => setWide(element.clientWidth >= from);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, from]);
  return [setElement, isWide];
}

/** The same array as before while it holds the same. */
export function useKept<T>(items: readonly T[]): readonly T[] {
  const kept = useRef(items);
  const isSame =
    kept.current === items ||
    (kept.current.length === items.length && items.every((item, at) => item === kept.current[at]));
  if (!isSame) kept.current = items;
  return kept.current;
}
