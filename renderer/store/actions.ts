import type { Problem } from '../../shared/schema.ts';
import { folding, seenRow, unfolding, withoutSafetyUnfolded } from './folds.ts';
import { type GridView, usualView } from './grid-views.ts';
import { showing } from './places.ts';
import { shownRows } from './selectors.ts';
import { saveWindowSettings, type WindowSettings } from './settings.ts';
import type { AppState, AppStore, Dialog, DomainKey, DomainTab, Notice, OpenMenu } from './store.ts';

let ids = 0;

/** A number that was not used before in this window. */
export function freshId(): number {
  return ++ids;
}

/** Opens a domain, with a row of its history selected where one is named. */
export function openDomainView(store: AppStore, key: DomainKey, row: string | null = null): void {
  const state = store.getState();
  if (row === null && state.place?.kind === 'domain' && state.place.key === key) return;
  store.setState({ ...showing(state, { kind: 'domain', key }, row), listOpen: false });
  if (row !== null) selectRow(store, row);
  changeSettings(store, { lastDomain: key });
}

/** The focus goes to the selected row of a domain’s history, as soon as that is there. */
export function wantFocus(store: AppStore, key: DomainKey): void {
  if (store.getState().domainTab === 'snapshots') store.setState({ focusWanted: key });
}

export function openHostView(store: AppStore, hostId: string): void {
  store.setState({ place: { kind: 'host', hostId }, listOpen: false });
}

/** Shows what can be connected to. */
export function openConnectView(store: AppStore): void {
  store.setState({ place: { kind: 'connect' }, listOpen: false });
}

export function openActivity(store: AppStore): void {
  store.setState({ place: { kind: 'activity' } });
}

export function showTab(store: AppStore, domainTab: DomainTab): void {
  store.setState({ domainTab, focusWanted: null });
}

/** Selects these domains to be changed together, or no longer. */
export function chooseDomains(store: AppStore, keys: readonly DomainKey[], on: boolean): void {
  store.setState(({ chosen }) => {
    const next = new Set(chosen);
    for (const key of keys) on ? next.add(key) : next.delete(key);
    return { chosen: next };
  });
}

export function clearChosen(store: AppStore): void {
  if (store.getState().chosen.size > 0) store.setState({ chosen: new Set() });
}

/** Selects a row; one that is folded away is unfolded, as nothing may be done to what isn't seen. */
export function selectRow(store: AppStore, row: string | null): void {
  const unfolded = unfolding(store.getState(), row);
  if (unfolded || store.getState().selectedRow !== row) store.setState({ selectedRow: row, ...unfolded });
}

/** Folds or unfolds what a fold hides; what was selected behind it gives way to the row that stands for it. */
export function turnFold(store: AppStore, fold: string): void {
  store.setState((state) => folding(state, fold) ?? state);
}

/** Whether each safety snapshot is folded away, from now on. */
export function foldSafety(store: AppStore, foldsSafety: boolean): void {
  store.setState(withoutSafetyUnfolded);
  changeSettings(store, { foldsSafety });
  store.setState((state) => ({ selectedRow: seenRow(state) }));
}

/** Selects these rows together; none or one of them leaves just the selected row. */
export function chooseRows(store: AppStore, rows: Iterable<string>): void {
  const chosenRows = new Set(rows);
  if (chosenRows.size + store.getState().chosenRows.size > 0) store.setState({ chosenRows });
}

/**
 * A row that the filter hides is no longer the selected one: nothing may be done to what isn't seen. It is again once it is
 * seen, unless another one was selected meanwhile.
 */
export function filterSnapshots(store: AppStore, snapshotFilter: string): void {
  const before = store.getState();
  const state = { ...before, snapshotFilter };
  const rowBeforeFilter = before.snapshotFilter === '' ? before.selectedRow : before.rowBeforeFilter;
  const wanted = before.selectedRow ?? rowBeforeFilter;
  const unfolded = unfolding(state, wanted);
  const seen = shownRows({ ...state, ...unfolded })?.some(({ key }) => key === wanted) ?? false;
  store.setState({ snapshotFilter, rowBeforeFilter, selectedRow: seen ? wanted : null, ...unfolded });
}

