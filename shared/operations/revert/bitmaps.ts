import type { RevertFacts, StoredDisk } from '../../schema.ts';
import { writtenBack } from './rule.ts';

/**
 * A disk that is written back, and what is known of dirty bitmaps in its image: QEMU does not go back inside an image that
 * has any (bdrv_snapshot_goto; seen on 9.0–12.8).
 */
export interface Bitmaps {
  readonly target: string;
  readonly path: string;
  readonly found: 'there' | 'none' | 'unknown';
  /** Checkpoints whose bitmap is there, or may be. */
  readonly checkpoints: readonly string[];
}

export function bitmapsOf(facts: RevertFacts): Bitmaps[] {
  return writtenBack(facts).flatMap((disk) => {
    const path = disk.image?.path;
    return path === undefined ? [] : [{ target: disk.target, path, ...found(facts, disk, path) }];
  });
}

/**
 * The file of an image tells, unless the guest writes to it: QEMU keeps new bitmaps in its memory until then. A bitmap is
 * in the image that its checkpoint was taken in and in overlays that were made since, and goes down with a merge.
 */
function found({ domain }: RevertFacts, disk: StoredDisk, path: string): Pick<Bitmaps, 'found' | 'checkpoints'> {
  const images = new Set([path, ...disk.below.map((each) => each.path)]);
  const about = (domain.checkpoints ?? []).flatMap(({ name, disks }) => {
    const own = disks?.find(({ target }) => target === disk.target);
    return disks !== null && own === undefined ? [] : [{ name, isHere: own === undefined || images.has(own.image) }];
  });
  const names = about.map(({ name }) => name);
  if (disk.hasBitmaps) return { found: 'there', checkpoints: names };
  const isOpen = domain.active && disk.now === path;
  if (disk.hasBitmaps === false && !isOpen) return { found: 'none', checkpoints: [] };
  if (about.some(({ isHere }) => isHere))
    return { found: 'there', checkpoints: about.flatMap(({ name, isHere }) => (isHere ? name : [])) };
  return { found: names.length > 0 || disk.hasBitmaps === null ? 'unknown' : 'none', checkpoints: names };
}
