import { chooseDomains, clearChosen } from '../store/actions.ts';
import type { AppStore, DomainKey } from '../store/store.ts';
import type { ListRow } from './list-rows.ts';

/** The domains that a row stands for: itself, or all that are listed of its host or its group. */
export function keysOf(row: ListRow, rows: readonly ListRow[]): DomainKey[] {
  if (row.kind === 'domain') return [row.key];
  const hosts = new Set(row.kind === 'host' ? [row.host.id] : row.hosts.map(({ id }) => id));
  return rows.flatMap((other) => (other.kind === 'domain' && hosts.has(other.domain.hostId) ? [other.key] : []));
}

/** The domains from one row to another, both included. */
export function keysBetween(from: number, to: number, rows: readonly ListRow[]): DomainKey[] {
  const [first, last] = from < to ? [from, to] : [to, from];
  return rows.slice(first, last + 1).flatMap((row) => (row.kind === 'domain' ? [row.key] : []));
}

/** Selects what a row stands for; if all of that is selected already, no longer. */
export function toggleRow(store: AppStore, row: ListRow, rows: readonly ListRow[]): void {
  const keys = keysOf(row, rows);
  const { chosen } = store.getState();
  chooseDomains(store, keys, !keys.every((key) => chosen.has(key)));
}

/** Ctrl+A and Escape in the list; true if it was one of them and did something. */
export function chooseByKey(
  store: AppStore,
  event: { key: string; ctrlKey: boolean; metaKey: boolean },
  rows: readonly ListRow[],
): boolean {
  if (event.key === 'Escape' && store.getState().chosen.size > 0) {
    clearChosen(store);
    return true;
  }
  if (event.key.toLowerCase() !== 'a' || !(event.ctrlKey || event.metaKey)) return false;
  chooseDomains(store, keysBetween(0, rows.length - 1, rows), true);
  return true;
}