export function openDialog(store: AppStore, dialog: Dialog): void {
  store.setState({ dialog, menu: null });
}

export function closeDialog(store: AppStore): void {
  store.setState({ dialog: null });
}

export function openMenu(store: AppStore, menu: OpenMenu): void {
  store.setState({ menu });
}

/** Fills, collapses or opens a host in the list. */
export function setCollapsed(store: AppStore, hostId: string, collapsed: boolean): void {
  const others = store.getState().settings.collapsedHosts.filter((id) => id !== hostId);
  changeSettings(store, { collapsedHosts: collapsed ? [...others, hostId] : others });
}

/** The same for a group; an empty name is that of hosts without one. */
export function setGroupCollapsed(store: AppStore, group: string, collapsed: boolean): void {
  const others = store.getState().settings.collapsedGroups.filter((name) => name !== group);
  changeSettings(store, { collapsedGroups: collapsed ? [...others, group] : others });
}

/** Changes how a table is shown, from now on. */
export function changeGridView(store: AppStore, id: string, change: Partial<GridView>): void {
  const { grids } = store.getState().settings;
  changeSettings(store, { grids: { ...grids, [id]: { ...(grids[id] ?? usualView), ...change } } });
}

export function changeSettings(store: AppStore, change: Partial<WindowSettings>): void {
  const settings = { ...store.getState().settings, ...change };
  store.setState({ settings });
  saveWindowSettings(settings);
}

/** Shows a message; one that reports nothing but success makes room for the next one. */
export function pushNotice(store: AppStore, notice: Omit<Notice, 'id'>): void {
  store.setState(({ notices }) => ({
    notices: [...notices.filter(({ tone }) => tone !== 'done'), { ...notice, id: freshId() }],
  }));
}

/** While a run of this window's own is under way, its answer is told by whoever waits for it. */
export function setOwnRun(store: AppStore, key: DomainKey, running: boolean): void {
  store.setState(({ ownRuns }) => {
    const others = [...ownRuns].filter((other) => other !== key);
    return { ownRuns: new Set(running ? [...others, key] : others) };
  });
}

/** The end of this operation is told by whoever calls, and by nobody else. */
export function noteTold(store: AppStore, operationId: string): void {
  store.setState(({ toldOperations }) => ({ toldOperations: new Set([...toldOperations, operationId]) }));
}

export function closeNotice(store: AppStore, id: number): void {
  store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** Is not shown in this window any more. */
export function dismissFileNotice(store: AppStore, { what }: Problem): void {
  store.setState(({ dismissedNotices }) => ({ dismissedNotices: new Set([...dismissedNotices, what]) }));
}

export function retryHistory(store: AppStore): void {
  store.setState(({ historyAttempt }) => ({ historyAttempt: historyAttempt + 1 }));
}

/** Below this width the details cover the history instead of standing beside it. */
export const narrowWindow = '(max-width: 999px)';

/** Selects a row and shows its details. */
export function showDetails(store: AppStore, row: string | null): void {
  chooseRows(store, []);
  selectRow(store, row);
  if (matchMedia(narrowWindow).matches) store.setState({ drawerOpen: true });
  else changeSettings(store, { inspectorOpen: true });
}

/** Whether the pane at the right is open: beside the middle, or over it in a narrow window. */
export function areDetailsShown({ settings, drawerOpen }: AppState): boolean {
  return matchMedia(narrowWindow).matches ? drawerOpen : settings.inspectorOpen;
}

/** Opens or closes it. */
export function toggleInspector(store: AppStore): void {
  const { settings, drawerOpen } = store.getState();
  if (matchMedia(narrowWindow).matches) store.setState({ drawerOpen: !drawerOpen });
  else changeSettings(store, { inspectorOpen: !settings.inspectorOpen });
}
