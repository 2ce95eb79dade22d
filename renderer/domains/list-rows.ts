import { groupedHosts } from '../../shared/host-list/order.ts';
import type { Domain, Host } from '../../shared/schema.ts';
import { domainKey } from '../store/store.ts';
import { findsHost, type ListFilter } from './list-filter.ts';

interface Placed {
  readonly key: string;
  /** In the tree, from 1. */
  readonly level: number;
  /** Among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
}
/** A line of the list. */
export type ListRow = GroupLine | HostLine | DomainLine;
type GroupLine = Placed & {
  readonly kind: 'group';
  readonly group: string;
  readonly hosts: readonly Host[];
  readonly open: boolean;
};
type HostLine = Placed & {
  readonly kind: 'host';
  readonly host: Host;
  readonly domains: number;
  readonly open: boolean;
};
type DomainLine = Placed & { readonly kind: 'domain'; readonly domain: Domain };

interface Listed {
  /** In the order of the list. */
  readonly hosts: readonly Host[];
  /** Those that the filter leaves, by name, of each host that has any. */
  readonly domainsOf: ReadonlyMap<string, readonly Domain[]>;
  readonly filter: ListFilter | null;
  readonly closedHosts: readonly string[];
  readonly closedGroups: readonly string[];
  /** What was made last: lines that would be the same are taken from there. */
  readonly last?: ListLines;
}

/** The lines of the list, and what the next ones are made from. */
export interface ListLines {
  readonly rows: readonly ListRow[];
  /** Of the rows; the same array as long as the same rows are in the same order. */
  readonly keys: readonly string[];
  /** Those of groups and hosts, by key. */
  readonly heads: ReadonlyMap<string, GroupLine | HostLine>;
  /** Those of the domains of each open host. */
  readonly domains: ReadonlyMap<string, readonly DomainLine[]>;
}
const noLines: ListLines = { rows: [], keys: [], heads: new Map(), domains: new Map() };

/** How the heading of hosts without a group is called. */
export const ungrouped = 'Ungrouped';

/** Groups, where there are any, with their hosts, each with its domains by name. What a filter finds is all open. */
export function listLines({ hosts, domainsOf, filter, closedHosts, closedGroups, last = noLines }: Listed): ListLines {
  const shown = filter ? hosts.filter(({ id }) => domainsOf.has(id) || findsHost(filter, id)) : hosts;
  const closed = { hosts: new Set(filter ? [] : closedHosts), groups: new Set(filter ? [] : closedGroups) };
  const heads = new Map<string, GroupLine | HostLine>();
  const domains = new Map<string, readonly DomainLine[]>();
  const rows: ListRow[] = [];
  const addHead = (made: GroupLine | HostLine) => {
    const known = last.heads.get(made.key);
    const head = known && isSame(known, made) ? known : made;
    heads.set(head.key, head);
    rows.push(head);
  };
  const addHosts = (some: readonly Host[], level: number) => {
    for (const [at, host] of some.entries()) {
      const own = domainsOf.get(host.id) ?? [];
      const place = { key: host.id, level, position: at + 1, siblings: some.length };
      const open = !closed.hosts.has(host.id);
      addHead({ kind: 'host', host, domains: own.length, open, ...place });
      if (!open) continue;
      const lines = domainLines(own, level + 1, last.domains.get(host.id) ?? []);
      domains.set(host.id, lines);
      for (const line of lines) rows.push(line);
    }
  };
  if (hosts.every(({ group }) => group === '')) addHosts(shown, 1);
  else {
    const groups = groupedHosts(shown);
    for (const [at, { group, hosts: own }] of groups.entries()) {
      const open = !closed.groups.has(group);
      const place = { key: groupKey(group), level: 1, position: at + 1, siblings: groups.length };
      addHead({ kind: 'group', group, hosts: own, open, ...place });
      if (open) addHosts(own, 2);
    }
  }
  const isReordered = rows.length !== last.keys.length || rows.some(({ key }, at) => key !== last.keys[at]);
  return { rows, keys: isReordered ? rows.map(({ key }) => key) : last.keys, heads, domains };
}

function domainLines(domains: readonly Domain[], level: number, last: readonly DomainLine[]): readonly DomainLine[] {
  const siblings = domains.length;
  return domains.map((domain, at): DomainLine => {
    const known = last[at];
    if (known?.domain === domain && known.level === level && known.siblings === siblings) return known;
    return { kind: 'domain', key: domainKey(domain), domain, level, position: at + 1, siblings };
  });
}

function isSame<Line extends object>(known: Line, made: Line): boolean {
  return Object.entries(made).every(([name, value]) => {
    const before: unknown = known[name as keyof Line];
    if (!Array.isArray(value) || !Array.isArray(before)) return value === before;
    return value.length === before.length && value.every((each, at) => each === before[at]);
  });
}

/** The key of a group’s row; ids of hosts and keys of domains have no line break. */
export function groupKey(group: string): string {
  return `group\n${group}`;
}
