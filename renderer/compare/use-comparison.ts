import { useEffect, useState } from 'react';
import type { ConfigComparison, ConfigOther, Problem } from '../../shared/schema.ts';
import { problemOf } from '../store/api.ts';
import { operationOn } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

/** Moving over rows asks for nothing until one stays on a row for this long. */
const settleMs = 90;
/** libvirt tells of a changed definition, but not of everything that changes a running guest's. */
const lookAgainMs = 15_000;

export type Comparison =
  | { status: 'loading' }
  | { status: 'ready'; comparison: ConfigComparison }
  | { status: 'failed'; problem: Problem };

export interface Compared {
  hostId: string;
  uuid: string;
  /** Of the snapshot. */
  name: string;
}

/**
 * What another configuration has otherwise than the snapshot's; looked at again while it is shown, and kept meanwhile. While
 * an operation runs on the domain nothing is asked.
 * @param version changes when the snapshot is another one of the same name.
 */
export function useComparison({ hostId, uuid, name }: Compared, side: ConfigOther, version = 0): Comparison {
  const { client } = useApp();
  const key = domainKey({ hostId, uuid });
  const free = useAppState((state) => state.link === 'open' && operationOn(state, key) === undefined);
  const power = useAppState((state) => state.domains.get(key)?.id ?? null);
  const subject = JSON.stringify([key, name, side, version]);
  const [result, setResult] = useState<{ subject: string; known: Comparison }>({
    subject,
    known: { status: 'loading' },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a start, a stop or another snapshot is another question
  useEffect(() => {
    if (!free) return;
    const stop = new AbortController();
    const tell = (known: Comparison) => {
      if (stop.signal.aborted) return;
      setResult((last) => (JSON.stringify(last) === JSON.stringify({ subject, known }) ? last : { subject, known }));
    };
    const ask = () =>
      client.snapshots.compare({ hostId, uuid, name, with: side }, { signal: stop.signal }).then(
        (comparison) => tell({ status: 'ready', comparison }),
        (error) => tell({ status: 'failed', problem: problemOf(error) }),
      );
    const first = setTimeout(ask, settleMs);
    const again = setInterval(() => document.visibilityState === 'visible' && ask(), lookAgainMs);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      stop.abort();
    };
  }, [client, subject, free, power]);
  return result.subject === subject ? result.known : { status: 'loading' };
}
