import { useEffect } from 'react';
import type { DomainWords } from '../../shared/schema.ts';
import { hostById } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { lastOf } from './asking.ts';
import { useApp, useAppState } from './context.tsx';
import { useAsked, useEnded, useFree } from './use-asked.ts';

/**
 * What a domain's own configuration says of it: as it was known before, until libvirt has told it again. Asked for when it is
 * shown, and when an operation on the domain has ended. Null: nothing is known, or there is nothing.
 */
export function useDomainWords({ hostId, uuid }: { hostId: string; uuid: string }): DomainWords | null {
  const { client, store } = useApp();
  const key = domainKey({ hostId, uuid });
  const known = useAppState((state) => state.domainWords.get(key));
  const connected = useAppState((state) => hostById(state, hostId)?.connection.status === 'connected');
  const asked = useAsked({
    subject: key,
    when: useFree(key) && connected,
    versions: [useEnded(key), useAppState((state) => state.historyAttempt)],
    ask: (signal) => client.domains.words({ hostId, uuid }, { signal }),
  });
  const told = lastOf(asked);
  useEffect(() => {
    if (told) store.setState(({ domainWords }) => ({ domainWords: new Map(domainWords).set(key, told) }));
  }, [store, key, told]);
  const words = told ?? known ?? null;
  return words && (words.title || words.description) ? words : null;
}
