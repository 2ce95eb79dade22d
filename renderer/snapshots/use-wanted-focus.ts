import { useEffect } from 'react';
import type { DomainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

/** A domain without snapshots has no row to go to: nothing takes the focus once it has one. */
export function useNoWantedFocus(hasRows: boolean | null): void {
  const { store } = useApp();
  useEffect(() => {
    if (hasRows === false && store.getState().focusWanted !== null) store.setState({ focusWanted: null });
  }, [hasRows, store]);
}

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
