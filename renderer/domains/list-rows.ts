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
export type ListRow =
  | ({
      readonly kind: 'group';
      readonly group: string;
      readonly hosts: readonly Host[];
      readonly open: boolean;
    } & Placed)
  | ({ readonly kind: 'host'; readonly host: Host; readonly domains: number; readonly open: boolean } & Placed)
  | ({ readonly kind: 'domain'; readonly domain: Domain } & Placed);

interface Listed {
  /** In the order of the list. */
  readonly hosts: readonly Host[];
  /** Those that the filter leaves, by name, of each host that has any. */
  readonly domainsOf: ReadonlyMap<string, readonly Domain[]>;
  readonly filter: ListFilter | null;
  readonly closedHosts: readonly string[];
  readonly closedGroups: readonly string[];
}

/** How the heading of hosts without a group is called. */
export const ungrouped = 'Ungrouped';

/** Groups, where there are any, with their hosts, each with its domains by name. What a filter finds is all open. */
export function listRows({ hosts, domainsOf, filter, closedHosts, closedGroups }: Listed): ListRow[] {
  const shown = filter ? hosts.filter(({ id }) => domainsOf.has(id) || findsHost(filter, id)) : hosts;
  const closed = { hosts: new Set(filter ? [] : closedHosts), groups: new Set(filter ? [] : closedGroups) };
  const hostRows = (host: Host, level: number, position: number, siblings: number): ListRow[] => {
    const domains = domainsOf.get(host.id) ?? [];
    const open = !closed.hosts.has(host.id);
    const row: ListRow = { kind: 'host', key: host.id, host, domains: domains.length, open, level, position, siblings };
    if (!open) return [row];
    return [
      row,
      ...domains.map(
        (domain, at): ListRow => ({
          kind: 'domain',
          key: domainKey(domain),
          domain,
          level: level + 1,
          position: at + 1,
          siblings: domains.length,
        }),
      ),
    ];
  };
  const rowsOf = (some: readonly Host[], level: number) =>
    some.flatMap((host, at) => hostRows(host, level, at + 1, some.length));
  if (hosts.every(({ group }) => group === '')) return rowsOf(shown, 1);
  const groups = groupedHosts(shown);
  return groups.flatMap(({ group, hosts: own }, at): ListRow[] => {
    const open = !closed.groups.has(group);
    const row: ListRow = {
      kind: 'group',
      key: groupKey(group),
      group,
      hosts: own,
      open,
      level: 1,
      position: at + 1,
      siblings: groups.length,
    };
    return open ? [row, ...rowsOf(own, 2)] : [row];
  });
}

/** The key of a group’s row; ids of hosts and keys of domains have no line break. */
export function groupKey(group: string): string {
  return `group\n${group}`;
}
