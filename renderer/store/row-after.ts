import { hereKey, type SnapshotRow, type SnapshotTree, type TreeRow } from '../../shared/snapshot-tree.ts';

/**
 * The row to select instead of one that is gone: its next sibling, else the one before it, else its parent, or what stands
 * for that; in the end “You are here”.
 */
export function rowAfter(before: SnapshotTree, now: SnapshotTree, gone: string): string {
  for (let key: string | null = gone; key !== null; ) {
    const row: TreeRow | undefined = before.byKey.get(key);
    if (row?.kind !== 'snapshot') break;
    const near = siblingsNear(before, row).find((sibling) => now.byKey.has(sibling));
    if (near !== undefined) return near;
    key = row.parentKey;
    if (key !== null && now.byKey.has(key)) return key;
  }
  return hereKey;
}

/** Those after a row, then those before it, the nearest first. */
function siblingsNear(tree: SnapshotTree, { key, parentKey }: SnapshotRow): string[] {
  const parent = parentKey === null ? undefined : tree.byKey.get(parentKey);
  const siblings = parent?.kind === 'snapshot' ? parent.childKeys : rootsOf(tree);
  const at = siblings.indexOf(key);
  return [...siblings.slice(at + 1), ...siblings.slice(0, Math.max(at, 0)).reverse()];
}

function rootsOf({ rows }: SnapshotTree): string[] {
  return rows.flatMap((row) => (row.kind === 'snapshot' && row.parentKey === null ? [row.key] : []));
}
