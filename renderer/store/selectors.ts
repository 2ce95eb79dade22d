import type { Domain, Host, Operation, Question, Snapshot } from '../../shared/schema.ts';
import { buildSnapshotRows, type SnapshotTree, type TreeRow } from '../../shared/snapshot-tree.ts';
import { outcomeSentence } from '../operations/outcome.ts';
import { type AppState, type DomainKey, domainKey } from './store.ts';

/** Remembers the last result for each argument object, so that a selector hands out the same value twice. */
function once<A extends object, R>(derive: (from: A) => R): (from: A) => R {
  const kept = new WeakMap<A, { result: R }>();
  return (from) => {
    const known = kept.get(from);
    if (known) return known.result;
    const result = derive(from);
    kept.set(from, { result });
    return result;
  };
}

const listOf = once((domains: AppState['domains']) => [...domains.values()]);
const countsOf = once((domains: AppState['domains']) => {
  const counts = new Map<string, number>();
  for (const { hostId } of domains.values()) counts.set(hostId, (counts.get(hostId) ?? 0) + 1);
  return counts;
});
const runningOf = once((operations: AppState['operations']) =>
  [...operations.values()].filter(({ phase }) => phase !== 'ended').sort((a, b) => a.startedAt - b.startedAt),
);
const runningKeysOf = once(
  (operations: AppState['operations']) => new Map(runningOf(operations).map((it) => [domainKey(it), it])),
);
const lastOutcomeOf = once((operations: AppState['operations']) => {
  const ended = [...operations.values()].sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  const last = ended.findLast(({ outcome }) => outcome !== null);
  return last?.outcome ? outcomeSentence({ ...last, outcome: last.outcome }) : null;
});
const treeOf = once(buildSnapshotRows);

export function domainList(state: AppState): readonly Domain[] {
  return listOf(state.domains);
}

export function domainCount(state: AppState, hostId: string): number {
  return countsOf(state.domains).get(hostId) ?? 0;
}

export function hostById(state: AppState, hostId: string): Host | undefined {
  return state.hosts.find(({ id }) => id === hostId);
}

export function openDomain(state: AppState): Domain | undefined {
  return state.place?.kind === 'domain' ? state.domains.get(state.place.key) : undefined;
}

/** The host that the middle of the window is about. */
export function openHost(state: AppState): Host | undefined {
  const { place } = state;
  if (!place) return undefined;
  return hostById(state, place.kind === 'host' ? place.hostId : hostIdOf(place.key));
}

/** The first host that cannot be reached, which is what to look at when there is nothing else. */
export function hostInTrouble(state: AppState): Host | undefined {
  return state.hosts.find(({ connection: { status } }) => status === 'refused' || status === 'retrying');
}

export function hostIdOf(key: DomainKey): string {
  return key.slice(0, key.lastIndexOf('/'));
}

/** Oldest first. */
export function runningOperations(state: AppState): readonly Operation[] {
  return runningOf(state.operations);
}

export function operationOn(state: AppState, key: DomainKey): Operation | undefined {
  return runningKeysOf(state.operations).get(key);
}

/** How the latest operation ended, in one line. */
export function lastOutcome(state: AppState): string | null {
  return lastOutcomeOf(state.operations);
}

/** The open domain's history, drawn; null while nothing is known of it. */
export function openTree(state: AppState): SnapshotTree | null {
  return state.history?.list ? treeOf(state.history.list) : null;
}

/** Rows that hold every word of the filter in their name or description; all rows without a filter. */
export function filteredRows(tree: SnapshotTree, filter: string): readonly TreeRow[] {
  if (lastFiltered?.tree === tree && lastFiltered.filter === filter) return lastFiltered.rows;
  const rows = filterRows(tree, wordsOf(filter));
  lastFiltered = { tree, filter, rows };
  return rows;
}

let lastFiltered: { tree: SnapshotTree; filter: string; rows: readonly TreeRow[] } | null = null;

function filterRows(tree: SnapshotTree, words: readonly string[]): readonly TreeRow[] {
  if (words.length === 0) return tree.rows;
  return tree.rows.filter((row) => {
    if (row.kind === 'here') return false;
    const text = `${row.snapshot.name}\n${row.snapshot.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function wordsOf(filter: string): string[] {
  return filter.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The question that is due: none while another dialog is open. */
export function dueQuestion(state: AppState): Question | undefined {
  return state.dialog === null ? state.questions[0] : undefined;
}

/**
 * Since when a domain has gone on from a snapshot: since it was taken, or since the last revert to it that is known.
 * Milliseconds since 1970.
 */
export function goesOnSince(state: AppState, key: DomainKey, { name, createdAt }: Snapshot): number {
  const reverts = [...state.operations.values()].filter(
    (it) => domainKey(it) === key && it.snapshotName === name && it.outcome?.result === 'done',
  );
  return Math.max(createdAt, ...reverts.map(({ endedAt }) => endedAt ?? 0));
}

/** Why nothing can be reverted on this domain now, as a sentence; null when it can be. */
export function revertUnavailable(state: AppState, key: DomainKey): string | null {
  if (state.link !== 'open') return 'Snapkeel’s backend is not reachable.';
  const host = hostById(state, hostIdOf(key));
  if (host?.connection.status !== 'connected') return `${host?.name ?? 'The host'} is not connected.`;
  if (!state.domains.has(key)) return 'This domain is gone.';
  const operation = operationOn(state, key);
  return operation ? `A revert of this domain to “${operation.snapshotName}” is running.` : null;
}

/** How many domains have every word of the filter in their name. */
export function filteredCount(domains: readonly Domain[], filter: string): number {
  const words = wordsOf(filter);
  if (words.length === 0) return domains.length;
  return domains.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))).length;
}
