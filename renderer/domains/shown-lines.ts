import type { Domain, Host } from '../../shared/schema.ts';
import { domainsByHost } from '../store/domains.ts';
import type { AppState } from '../store/store.ts';
import { foundOf, type ListFilter, listFilter } from './list-filter.ts';
import { type ListLines, listLines } from './list-rows.ts';

type Inputs = Pick<AppState, 'hosts' | 'domains' | 'domainFilter'> & {
  readonly closedHosts: readonly string[];
  readonly closedGroups: readonly string[];
};

/**
 * A selector of the lines to show. A filter leaves out what it does not find and opens the rest. It makes anew only what
 * has changed since it was asked last.
 */
export function linesSelector(): (state: AppState) => ListLines {
  const filterOf = lastOf((hosts: readonly Host[], text: string) => listFilter(hosts, text));
  const lastFound = new WeakMap<readonly Domain[], { filter: ListFilter; found: readonly Domain[] }>();
  let inputs: Inputs | undefined;
  let lines: ListLines | undefined;
  const found = (hostId: string, byName: readonly Domain[], filter: ListFilter) => {
    const known = lastFound.get(byName);
    if (known?.filter === filter) return known.found;
    const found = foundOf(filter, hostId, byName);
    lastFound.set(byName, { filter, found });
    return found;
  };
  return (state) => {
    const { hosts, domains, domainFilter, settings } = state;
    const { collapsedHosts: closedHosts, collapsedGroups: closedGroups } = settings;
    const now = { hosts, domains, domainFilter, closedHosts, closedGroups };
    if (lines && inputs && isSame(inputs, now)) return lines;
    inputs = now;
    const filter = filterOf(hosts, domainFilter);
    const domainsOf = new Map<string, readonly Domain[]>();
    for (const [hostId, { byName }] of domainsByHost(domains)) {
      const left = filter ? found(hostId, byName, filter) : byName;
      if (left.length > 0) domainsOf.set(hostId, left);
    }
    lines = listLines({ hosts, domainsOf, filter, closedHosts, closedGroups, ...(lines ? { last: lines } : {}) });
    return lines;
  };
}

/** What the window’s list shows. */
export const shownLines = linesSelector();

/** Whether a filter finds nothing at all. */
export function findsNothing(state: AppState): boolean {
  return state.domainFilter.trim() !== '' && shownLines(state).rows.length === 0;
}

function isSame(last: Inputs, now: Inputs): boolean {
  return (Object.keys(now) as (keyof Inputs)[]).every((name) => last[name] === now[name]);
}

/** A function that remembers what it was asked last. */
function lastOf<A, B, R>(derive: (a: A, b: B) => R): (a: A, b: B) => R {
  let last: { a: A; b: B; result: R } | undefined;
  return (a, b) => {
    if (!last || last.a !== a || last.b !== b) last = { a, b, result: derive(a, b) };
    return last.result;
  };
}
