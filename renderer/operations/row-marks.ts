import { useEffect } from 'react';
import type { DeleteAssessment } from '../../shared/operations/delete/assess.ts';
import { hereKey, type SnapshotTree } from '../../shared/snapshot-tree.ts';
import type { DomainKey, MarkLook, RowMark, RowMarks } from '../store/store.ts';
import { useApp } from '../ui/context.tsx';

/** What a marked row says in the place of its description. */
const words: Readonly<Record<MarkLook, string>> = {
  goes: 'would be deleted',
  moves: 'moves to the top',
  target: 'you would be here',
  kept: 'kept, on another branch',
  saved: 'kept as a safety snapshot',
  lost: 'lost',
};

function mark(look: MarkLook, text = words[look]): RowMark {
  return { look, text };
}

/** What a deletion makes of the rows. */
export function deletionMarks({ goes, moves }: Pick<DeleteAssessment, 'goes' | 'moves'>): RowMarks['byRow'] {
  return new Map([
    ...moves.map(({ name, to }) => [name, to === null ? mark('moves') : mark('moves', `moves under “${to}”`)] as const),
    ...goes.map((name) => [name, mark('goes')] as const),
  ]);
}

/**
 * What a revert makes of the rows: the snapshots between the target and where one is are on another branch then, and the
 * present is lost where no safety snapshot keeps it.
 */
export function revertMarks(tree: SnapshotTree, target: string, isSaved: boolean): RowMarks['byRow'] {
  const above = new Set<string>();
  for (let at = tree.byKey.get(target); at; at = at.parentKey === null ? undefined : tree.byKey.get(at.parentKey))
    above.add(at.key);
  const left = tree.rows.filter((row) => row.kind === 'snapshot' && row.onLine && !above.has(row.key));
  return new Map([
    ...left.map(({ key }) => [key, mark('kept')] as const),
    ...(tree.byKey.has(target) ? [[target, mark('target')] as const] : []),
    [hereKey, mark(isSaved ? 'saved' : 'lost')] as const,
  ]);
}

/** Marks rows of the open history while there is something to read of them. */
export function useRowMarks(key: DomainKey, byRow: RowMarks['byRow'] | null): void {
  const { store } = useApp();
  useEffect(() => {
    if (!byRow) return;
    store.setState({ rowMarks: { key, byRow } });
    return () => store.setState({ rowMarks: null });
  }, [store, key, byRow]);
}
