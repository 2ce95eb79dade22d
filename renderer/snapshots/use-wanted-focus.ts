import { useEffect } from 'react';
import type { DomainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

/** Takes the focus to the selected row once it is wanted there, unless somebody has begun to type elsewhere. */
export function useWantedFocus(key: DomainKey, focus: () => void): void {
  const { store } = useApp();
  const wanted = useAppState((state) => state.focusWanted === key && state.dialog === null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that it is wanted
  useEffect(() => {
    if (!wanted) return;
    store.setState({ focusWanted: null });
    if (!document.activeElement?.matches('input, textarea')) focus();
  }, [wanted]);
}
