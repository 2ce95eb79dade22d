import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SnapshotList } from '../../shared/schema.ts';
import { endedOn, operationOn } from '../store/selectors.ts';
import type { DomainKey } from '../store/store.ts';
import { type Asked, Asking, type Question } from './asking.ts';
import { useAppState } from './context.tsx';

/** Moving over rows asks for nothing until one stays on a row for this long. */
export const passingMs = 90;

/** What is known of a question to the backend, asked for as long as it is shown. */
export function useAsked<T>(question: Question<T>): Asked<T> {
  const [asking] = useState(() => new Asking<T>());
  useEffect(() => asking.put(question));
  useEffect(() => () => asking.stop(), [asking]);
  return useSyncExternalStore(asking.watch, () => asking.about(question.subject));
}

/** Whether the backend is there to be asked. */
export function useLinked(): boolean {
  return useAppState((state) => state.link === 'open');
}

/** Whether libvirt can be asked about a domain: while an operation runs, what it says is on its way to something else. */
export function useFree(key: DomainKey): boolean {
  return useAppState((state) => state.link === 'open' && operationOn(state, key) === undefined);
}

/** How many operations on a domain have ended. */
export function useEnded(key: DomainKey): number {
  return useAppState((state) => endedOn(state, key));
}

/** The snapshots of a domain, as far as its history is open. */
export function useListed(key: DomainKey): SnapshotList | null {
  return useAppState(({ history }) => (history?.key === key ? history.list : null));
}
