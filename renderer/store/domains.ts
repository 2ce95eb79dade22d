import type { Domain } from '../../shared/schema.ts';
import { LayeredMap } from './layered-map.ts';
import { type AppState, domainKey } from './store.ts';

type Domains = AppState['domains'];

/** The domains of one host. */
export interface HostDomains {
  readonly byName: readonly Domain[];
  readonly running: number;
}
type ByHost = ReadonlyMap<string, HostDomains>;
/** What becomes of the domains of a host, by UUID; undefined: it is gone. */
type Changes = ReadonlyMap<string, Domain | undefined>;

const runs: ReadonlySet<Domain['state']> = new Set(['running', 'blocked']);
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** By name as a person orders them; those that are named alike have an order too. */
export function compareNames(a: Domain, b: Domain): number {
  return collator.compare(a.name, b.name) || compare(a.name, b.name) || compare(a.uuid, b.uuid);
}

const known = new WeakMap<Domains, ByHost>();

/** The domains of each host that has any. What `DomainChanges` has made costs nothing here. */
export function domainsByHost(domains: Domains): ByHost {
  const lists = known.get(domains) ?? changedLists(new Map(), changesOf(domains.values()));
  known.set(domains, lists);
  return lists;
}

/** Changes of the domains that are made together: what they cost goes by the hosts and domains that they are about. */
export class DomainChanges {
  #before: Domains;
  #changes = new Map<string, Map<string, Domain | undefined>>();

  constructor(before: Domains) {
    this.#before = before;
  }

  put(domain: Domain): void {
    this.#of(domain.hostId).set(domain.uuid, domain);
  }

  remove({ hostId, uuid }: Pick<Domain, 'hostId' | 'uuid'>): void {
    this.#of(hostId).set(uuid, undefined);
  }

  /** Takes out all domains of a host. */
  forget(hostId: string): void {
    const changes = this.#of(hostId);
    for (const uuid of changes.keys()) changes.set(uuid, undefined);
    for (const { uuid } of domainsByHost(this.#before).get(hostId)?.byName ?? []) changes.set(uuid, undefined);
  }

  /** Takes out all domains. */
  clear(): void {
    this.#before = new Map();
    this.#changes.clear();
  }

  /** The domains afterwards; the same map where nothing was changed. */
  made(): Domains {
    const byKey = new Map<string, Domain | undefined>();
    for (const [hostId, changes] of this.#changes)
      for (const [uuid, domain] of changes) byKey.set(domainKey({ hostId, uuid }), domain);
    if (byKey.size === 0) return this.#before;
    const domains = LayeredMap.of(this.#before).with(byKey);
    known.set(domains, changedLists(domainsByHost(this.#before), this.#changes));
    return domains;
  }

  #of(hostId: string): Map<string, Domain | undefined> {
    const changes = this.#changes.get(hostId) ?? new Map<string, Domain | undefined>();
    this.#changes.set(hostId, changes);
    return changes;
  }
}

function changesOf(domains: Iterable<Domain>): Map<string, Map<string, Domain>> {
  const byHost = new Map<string, Map<string, Domain>>();
  for (const domain of domains) {
    const own = byHost.get(domain.hostId);
    if (own) own.set(domain.uuid, domain);
    else byHost.set(domain.hostId, new Map([[domain.uuid, domain]]));
  }
  return byHost;
}

function changedLists(before: ByHost, changes: ReadonlyMap<string, Changes>): ByHost {
  const lists = new Map(before);
  for (const [hostId, own] of changes) {
    const byName = changedList(before.get(hostId)?.byName ?? [], own);
    if (byName.length === 0) lists.delete(hostId);
    else lists.set(hostId, { byName, running: byName.filter(({ state }) => runs.has(state)).length });
  }
  return lists;
}

/** Only what is new or has another name is compared with others. */
function changedList(before: readonly Domain[], changes: Changes): readonly Domain[] {
  const placed = new Set<string>();
  const stay: Domain[] = [];
  for (const domain of before) {
    const isTold = changes.has(domain.uuid);
    const now = isTold ? changes.get(domain.uuid) : domain;
    if (now?.name !== domain.name) continue;
    stay.push(now);
    if (isTold) placed.add(now.uuid);
  }
  const unplaced = (domain: Domain | undefined): domain is Domain => domain !== undefined && !placed.has(domain.uuid);
  return merged(stay, [...changes.values()].filter(unplaced).sort(compareNames));
}

/** Two lists by name as one. */
function merged(many: readonly Domain[], few: readonly Domain[]): readonly Domain[] {
  if (few.length === 0) return many;
  const all: Domain[] = [];
  let from = 0;
  for (const domain of few) {
    const at = placeOf(domain, many, from);
    for (; from < at; from++) all.push(many[from] as Domain);
    all.push(domain);
  }
  for (; from < many.length; from++) all.push(many[from] as Domain);
  return all;
}

/** Where a domain goes among others, not before a place. */
function placeOf(domain: Domain, among: readonly Domain[], from: number): number {
  let low = from;
  let high = among.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareNames(among[middle] as Domain, domain) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
