import { useMemo } from 'react';
import { groupEntries, type JournalGroup } from '../../shared/activity/groups.ts';
import type { Problem } from '../../shared/schema.ts';
import { activityVersion } from '../store/selectors.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAsked, useLinked } from '../ui/use-asked.ts';

/** Whose activity it is: of a domain, of a host, or of all hosts. */
export interface Scope {
  readonly hostId?: string;
  readonly uuid?: string;
}

/** As many entries as the backend tells at once. */
export const mostEntries = 5_000;

export type Journal =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly problem: Problem }
  | { readonly status: 'ready'; readonly groups: readonly JournalGroup[]; readonly isWhole: boolean };

/**
 * What was asked of libvirt, newest first; asked for again when an operation begins or ends.
 * @param attempt another one begins anew
 */
export function useJournal({ hostId, uuid }: Scope, attempt = 0): Journal {
  const { client } = useApp();
  const version = useAppState((state) => activityVersion(state, { hostId, uuid }));
  const asked = useAsked({
    subject: `${hostId ?? ''}/${uuid ?? ''} ${attempt}`,
    when: useLinked(),
    versions: [version],
    ask: (signal) =>
      client.journal.list({ limit: mostEntries, ...(hostId ? { hostId } : {}), ...(uuid ? { uuid } : {}) }, { signal }),
  });
  return useMemo((): Journal => {
    if (asked.status !== 'ready') return asked;
    return { status: 'ready', groups: groupEntries(asked.value), isWhole: asked.value.length < mostEntries };
  }, [asked]);
}
