import type { Domain, JournalEntry } from '../../shared/schema.ts';
import { domainKey } from '../store/store.ts';
import type { Asked } from '../ui/asking.ts';
import { useApp } from '../ui/context.tsx';
import { useAsked, useEnded, useLinked } from '../ui/use-asked.ts';

export const entriesAtOnce = 200;

/**
 * What was asked of libvirt about a domain; asked for again when an operation on it has ended.
 * @param attempt another one begins anew
 */
export function useJournal(
  { hostId, uuid }: Domain,
  limit = entriesAtOnce,
  attempt = 0,
): Asked<readonly JournalEntry[]> {
  const { client } = useApp();
  const key = domainKey({ hostId, uuid });
  return useAsked({
    subject: `${key} ${attempt}`,
    when: useLinked(),
    versions: [limit, useEnded(key)],
    ask: (signal) => client.journal.list({ hostId, uuid, limit }, { signal }),
  });
}
