import type { Domain, JournalEntry } from '../../shared/schema.ts';
import { hostById } from './selectors.ts';
import type { App, AppState } from './store.ts';

/** Another text whenever a revert has ended; null while nobody can be asked. */
export function revertsVersion({ link, loaded, operations }: AppState): string | null {
  if (link !== 'open' || !loaded) return null;
  const ended = [...operations.values()].filter(({ kind, phase }) => kind === 'revert' && phase === 'ended');
  return `${ended.length}`;
}

/** Asks for the last revert of each domain. */
export async function learnLastReverts({ client, store }: App, signal: AbortSignal): Promise<void> {
  const entries = await client.journal.lastReverts(undefined, { signal });
  store.setState({ lastReverts: new Map(entries.map((entry) => [keyOf(entry), entry])) });
}

/** The last revert of a domain, if any was asked for from here. */
export function lastRevertOf(
  state: Pick<AppState, 'hosts' | 'lastReverts'>,
  { hostId, uuid }: Domain,
): JournalEntry | undefined {
  const host = hostById(state, hostId);
  return host && state.lastReverts.get(keyOf({ hostUri: host.uri, uuid }));
}

function keyOf({ hostUri, uuid }: Pick<JournalEntry, 'hostUri' | 'uuid'>): string {
  return `${hostUri} ${uuid}`;
}
