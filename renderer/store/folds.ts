import { branchFold, type DrawnTree, foldParent, isSafetyFold, safetyFold } from '../../shared/tree-drawing.ts';
import { drawnTree, openTree, shownRows } from './selectors.ts';
import type { AppState } from './store.ts';

type Folded = Pick<AppState, 'turnedFolds'>;

/** The tree as it is drawn, where that is what is shown; null where rows are filtered or sorted. */
export function shownTree(state: AppState): DrawnTree | null {
  const drawn = drawnTree(state);
  return drawn && shownRows(state) === drawn.rows ? drawn : null;
}

/** What a row that is folded away needs to be shown; null where it is shown, or is not in the tree. */
export function unfolding(state: AppState, row: string | null): Folded | null {
  const tree = openTree(state);
  if (row === null || !tree || !shownTree(state)?.hiddenBy.has(row)) return null;
  const turned = new Set(turnedOf(state));
  for (let at = tree.byKey.get(row); at?.kind === 'snapshot' && at.parentKey !== null && !at.onLine; ) {
    turned.delete(branchFold(at.parentKey));
    if (at.isSpare) turned.add(safetyFold(at.parentKey));
    at = tree.byKey.get(at.parentKey);
  }
  return turnedTo(state, turned);
}

/** Turns a fold over; null without a history. What was selected behind it gives way to the row that stands for it. */
export function folding(
  state: AppState,
  foldKey: string,
): (Folded & Pick<AppState, 'selectedRow' | 'chosenRows'>) | null {
  if (!state.history) return null;
  const turned = new Set(turnedOf(state));
  if (!turned.delete(foldKey)) turned.add(foldKey);
  const next = { ...state, ...turnedTo(state, turned) };
  const hiddenBy = drawnTree(next)?.hiddenBy;
  const { turnedFolds } = next;
  const fold = drawnTree(state)?.rows.find(({ key }) => key === foldKey);
  const first = fold?.kind === 'fold' && state.selectedRow === foldKey ? fold.hidden[0] : undefined;
  const chosenRows = new Set([...state.chosenRows].filter((key) => !hiddenBy?.has(key)));
  return { turnedFolds, selectedRow: first?.key ?? seenRow(next), chosenRows };
}

/** The selected row; or the fold that it stands behind, or the row that the fold hung from which it was and is no more. */
export function seenRow(state: AppState): string | null {
  const { selectedRow } = state;
  const drawn = shownTree(state);
  if (selectedRow === null || !drawn) return selectedRow;
  const fold = drawn.hiddenBy.get(selectedRow);
  if (fold !== undefined) return fold;
  return drawn.places.has(selectedRow) ? selectedRow : (foldParent(selectedRow) ?? selectedRow);
}

/** No safety snapshots are unfolded any more, in any domain. */
export function withoutSafetyUnfolded({ turnedFolds }: AppState): Folded {
  return {
    turnedFolds: new Map(
      [...turnedFolds].map(([key, turned]) => [key, new Set([...turned].filter((fold) => !isSafetyFold(fold)))]),
    ),
  };
}

function turnedOf({ history, turnedFolds }: AppState): ReadonlySet<string> {
  return (history && turnedFolds.get(history.key)) ?? new Set();
}

function turnedTo({ history, turnedFolds }: AppState, turned: ReadonlySet<string>): Folded {
  return history ? { turnedFolds: new Map(turnedFolds).set(history.key, turned) } : { turnedFolds };
}
