import type { Settings } from '../../../shared/schema.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Those pictures that are too old, and the oldest of what is too much. */
export function overLimits<P extends { readonly takenAt: number; readonly bytes: number }>(
  pictures: readonly P[],
  { thumbnailsMiB, thumbnailDays }: Pick<Settings, 'thumbnailsMiB' | 'thumbnailDays'>,
  now: number,
): P[] {
  let left = thumbnailsMiB * MIB;
  return pictures
    .toSorted((a, b) => b.takenAt - a.takenAt)
    .filter((each) => {
      left -= each.bytes;
      return left < 0 || now - each.takenAt > thumbnailDays * DAY_MS;
    });
}
