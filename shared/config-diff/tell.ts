import type { ConfigDifference } from '../schema.ts';

/**
 * One difference as a line of text: `Memory: 2 GiB → 4 GiB`, `Disk vdb: added since (virtio, qcow2)`.
 * @param other the snapshot of the second side, if it is not the domain as it is now: `Disk vdb: only in “b” (…)`.
 */
export function tellDifference({ label, snapshot, now, kind }: ConfigDifference, other: string | null = null): string {
  if (kind === 'changed') return `${label}: ${snapshot || 'not set'} → ${now || 'not set'}`;
  const where = other === null ? kind : kind === 'added since' ? `only in “${other}”` : `not in “${other}”`;
  return `${label}: ${where} (${snapshot || now})`;
}

/** A text in three pieces, of which the middle one is what another text has otherwise. */
export interface Pieces {
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
}

/** Where two lines differ: what they begin and end with in common is left out of the middle. */
export function differingPieces(left: string, right: string): readonly [Pieces, Pieces] {
  const [before, after] = [[...left], [...right]];
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const cut = (text: readonly string[]): Pieces => ({
    head: text.slice(0, head).join(''),
    middle: text.slice(head, text.length - tail).join(''),
    tail: text.slice(text.length - tail).join(''),
  });
  return [cut(before), cut(after)];
}
