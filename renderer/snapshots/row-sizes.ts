import type { Snapshot } from '../../shared/schema.ts';
import { freesWords, notReported, sizeWords, whyUnknown } from '../../shared/sizes-words.ts';
import type { DrawnRow } from '../../shared/tree-drawing.ts';
import { freed, knownBytes, ownSize } from '../store/sizes.ts';
import type { KnownSizes } from '../store/store.ts';

/** What a row says of sizes: its own, and what deleting it frees. */
export interface RowSizes {
  readonly lines: readonly string[];
  /** How many of the lines are about the size of its own. */
  readonly own: 0 | 1;
  /** More than there is room for. */
  readonly why: string;
}

const inside = 'It is inside the disk image, where nobody reports a size of its own';

/**
 * Its own files, or its memory; on leaves and folds also what deleting frees. What has no files of its own shows what
 * deleting frees in their place. Null before anything is known.
 */
export function rowSizes(row: DrawnRow, sizes: KnownSizes | null): RowSizes | null {
  if (!sizes || row.kind === 'here' || sizes.list.isBusy) return null;
  const snapshots = snapshotsIn(row);
  const own = ownSize(snapshots, sizes.list);
  const frees = freed(snapshots, sizes);
  const freesLine = frees && freesWords(frees);
  if (own?.known) {
    const isEnd = row.kind === 'fold' || row.childKeys.length === 0;
    const lines = [sizeWords(own), ...(isEnd && freesLine ? [freesLine] : [])];
    return { lines, own: 1, why: lines.join('\n') };
  }
  if (freesLine) return { lines: [freesLine], own: 0, why: `${inside}. Deleting ${freesLine}` };
  const unknown = frees ?? own;
  return { lines: [notReported], own: 1, why: unknown && !unknown.known ? whyUnknown[unknown.why] : inside };
}

/** For sorting; what is not known comes after all else. */
export function ownBytes(row: Exclude<DrawnRow, { kind: 'here' }>, sizes: KnownSizes | null): number {
  return knownBytes(snapshotsIn(row), sizes) ?? -1;
}

function snapshotsIn(row: Exclude<DrawnRow, { kind: 'here' }>): readonly Snapshot[] {
  return row.kind === 'fold' ? row.hidden.map(({ snapshot }) => snapshot) : [row.snapshot];
}
