import { expect, test } from 'vitest';
import { safetyDescription } from '../../shared/safety-names.ts';
import { branchFold, safetyFold } from '../../shared/tree-drawing.ts';
import { changeGridView, chooseRows, filterSnapshots, foldSafety, selectRow, turnFold } from './actions.ts';
import { anApp, aSnapshot } from './fixtures.ts';
import { historyGrid } from './grid-views.ts';
import { shownRows } from './selectors.ts';
import type { AppState, AppStore } from './store.ts';

const snapshots = [
  aSnapshot('base', null, 1),
  aSnapshot('side', 'base', 2),
  aSnapshot('deep', 'side', 3),
  aSnapshot('deeper', 'deep', 4),
  ...['s1', 's2', 's3'].map((name, at) => ({
    ...aSnapshot(name, 'base', 5 + at),
    description: safetyDescription('base', name),
  })),
];

function aTree(state: Partial<AppState> = {}): AppStore {
  const history = { key: 'h/u', list: { snapshots, current: 'base' }, problem: null };
  return anApp({}, { history, selectedRow: 'base', ...state }).store;
}

function shown(store: AppStore): string[] {
  return (shownRows(store.getState()) ?? []).map(({ key }) => key.replace('\0', '+'));
}

test('a fold hides what is below, and what was selected there gives way to it', () => {
  const store = aTree({ selectedRow: 'deeper' });
  chooseRows(store, ['side', 'deep', 'deeper']);
  turnFold(store, branchFold('side'));
  expect(shown(store)).toEqual(['base', 'side', '+branch side', '+safety base', '+here']);
  expect(store.getState().selectedRow).toBe(branchFold('side'));
  expect([...store.getState().chosenRows]).toEqual(['side']);
  turnFold(store, branchFold('side'));
  expect(store.getState().selectedRow).toBe('deep');
});

test('what is selected from elsewhere is unfolded, however deep it is', () => {
  const store = aTree();
  turnFold(store, branchFold('deep'));
  turnFold(store, branchFold('base'));
  expect(shown(store)).toEqual(['base', '+branch base', '+here']);
  selectRow(store, 'deeper');
  expect(shown(store)).toEqual(['base', 'side', 'deep', 'deeper', '+safety base', '+here']);
  selectRow(store, 's2');
  expect(shown(store)).toContain('s2');
  expect(store.getState().selectedRow).toBe('s2');
});

test('what is selected where rows are filtered or sorted is unfolded once the tree is shown again', () => {
  const store = aTree();
  turnFold(store, branchFold('side'));
  filterSnapshots(store, 'deep');
  selectRow(store, 'deeper');
  expect(shown(store)).toEqual(['deep', 'deeper']);
  filterSnapshots(store, '');
  expect(shown(store)).toContain('deeper');
  expect(store.getState().selectedRow).toBe('deeper');
  changeGridView(store, historyGrid, { sort: { id: 'name', desc: false } });
  expect(shown(store)).not.toContain('+safety base');
});

test('the safety snapshot that an undo goes back to stays open beside older ones', () => {
  const offer = { available: true, snapshotName: 's3', takenAt: 7, revertedTo: 'base' };
  const store = aTree({ undoOffers: new Map([['h/u', offer]]) });
  expect(shown(store)).toEqual(['base', 'side', 'deep', 'deeper', '+safety base', 's3', '+here']);
  selectRow(store, 's3');
  foldSafety(store, true);
  expect(shown(store)).not.toContain('s3');
  expect(store.getState().selectedRow).toBe(safetyFold('base'));
});

test('another domain has folds of its own', () => {
  const store = aTree();
  turnFold(store, branchFold('side'));
  store.setState({ history: { key: 'h/other', list: { snapshots, current: 'base' }, problem: null } });
  expect(shown(store)).toContain('deep');
});
