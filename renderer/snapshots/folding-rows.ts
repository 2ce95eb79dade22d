import type { KeyboardEvent } from 'react';
import type { SnapshotTree } from '../../shared/snapshot-tree.ts';
import { branchFold, type DrawnRow, isFolded, safetyFold } from '../../shared/tree-drawing.ts';
import { turnFold } from '../store/actions.ts';
import { shownRows } from '../store/selectors.ts';
import type { AppStore } from '../store/store.ts';

/** What a key does in the tree: turn a fold, or go to another row. */
export type TreeStep = { readonly turn: string } | { readonly to: string };

type Finder = (row: DrawnRow, at: { tree: SnapshotTree; turned: ReadonlySet<string> }) => TreeStep | null;

const unfold: Finder = (row, { turned }) => {
  if (row.kind === 'fold') return { turn: row.key };
  return row.kind === 'snapshot' && isFolded(row, turned) ? { turn: branchFold(row.key) } : null;
};

const steps: Readonly<Record<string, Finder>> = {
  ArrowRight: (row, at) => {
    const [first] = row.kind === 'snapshot' ? row.childKeys : [];
    return unfold(row, at) ?? (first === undefined ? null : { to: first });
  },
  ArrowLeft: (row, { turned }) => {
    if (row.kind === 'snapshot' && row.foldable > 0 && !isFolded(row, turned)) return { turn: branchFold(row.key) };
    if (row.parentKey === null) return null;
    const group = safetyFold(row.parentKey);
    return row.kind === 'snapshot' && row.isSpare && turned.has(group) ? { turn: group } : { to: row.parentKey };
  },
  Enter: (row, at) => (row.kind === 'fold' ? unfold(row, at) : null),
  ' ': (row, at) => (row.kind === 'fold' ? unfold(row, at) : null),
};

/** What a key without modifiers does on a row: → unfolds, or goes to the first child; ← folds, or goes to the parent. */
export function treeStep(
  key: string,
  row: DrawnRow,
  at: { tree: SnapshotTree; turned: ReadonlySet<string> },
): TreeStep | null {
  return steps[key]?.(row, at) ?? null;
}

interface Folding {
  store: AppStore;
  tree: SnapshotTree;
  turned: ReadonlySet<string>;
  /** The active row. */
  row: DrawnRow | undefined;
  /** Makes another row the active one. */
  go: (key: string) => void;
  focusRow: (index: number) => void;
}

/** Folding by keys; true if the key was one of those, also where there is nothing to fold. */
export function foldByKey(event: KeyboardEvent, { store, tree, turned, row, go, focusRow }: Folding): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!row || ctrlKey || metaKey || altKey || shiftKey || !Object.hasOwn(steps, key)) return false;
  const step = treeStep(key, row, { tree, turned });
  if (!step) return key.startsWith('Arrow');
  if ('to' in step) go(step.to);
  else {
    turnFold(store, step.turn);
    // The row that had the focus may be behind the fold now, or have been the fold.
    const state = store.getState();
    focusRow(shownRows(state)?.findIndex((shown) => shown.key === state.selectedRow) ?? 0);
  }
  return true;
}

/** The fold that a click is on, if any. */
export function foldAt(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest<SVGElement>('[data-fold]')?.dataset.fold ?? null) : null;
}
