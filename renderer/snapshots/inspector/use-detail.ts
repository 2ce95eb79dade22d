import { useEffect, useState } from 'react';
import type { Domain, Problem, Snapshot, SnapshotDetail } from '../../../shared/schema.ts';
import { problemOf } from '../../store/api.ts';
import { useApp, useAppState } from '../../ui/context.tsx';

/** Moving over rows asks for nothing until one stays on a row for this long. */
const settleMs = 90;

type Detail =
  | { status: 'loading' }
  | { status: 'ready'; detail: SnapshotDetail }
  | { status: 'failed'; problem: Problem };

/** What is known of one snapshot beyond the list; asked for again when the list has a new one of that name. */
export function useDetail({ hostId, uuid }: Domain, { name, createdAt }: Snapshot): Detail {
  const { client } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const [result, setResult] = useState<Detail>({ status: 'loading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a snapshot taken anew under the same name is another one
  useEffect(() => {
    if (!linked) return;
    const stop = new AbortController();
    setResult({ status: 'loading' });
    const timer = setTimeout(() => {
      client.snapshots.detail({ hostId, uuid, name }, { signal: stop.signal }).then(
        (detail) => stop.signal.aborted || setResult({ status: 'ready', detail }),
        (error) => stop.signal.aborted || setResult({ status: 'failed', problem: problemOf(error) }),
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, hostId, uuid, name, createdAt, linked]);
  return result;
}
