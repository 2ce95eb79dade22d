import type { TagModel } from './model.ts';

/**
 * What a state of a disk holds of what was written to it: up to `until` clusters it is what `by` wrote, beyond that what
 * the next one did. A guest of the simulator writes at the beginning of its disk, and so over what was written last.
 */
export interface Step {
  readonly by: string;
  /** Clusters of the disk. */
  readonly until: number;
}

/** What the disk in an image goes on from. */
export interface Written {
  /** Of the image. */
  readonly path: string;
  /** Since when, seconds since 1970. */
  readonly since: number;
  readonly steps: readonly Step[];
}

/** What anybody may write at most, clusters: what lies behind it was there from the beginning. */
export const MOST_WRITTEN = 8 * 8_192;
/** How long a guest that was installed has run before its first snapshot, seconds. */
export const INSTALLED_FOR = 14 * 86_400;

const HOUR = 3_600;

/** How many clusters a guest writes within some seconds, whole hours: the longer, the more often the same ones. */
export function clustersWritten(path: string, seconds: number): number {
  const hours = Math.max(0, Math.floor(seconds / HOUR));
  return Math.min(MOST_WRITTEN, Math.floor((8 + (hash(path) % 40)) * hours ** 0.75));
}

/** With so many clusters written over what there was. */
export function writtenOver(steps: readonly Step[], by: string, clusters: number): readonly Step[] {
  return clusters === 0 ? steps : [{ by, until: clusters }, ...steps.filter(({ until }) => until > clusters)];
}

/** What disks go on from once a snapshot was taken or gone back to: in images that it is inside of. */
export function goingOnFrom(
  before: readonly Written[],
  tags: readonly TagModel[],
  name: string | null,
  since: number,
): readonly Written[] {
  const from = tags.filter((tag) => tag.name === name).map(({ path, steps }) => ({ path, since, steps }));
  const paths = new Set(from.map(({ path }) => path));
  return [...before.filter(({ path }) => !paths.has(path)), ...from];
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  return value >>> 0;
}
