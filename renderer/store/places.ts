import type { AppState, AppStore, DomainTab, Place } from './store.ts';

/** What the window showed at one moment. */
export interface Visit {
  readonly place: Place;
  /** Of the open domain; of other places always the first. */
  readonly tab: DomainTab;
}

/** Where one has been, oldest first, and where among that one is. */
export interface Trail {
  readonly visits: readonly Visit[];
  /** -1 while there are none. */
  readonly at: number;
}

export const noTrail: Trail = { visits: [], at: -1 };
const mostVisits = 50;
const mostRecent = 8;

/** The trail after a visit: what lay ahead is left. */
export function visited({ visits, at }: Trail, visit: Visit): Trail {
  const next = [...visits.slice(0, at + 1), visit].slice(-mostVisits);
  return { visits: next, at: next.length - 1 };
}

/** Of the last places the newest first, each once. */
export function withRecent(recent: readonly Place[], place: Place): readonly Place[] {
  return [place, ...recent.filter((other) => !isSamePlace(other, place))].slice(0, mostRecent);
}

/** Whether a place is still there. */
export function isThere({ hosts, domains }: Pick<AppState, 'hosts' | 'domains'>, place: Place): boolean {
  if (place.kind === 'domain') return domains.has(place.key);
  return place.kind !== 'host' || hosts.some(({ id }) => id === place.hostId);
}

/** Where a step back (-1) or forward (1) leads, as an index of the trail; null: nowhere. */
export function stepFrom(state: AppState, step: -1 | 1): number | null {
  const { visits, at } = state.trail;
  for (let to = at + step; ; to += step) {
    const visit = visits[to];
    if (!visit) return null;
    if (isThere(state, visit.place)) return to;
  }
}

/** What changes of the window as another place is shown. */
export function showing(state: AppState, place: Place, row: string | null = null): Partial<AppState> {
  if (place.kind !== 'domain') return { place };
  if (state.history?.key === place.key) return { place, snapshotFilter: '', ...(row === null ? {} : selected(row)) };
  const history = { key: place.key, list: null, problem: null };
  return { place, snapshotFilter: '', history, ...selected(row) };
}

function selected(selectedRow: string | null): Partial<AppState> {
  return { selectedRow, chosenRows: new Set() };
}

/** Goes a step back or forward; false where there is none. */
export function travel(store: AppStore, step: -1 | 1): boolean {
  const state = store.getState();
  const to = stepFrom(state, step);
  const visit = to === null ? undefined : state.trail.visits[to];
  if (to === null || !visit) return false;
  const tab = visit.place.kind === 'domain' ? { domainTab: visit.tab } : {};
  store.setState({ ...showing(state, visit.place), ...tab, trail: { ...state.trail, at: to } });
  return true;
}

/** Notes every place that is shown, however it came to be; `keep` is told of the last ones. */
export function followPlaces(store: AppStore, keep: (recent: readonly Place[]) => void): () => void {
  const note = () => {
    const state = store.getState();
    const { place, domainTab, trail } = state;
    if (!place || !isThere(state, place)) return;
    const visit: Visit = { place, tab: place.kind === 'domain' ? domainTab : 'snapshots' };
    const last = trail.visits[trail.at];
    if (last && last.tab === visit.tab && isSamePlace(last.place, place)) return;
    store.setState({ trail: visited(trail, visit) });
    if (place.kind !== 'connect') keep(withRecent(state.settings.recentPlaces, place));
  };
  note();
  return store.subscribe(({ place, domainTab, domains }, before) => {
    if (place !== before.place || domainTab !== before.domainTab || domains !== before.domains) note();
  });
}

/** Places as they were kept; whatever isn't one is left out. */
export function readPlaces(kept: unknown): readonly Place[] {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((each: unknown): Place[] => {
    const { kind, key, hostId } = (each ?? {}) as Record<string, unknown>;
    if (kind === 'domain' && typeof key === 'string') return [{ kind, key }];
    return kind === 'host' && typeof hostId === 'string' ? [{ kind, hostId }] : [];
  });
}

function isSamePlace(a: Place, b: Place): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
