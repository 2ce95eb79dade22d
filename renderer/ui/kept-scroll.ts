import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/**
 * While a list is filtered, keeps where it was scrolled to, and goes back there afterwards; where another row has become
 * the active one meanwhile, that is shown instead.
 */
export function useKeptScroll(
  scroller: RefObject<HTMLElement | null>,
  filtering: boolean,
  activeKey: string | null,
  showActive: () => void,
): void {
  const kept = useRef({ top: 0, activeKey });
  const wasFiltering = useRef(filtering);
  useEffect(() => {
    const element = scroller.current;
    if (!element || filtering) return;
    const onScroll = () => {
      kept.current.top = element.scrollTop;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [scroller, filtering]);
  useLayoutEffect(() => {
    const ended = wasFiltering.current && !filtering;
    wasFiltering.current = filtering;
    if (!ended || !scroller.current) {
      if (!filtering) kept.current.activeKey = activeKey;
      return;
    }
    if (kept.current.activeKey === activeKey) scroller.current.scrollTop = kept.current.top;
    else showActive();
    kept.current.activeKey = activeKey;
  });
}
