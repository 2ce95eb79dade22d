import { readImage, writeInPlace } from './qcow2.ts';

/**
 * What is written to a disk so that it can be told from what was there before: a number, in three sectors that each
 * hold one byte over and over, which is what QEMU's `write -P` can do from outside and while a guest runs.
 */
export type Mark = number;

const offset = 64 * 1024;
const sector = 512;
const last = 0xa5;
/** Nothing was ever written there. */
export const blank: Mark = 0;
/** Neither a mark nor nothing. */
export const torn: Mark = -1;

/** The qemu-io commands that write a mark. */
export function writeCommands(mark: Mark): string[] {
  return bytesOf(mark).map((byte, n) => `write -P ${byte} ${offset + n * sector} ${sector}`);
}

/**
 * Writes a mark over an older one, which saves a start of qemu-io; false where it can’t be done so.
 * Of an image that nobody has open. @throws ImageError
 */
export function overwriteMark(path: string, mark: Mark): boolean {
  return writeInPlace(path, offset, Buffer.concat(bytesOf(mark).map((byte) => Buffer.alloc(sector, byte))));
}

/** The mark in an image, or in the snapshot with this ID inside it. @throws ImageError */
export function readMark(path: string, snapshotId?: string): Mark {
  const bytes = readImage(path, offset, 3 * sector, snapshotId);
  return markIn(bytes);
}

/** The mark at its place in a whole disk. */
export function markInDisk(disk: Buffer): Mark {
  return markIn(disk.subarray(offset, offset + 3 * sector));
}

function bytesOf(mark: Mark): readonly [number, number, number] {
  return [mark >> 8, mark & 0xff, last];
}

function markIn(bytes: Buffer): Mark {
  const [high = 0, low = 0, end = 0] = [0, 1, 2].map((n) => bytes[n * sector]);
  const whole = [high, low, end].every((byte, n) =>
    bytes.subarray(n * sector, (n + 1) * sector).every((each) => each === byte),
  );
  if (!whole) return torn;
  if (end === last) return high * 256 + low;
  return high === 0 && low === 0 && end === 0 ? blank : torn;
}
