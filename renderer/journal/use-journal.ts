import { useEffect, useState } from 'react';
import type { Domain, JournalEntry, Problem } from '../../shared/schema.ts';
import { problemOf } from '../store/api.ts';
import { endedOn } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

export type Journal =
  | { status: 'loading' }
  | { status: 'ready'; entries: readonly JournalEntry[]; whole: boolean }
  | { status: 'failed'; problem: Problem };

export const entriesAtOnce = 200;

/** What was asked of libvirt about a domain; asked for again when an operation on it has ended, and on `attempt`. */
export function useJournal({ hostId, uuid }: Domain, limit = entriesAtOnce, attempt = 0): Journal {
  const { client } = useApp();
  const linked = useAppState((state) => state.link === 'open');
  const ended = useAppState((state) => endedOn(state, domainKey({ hostId, uuid })));
  const [journal, setJournal] = useState<Journal>({ status: 'loading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: an operation that ended, or a retry, asks again
  useEffect(() => {
    if (!linked) return;
    const stop = new AbortController();
    setJournal((before) => (before.status === 'ready' ? before : { status: 'loading' }));
    client.journal.list({ hostId, uuid, limit }, { signal: stop.signal }).then(
      (entries) => stop.signal.aborted || setJournal({ status: 'ready', entries, whole: entries.length < limit }),
      (error) => stop.signal.aborted || setJournal({ status: 'failed', problem: problemOf(error) }),
    );
    return () => stop.abort();
  }, [client, hostId, uuid, limit, attempt, ended, linked]);
  return journal;
}
