import { testedHostId } from '../../shared/connect-steps.ts';
import { formatCount, formatWhole } from '../../shared/format.ts';
import { groupedBy } from '../../shared/grouped-by.ts';
import { groupedHosts } from '../../shared/host-list/order.ts';
import { batchWith } from '../../shared/notification.ts';
import { once } from '../../shared/once.ts';
import { operationUnderWay } from '../../shared/operations/words.ts';
import type { Batch, Domain, Host, Operation, Question, Snapshot } from '../../shared/schema.ts';
import { filterTest, type Known, parseFilter } from '../../shared/snapshot-filter.ts';
import { buildSnapshotRows, type SnapshotRow, type SnapshotTree, type TreeRow } from '../../shared/snapshot-tree.ts';
import { type Drawing, type DrawnRow, type DrawnTree, drawTree } from '../../shared/tree-drawing.ts';
import { compareNames, domainsByHost, type HostDomains } from './domains.ts';
import { historyGrid } from './grid-views.ts';
import { endSentence } from './notices.ts';
import { knownBytes } from './sizes.ts';
import { type AppState, type DomainKey, domainKey, type KnownSizes, type Place } from './store.ts';

const listOf = once((domains: AppState['domains']) => [...domains.values()]);
const hostsById = once((hosts: AppState['hosts']) => new Map(hosts.map((host) => [host.id, host])));
const groupsOf = once((hosts: AppState['hosts']) =>
  groupedHosts(hosts)
    .map(({ group }) => group)
    .filter((group) => group !== ''),
);
const runningOf = once((operations: AppState['operations']) =>
  [...operations.values()].filter(({ phase }) => phase !== 'ended').sort((a, b) => a.startedAt - b.startedAt),
);
/** Of several on one domain, the one that was begun first: the others wait behind it. */
const runningKeysOf = once(
  (operations: AppState['operations']) =>
    new Map(
      runningOf(operations)
        .toReversed()
        .map((it) => [domainKey(it), it]),
    ),
);
const lastEndedOf = once((operations: AppState['operations']) => {
  const ended = [...operations.values()].sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  return ended.findLast(({ outcome }) => outcome !== null);
});
/** A list of snapshots as a tree. */
export const treeOf = once(buildSnapshotRows);
const protectedOf = once((marks: AppState['marks']) => new Set(marks.protected.map(domainKey)));
const marksByDomain = once((marks: AppState['marks']) => {
  const domains = new Map<DomainKey, { pinned: Set<string>; interrupted: Set<string>; tags: Map<string, string[]> }>();
  const of = (mark: { hostId: string; uuid: string }) => {
    const key = domainKey(mark);
    const own = domains.get(key) ?? { pinned: new Set(), interrupted: new Set(), tags: new Map() };
    domains.set(key, own);
    return own;
  };
  for (const mark of marks.pinned) of(mark).pinned.add(mark.name);
  for (const mark of marks.interrupted) of(mark).interrupted.add(mark.name);
  for (const mark of marks.tagged) of(mark).tags.set(mark.name, mark.tags);
  return domains;
});
const allTagsOf = once((marks: AppState['marks']) => [...new Set(marks.tagged.flatMap(({ tags }) => tags))].sort());
const endedCountsOf = once((operations: AppState['operations']) => {
  const counts = new Map<DomainKey, number>();
  for (const operation of operations.values()) {
    if (operation.phase !== 'ended') continue;
    const key = domainKey(operation);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
});
const revertsOf = once((operations: AppState['operations']) =>
  groupedBy(
    [...operations.values()].filter(({ kind, outcome }) => kind === 'revert' && outcome?.result === 'done'),
    domainKey,
  ),
);
const chosenCountsOf = once((domains: AppState['domains']) =>
  once((chosen: AppState['chosen']) => {
    const found = [...chosen].filter((key) => domains.has(key));
    return { domains: found.length, hosts: new Set(found.map(hostIdOf)).size };
  }),
);
const liveRunOf = once((runs: AppState['batches']) => [...runs.values()].findLast((run) => run.endedAt === null));
const lastRunOf = once((runs: AppState['batches']) =>
  [...runs.values()].sort((a, b) => a.startedAt - b.startedAt).at(-1),
);

export function domainList(state: AppState): readonly Domain[] {
  return listOf(state.domains);
}

const noDomains: HostDomains = { byName: [], running: 0 };

/** The domains of a host by name, and how many of them run. */
export function domainsOf(state: AppState, hostId: string): HostDomains {
  return domainsByHost(state.domains).get(hostId) ?? noDomains;
}

/** The groups in use, in the order of the list. */
export function groupsInUse(state: AppState): readonly string[] {
  return groupsOf(state.hosts);
}

export function hostById(state: Pick<AppState, 'hosts'>, hostId: string): Host | undefined {
  return hostsById(state.hosts).get(hostId);
}

export function openDomain(state: AppState): Domain | undefined {
  return state.place?.kind === 'domain' ? state.domains.get(state.place.key) : undefined;
}

/** The host that the middle of the window is about. */
export function openHost(state: AppState): Host | undefined {
  const hostId = state.place && hostIdAt(state.place);
  return hostId ? hostById(state, hostId) : undefined;
}

/** The host that a place is about; null for none. */
export function hostIdAt(place: Place): string | null {
  if (place.kind === 'domain') return hostIdOf(place.key);
  return place.kind === 'host' ? place.hostId : null;
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
  const last = lastEnded(state);
  return last ? endSentence(last) : null;
}

/** The operation that ended last, as far as this window knows. */
export function lastEnded(state: AppState): Operation | undefined {
  return lastEndedOf(state.operations);
}

/** How many operations on a domain have ended, as far as this window knows. */
export function endedOn(state: AppState, key: DomainKey): number {
  return endedCountsOf(state.operations).get(key) ?? 0;
}

/** Another text whenever an operation of a scope has begun or ended: what was done is to be read again. */
export function activityVersion(
  { operations }: AppState,
  { hostId, uuid }: { hostId?: string | undefined; uuid?: string | undefined },
): string {
  let begun = 0;
  let ended = 0;
  for (const operation of operations.values()) {
    if ((hostId !== undefined && operation.hostId !== hostId) || (uuid !== undefined && operation.uuid !== uuid))
      continue;
    begun++;
    if (operation.phase === 'ended') ended++;
  }
  return `${begun} ${ended}`;
}

/** The operation that a run of this window's own became: the newest such one on the domain. */
export function ownOperation(
  state: AppState,
  about: Pick<Operation, 'hostId' | 'uuid' | 'kind' | 'subject'>,
): Operation | undefined {
  const key = domainKey(about);
  return runningOf(state.operations).findLast(
    (it) => domainKey(it) === key && it.kind === about.kind && it.subject === about.subject,
  );
}

/** The batch that an operation is part of. */
export function batchOf({ batches }: AppState, operation: Operation): Batch | undefined {
  return batchWith(batches.values(), operation);
}

export function batchByPlan({ batches }: AppState, planId: string): Batch | undefined {
  return [...batches.values()].find(({ rows }) => rows.some((row) => row.planId === planId));
}

export function liveBatch(state: AppState): Batch | undefined {
  return liveRunOf(state.batches);
}

export function lastBatch(state: AppState): Batch | undefined {
  return lastRunOf(state.batches);
}

/** Whether a revert of the domain needs its name typed: it is marked itself, or its host is. */
export function isProtected(state: AppState, key: DomainKey): boolean {
  return isMarkedProtected(state, key) || hostById(state, hostIdOf(key))?.protected === true;
}

/** Whether the domain itself is marked as protected. */
export function isMarkedProtected(state: AppState, key: DomainKey): boolean {
  return protectedOf(state.marks).has(key);
}

/** What is marked of the snapshots of a domain, by their names. */
export interface SnapshotMarks {
  readonly pinned: ReadonlySet<string>;
  /** Their deletion was broken off: they can only be deleted again. */
  readonly interrupted: ReadonlySet<string>;
  /** By alphabet. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
}
const noMarks: SnapshotMarks = { pinned: new Set(), interrupted: new Set(), tags: new Map() };

export function snapshotMarks({ marks }: AppState, key: DomainKey): SnapshotMarks {
  return marksByDomain(marks).get(key) ?? noMarks;
}

export function isPinned(state: AppState, domain: { hostId: string; uuid: string }, name: string): boolean {
  return snapshotMarks(state, domainKey(domain)).pinned.has(name);
}

const none: readonly string[] = [];

/** The tags of a snapshot, by alphabet. */
export function tagsOfSnapshot(
  state: AppState,
  domain: { hostId: string; uuid: string },
  name: string,
): readonly string[] {
  return snapshotMarks(state, domainKey(domain)).tags.get(name) ?? none;
}

/** Every tag in use. */
export function allTags(state: AppState): readonly string[] {
  return allTagsOf(state.marks);
}

/** How many of the selected domains still exist, and on how many hosts. */
export function chosenCounts({ chosen, domains }: AppState): { domains: number; hosts: number } {
  return chosenCountsOf(domains)(chosen);
}

/** The domains selected to be changed together that still exist, by host and then by name. */
export function chosenDomains(state: AppState): readonly Domain[] {
  const found = [...state.chosen].flatMap((key) => state.domains.get(key) ?? []);
  const place = new Map(state.hosts.map(({ id }, at) => [id, at]));
  return found.sort((a, b) => (place.get(a.hostId) ?? 0) - (place.get(b.hostId) ?? 0) || compareNames(a, b));
}

/** Why the last revert of a domain can't be undone now, as a sentence; null when it can. */
export function undoUnavailable(state: AppState, key: DomainKey): string | null {
  const refused = revertUnavailable(state, key);
  if (refused !== null) return refused;
  const offer = state.undoOffers.get(key);
  if (!offer) return 'It is not known yet whether there is anything to undo.';
  return offer.available ? null : (offer.reason ?? 'There is no safety snapshot to revert to.');
}

/** The open domain's history, drawn; null while nothing is known of it. */
export function openTree(state: AppState): SnapshotTree | null {
  return state.history?.list ? treeOf(state.history.list) : null;
}

const noFolds: ReadonlySet<string> = new Set();
const lastDrawn = new WeakMap<SnapshotTree, { readonly by: Drawing; readonly drawn: DrawnTree }>();

/** The open domain's history as it is drawn: with lanes, and without what is folded away. */
export function drawnTree(state: AppState): DrawnTree | null {
  const tree = openTree(state);
  if (!tree || !state.history) return null;
  const { key } = state.history;
  const { newestFirst, foldsSafety } = state.settings;
  const offer = state.undoOffers.get(key);
  const by: Drawing = {
    turned: state.turnedFolds.get(key) ?? noFolds,
    undoable: offer?.available ? offer.snapshotName : null,
    foldsSafety,
    newestFirst,
  };
  const last = lastDrawn.get(tree);
  if (last && isSameDrawing(last.by, by)) return last.drawn;
  const drawn = drawTree(tree, by);
  lastDrawn.set(tree, { by, drawn });
  return drawn;
}

function isSameDrawing(a: Drawing, b: Drawing): boolean {
  return (Object.keys(a) as (keyof Drawing)[]).every((name) => a[name] === b[name]);
}

/**
 * The rows of the open history that are shown: the tree as it is drawn, or what the filter leaves, or all of them where they
 * are sorted. Null while nothing is known.
 */
export function shownRows(state: AppState): readonly DrawnRow[] | null {
  const tree = openTree(state);
  if (!tree) return null;
  const rows = filteredRows(state, tree, state.snapshotFilter);
  const isTree = rows === tree.rows && !state.settings.grids[historyGrid]?.sort;
  return (isTree ? drawnTree(state)?.rows : undefined) ?? rows;
}

const noSnapshots: readonly Snapshot[] = [];
const chosenOf = once((rows: readonly DrawnRow[]) =>
  once((chosen: ReadonlySet<string>) => {
    const found = rows.flatMap((row) => (row.kind === 'snapshot' && chosen.has(row.key) ? [row.snapshot] : []));
    return found.length > 1 ? found : noSnapshots;
  }),
);

/** The snapshots that are selected together, top-down: two or more that are in the list and not hidden, or none. */
export function chosenSnapshots(state: AppState): readonly Snapshot[] {
  const rows = shownRows(state);
  return rows ? chosenOf(rows)(state.chosenRows) : noSnapshots;
}

/** What may be said of a snapshot in a filter besides what it is. */
export function knownOf(state: AppState): (row: SnapshotRow) => Known {
  const { pinned, tags } = snapshotMarks(state, state.history?.key ?? '');
  const sizes = state.sizes?.key === state.history?.key ? state.sizes : null;
  return (row) => new KnownOfRow(row, pinned.has(row.snapshot.name), tags.get(row.snapshot.name) ?? none, sizes);
}

/** Made for each row at each letter that is typed: only what is asked for is looked up. */
class KnownOfRow implements Known {
  constructor(
    readonly row: SnapshotRow,
    readonly pinned: boolean,
    readonly tags: readonly string[],
    readonly sizes: KnownSizes | null,
  ) {}

  get current(): boolean {
    return this.row.current;
  }

  get leaf(): boolean {
    return this.row.childKeys.length === 0;
  }

  get root(): boolean {
    return this.row.parentKey === null;
  }

  get bytes(): number | null {
    return knownBytes([this.row.snapshot], this.sizes);
  }
}

/** The rows of a tree that a filter leaves. While they are the same, the same array is handed out again. */
export function filteredRows(state: AppState, tree: SnapshotTree, text: string): readonly TreeRow[] {
  const { marks, minute, sizes } = state;
  const last = lastFiltered.get(tree);
  if (last && last.text === text && last.marks === marks && last.minute === minute && last.sizes === sizes)
    return last.rows;
  const filter = parseFilter(text);
  const nothing = filter.words.length + filter.facets.length === 0;
  const test = filterTest(filter, minute * 60_000);
  const known = knownOf(state);
  const fits = (row: TreeRow) => row.kind === 'snapshot' && test(row.snapshot, known(row));
  const found = nothing ? tree.rows : tree.rows.filter(fits);
  const same = last?.rows.length === found.length && last.rows.every((row, at) => row === found[at]);
  const rows = same ? last.rows : found;
  lastFiltered.set(tree, { text, marks, minute, sizes, rows });
  return rows;
}

type Filtered = Pick<AppState, 'marks' | 'minute' | 'sizes'> & {
  readonly text: string;
  readonly rows: readonly TreeRow[];
};
const lastFiltered = new WeakMap<SnapshotTree, Filtered>();

export function wordsOf(filter: string): string[] {
  return filter.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The question that is due: none while another dialog is open, but for one that tests a connection and those of its test. */
export function dueQuestion({ dialog, questions }: AppState): Question | undefined {
  if (dialog?.kind === 'add-host') return questions.find(({ hostId }) => hostId === testedHostId);
  return dialog === null ? questions[0] : undefined;
}

/**
 * Since when a domain has gone on from a snapshot: since it was taken, or since the last revert to it that is known.
 * Milliseconds since 1970.
 */
export function goesOnSince(state: AppState, key: DomainKey, { name, createdAt }: Snapshot): number {
  const reverts = (revertsOf(state.operations).get(key) ?? []).filter(({ subject }) => subject === `“${name}”`);
  return Math.max(createdAt, ...reverts.map(({ endedAt }) => endedAt ?? 0));
}

/** Why nothing can be reverted on this domain now, as a sentence; null when it can be. */
export function revertUnavailable(state: AppState, key: DomainKey): string | null {
  if (state.link !== 'open') return 'Snapkeel’s backend is not reachable.';
  const host = hostById(state, hostIdOf(key));
  if (host?.connection.status !== 'connected') return `${host?.name ?? 'The host'} is not connected.`;
  if (!state.domains.has(key)) return 'This domain is gone.';
  const operation = operationOn(state, key);
  if (!operation) return null;
  const what =
    operation.kind === 'revert' ? `A revert of this domain to ${operation.subject}` : operationUnderWay(operation);
  return `${what} ${operation.phase === 'queued' ? 'is waiting' : 'is running'}.`;
}

/** What is open, for the frame of the window: “db-primary on kvm-prod-a – Snapkeel”. */
export function windowTitle(state: AppState): string {
  const host = openHost(state)?.name;
  const domain = openDomain(state)?.name;
  const place = domain !== undefined && host !== undefined ? `${domain} on ${host}` : host;
  const open = state.place?.kind === 'activity' ? 'Activity' : place;
  return open === undefined ? 'Snapkeel' : `${open} – Snapkeel`;
}

/** How many hosts are connected, of how many, and how many domains there are: “4 of 6 hosts · 17 domains”. */
export function countsSentence({ hosts, domains }: AppState): string {
  const connected = hosts.filter(({ connection }) => connection.status === 'connected').length;
  const all = formatCount(hosts.length, 'host');
  return `${connected < hosts.length ? `${formatWhole(connected)} of ${all}` : all} · ${formatCount(domains.size, 'domain')}`;
}
