import { hereKey, type SnapshotTree } from '../../shared/snapshot-tree.ts';

/**
 * The row to select instead of one that is gone: its next sibling, else the one before it, else its parent, or what stands
 * for that; in the end “You are here”.
 */
export function rowAfter(before: SnapshotTree, now: SnapshotTree, gone: string): string {
  const row = before.byKey.get(gone);
  if (row?.kind !== 'snapshot') return hereKey;
  const parent = row.parentKey === null ? undefined : before.byKey.get(row.parentKey);
  const siblings = parent?.kind === 'snapshot' ? parent.childKeys : rootsOf(before);
  const at = siblings.indexOf(gone);
  const near = [...siblings.slice(at + 1), ...siblings.slice(0, Math.max(at, 0)).reverse()];
  const found = near.find((key) => now.byKey.has(key));
  if (found !== undefined) return found;
  if (row.parentKey === null) return hereKey;
  return now.byKey.has(row.parentKey) ? row.parentKey : rowAfter(before, now, row.parentKey);
}

function rootsOf({ rows }: SnapshotTree): string[] {
  return rows.flatMap((row) => (row.kind === 'snapshot' && row.parentKey === null ? [row.key] : []));
}
