import type { Domain } from '../../shared/schema.ts';
import { type AppState, domainKey } from '../store/store.ts';

/** The domain that an entry of the journal is about, if it is there now. Several hosts may have one URI. */
export function domainOf(
  { hosts, domains }: Pick<AppState, 'hosts' | 'domains'>,
  { hostUri, uuid }: { hostUri: string; uuid: string },
): Domain | undefined {
  for (const { id, uri } of hosts) {
    const domain = uri === hostUri ? domains.get(domainKey({ hostId: id, uuid })) : undefined;
    if (domain) return domain;
  }
  return undefined;
}
