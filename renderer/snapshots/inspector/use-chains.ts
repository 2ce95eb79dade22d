import { useEffect, useState } from 'react';
import type { DiskChain, Domain, Problem } from '../../../shared/schema.ts';
import { problemOf } from '../../store/api.ts';
import { endedOn, operationOn } from '../../store/selectors.ts';
import { domainKey } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';

/** Moving over rows asks for nothing until one stays on a row for this long. */
const settleMs = 90;

export type Chains =
  | { status: 'loading' }
  | { status: 'ready'; chains: readonly DiskChain[] }
  | { status: 'failed'; problem: Problem };

/**
 * The images of a snapshot's disks, or with null of the domain as it is now. Asked for again when the domain starts or
 * stops, when its history changes and when an operation on it has ended; while one runs nothing is asked.
 */
export function useChains({ hostId, uuid, id }: Domain, name: string | null): Chains {
  const { client } = useApp();
  const key = domainKey({ hostId, uuid });
  const free = useAppState((state) => state.link === 'open' && operationOn(state, key) === undefined);
  const ended = useAppState((state) => endedOn(state, key));
  const list = useAppState(({ history }) => (history?.key === key ? history.list : null));
  const subject = `${key}\n${name ?? ''}`;
  const [result, setResult] = useState<{ subject: string; known: Chains }>({ subject, known: { status: 'loading' } });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the domain or its history asks again
  useEffect(() => {
    if (!free) return;
    const stop = new AbortController();
    const tell = (known: Chains) => stop.signal.aborted || setResult({ subject, known });
    const timer = setTimeout(() => {
      client.snapshots.disks({ hostId, uuid, name }, { signal: stop.signal }).then(
        (chains) => tell({ status: 'ready', chains }),
        (error) => tell({ status: 'failed', problem: problemOf(error) }),
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, subject, free, ended, list, id]);
  return result.subject === subject ? result.known : { status: 'loading' };
}
