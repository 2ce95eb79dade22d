import { readImage, writeInPlace } from './qcow2.ts';

/**
 * What is written to a disk so that it can be told from what was there before: a number, in three sectors that each
 * hold one byte over and over, which is what QEMU's `write -P` can do from outside and while a guest runs. A part of it
 * is also written to one of a few places further on, in clusters of their own: an overlay hides the number of the image
 * below, but not all of those.
 */
export type Mark = number;
/** What is read: the number, and 65536 times what stands in the other places. */
export type Content = number;

const offset = 64 * 1024;
const sector = 512;
const places = [1, 2, 3, 4].map((n) => offset + n * 64 * 1024);
const whole = 65_536;
const last = 0xa5;
/** Nothing was ever written there. */
export const blank: Mark = 0;
/** Neither a mark nor nothing. */
export const torn: Mark = -1;

/** The qemu-io commands that write a mark. */
export function writeCommands(mark: Mark): string[] {
  return piecesOf(mark).map(({ at, byte }) => `write -P ${byte} ${at} ${sector}`);
}

/**
 * Writes a mark over an older one, which saves a start of qemu-io; false where it can’t be done so.
 * Of an image that nobody has open. @throws ImageError
 */
export function overwriteMark(path: string, mark: Mark): boolean {
  return piecesOf(mark).every(({ at, byte }) => writeInPlace(path, at, Buffer.alloc(sector, byte)));
}

/** What was written to an image, or to the snapshot with this ID inside it. @throws ImageError */
export function readContent(path: string, snapshotId?: string): Content {
  return contentOf((at, length) => readImage(path, at, length, snapshotId));
}

/** The same of a whole disk. */
export function contentOfDisk(disk: Buffer): Content {
  return contentOf((at, length) => disk.subarray(at, at + length));
}

/** The number that was written last. */
export function markOf(content: Content): Mark {
  return content % whole;
}

function contentOf(read: (at: number, length: number) => Buffer): Content {
  const mark = markIn(read(offset, 3 * sector));
  if (mark === torn) return torn;
  const others = places.reduce((sum, at) => sum * 256 + (read(at, 1)[0] ?? 0), 0);
  return mark + others * whole;
}

function piecesOf(mark: Mark): { readonly at: number; readonly byte: number }[] {
  const number = [mark >> 8, mark & 0xff, last].map((byte, n) => ({ at: offset + n * sector, byte }));
  return [...number, { at: places[mark % places.length] ?? offset, byte: 1 + (mark % 255) }];
}

function markIn(bytes: Buffer): Mark {
  const [high = 0, low = 0, end = 0] = [0, 1, 2].map((n) => bytes[n * sector]);
  const isWhole = [high, low, end].every((byte, n) =>
    bytes.subarray(n * sector, (n + 1) * sector).every((each) => each === byte),
  );
  if (!isWhole) return torn;
  if (end === last) return high * 256 + low;
  return high === 0 && low === 0 && end === 0 ? blank : torn;
}
