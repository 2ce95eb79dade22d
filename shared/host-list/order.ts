import { groupedBy } from '../grouped-by.ts';
import type { Movable } from '../schema.ts';

/** Hosts under one heading; an empty `group` is that of hosts without one. */
export interface HostGroup<H> {
  readonly group: string;
  readonly hosts: readonly H[];
}

interface Grouped {
  readonly group: string;
}
interface Listed extends Grouped {
  readonly id: string;
}

/** Groups in the order of their first hosts, those without one last; hosts keep their order in each. */
export function groupedHosts<H extends Grouped>(hosts: readonly H[]): HostGroup<H>[] {
  const groups = groupedBy(hosts, ({ group }) => group);
  const rest = groups.get('');
  groups.delete('');
  if (rest) groups.set('', rest);
  return [...groups].map(([group, own]) => ({ group, hosts: own }));
}

/**
 * The ids of all hosts after one of them, or a group, has gone a step: a host within its group, a group past its
 * neighbour. Null where it is at that end, or not in the list.
 */
export function movedHosts(hosts: readonly Listed[], what: Movable, step: -1 | 1): string[] | null {
  const groups = groupedHosts(hosts).map(({ group, hosts: own }) => ({ group, ids: own.map(({ id }) => id) }));
  if (what.kind === 'group') {
    const named = groups.filter(({ group }) => group !== '');
    const at = named.findIndex(({ group }) => group === what.group);
    const swapped = withSwapped(named, at, step);
    return swapped && [...swapped, ...groups.filter(({ group }) => group === '')].flatMap(({ ids }) => ids);
  }
  const own = groups.find(({ ids }) => ids.includes(what.id));
  const swapped = own && withSwapped(own.ids, own.ids.indexOf(what.id), step);
  return swapped ? groups.flatMap((group) => (group === own ? swapped : group.ids)) : null;
}

/** The items with those that are named in the order of their names, in the places that they had; the others stay. */
export function rearranged<T>(items: readonly T[], keyOf: (item: T) => string, keys: readonly string[]): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  const wanted = [...new Set(keys)].filter((key) => byKey.has(key));
  const named = new Set(wanted);
  let next = 0;
  return items.map((item) => (named.has(keyOf(item)) ? (byKey.get(wanted[next++] ?? '') ?? item) : item));
}

function withSwapped<T>(items: readonly T[], at: number, step: -1 | 1): T[] | null {
  const [item, other] = [items[at], items[at + step]];
  if (at < 0 || item === undefined || other === undefined) return null;
  return items.with(at, other).with(at + step, item);
}
