import { formatCount } from '../../shared/format.ts';
import { hostById } from './selectors.ts';
import type { App, AppState, HostSnapshotNames } from './store.ts';

/** Hosts that are asked at a time. */
const hostsAtOnce = 4;

/** Has the names of the snapshots of all connected hosts told, until the signal; what is known stays on show meanwhile. */
export async function loadSnapshotNames(app: App, signal: AbortSignal): Promise<void> {
  const waiting = connectedHosts(app.store.getState());
  const ask = async () => {
    for (let hostId = waiting.shift(); hostId !== undefined && !signal.aborted; hostId = waiting.shift())
      await loadHost(app, hostId, signal).catch((error) => signal.aborted || console.warn(error));
  };
  await Promise.all(Array.from({ length: hostsAtOnce }, ask));
}

async function loadHost({ client, store }: App, hostId: string, signal: AbortSignal): Promise<void> {
  const told = new Map<string, readonly string[]>();
  for await (const { found, left } of await client.snapshots.names({ hostId }, { signal })) {
    if (signal.aborted) return;
    for (const { uuid, names } of found) told.set(uuid, names);
    store.setState(({ snapshotNames }) => {
      const before = left === 0 ? [] : (snapshotNames.get(hostId)?.byDomain ?? []);
      const host: HostSnapshotNames = { byDomain: new Map([...before, ...told]), left };
      return { snapshotNames: new Map(snapshotNames).set(hostId, host) };
    });
    if (left === 0) return;
  }
}

/** Which hosts names are still to come from, and which cannot be asked, in words; null for nothing. */
export function namesMissing(state: AppState): { loading: string | null; unasked: string | null } {
  const loading = connectedHosts(state).flatMap((id) => {
    const left = state.snapshotNames.get(id)?.left ?? null;
    return left === 0 ? [] : [{ name: hostById(state, id)?.name ?? '', left }];
  });
  const [first] = loading;
  const others = state.hosts.filter(({ connection }) => connection.status !== 'connected');
  return {
    loading:
      first === undefined
        ? null
        : loading.length > 1
          ? `Still loading names from ${loading.length} hosts`
          : `Still loading names from ${first.name}${first.left === null ? '' : `, ${formatCount(first.left, 'domain')} left`}`,
    unasked:
      others.length === 0
        ? null
        : others.length === 1
          ? `${others[0]?.name} is not connected`
          : `${others.length} hosts are not connected`,
  };
}

function connectedHosts({ hosts }: AppState): string[] {
  return hosts.flatMap(({ id, connection }) => (connection.status === 'connected' ? [id] : []));
}
