import { Qcow2Error } from './error.ts';
import type { Qcow2Header } from './header.ts';
import { clusterOffset, l2Entries, l2EntryBytes, viewOf } from './tables.ts';

/** In the upper half of an entry: nothing else refers to the cluster. No two states differ by it. */
const COPIED = 0x8000_0000;
/** In the upper half: the cluster is compressed. */
const COMPRESSED = 0x4000_0000;
/** In the lower half, without subclusters: the cluster reads as zeros, wherever it lies. */
const ZERO = 1;
const SECTOR = 512;
const TWO_32 = 2 ** 32;
const SUBCLUSTERS = 32;

/** Told of a cluster of the file that an entry refers to, by its number, how often. */
export type Refer = (cluster: number, times: number) => void;

/**
 * Shows which clusters of the file the entries of an L2 table refer to, as QEMU counts them
 * (qcow2_update_snapshot_refcount): data, zeros that keep their place, and each that a compressed one touches.
 * @returns how many there are
 * @throws Qcow2Error `damaged`
 */
export function references(header: Qcow2Header, table: Buffer, times: number, refer: Refer): number {
  const { clusterBytes } = header;
  const step = l2EntryBytes(header);
  const view = viewOf(table);
  // A compressed entry's offset takes 62 bits but for those of its length, of which there are a cluster's but for eight.
  const upperBits = 38 - Math.log2(clusterBytes);
  const upper = 2 ** upperBits - 1;
  let found = 0;
  for (let at = 0; at + step <= table.length; at += step) {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    if (high === 0 && low === 0) continue;
    found++;
    if ((high & COMPRESSED) !== 0) {
      const offset = (high & upper) * TWO_32 + low;
      if (!Number.isSafeInteger(offset) || offset === 0)
        throw new Qcow2Error('damaged', `compressed data at ${offset}`);
      // The lengths are of whole sectors (Compressed Clusters Descriptor).
      const sectors = ((high & 0x3fff_ffff) >>> upperBits) + 1;
      const end = offset + sectors * SECTOR - (low & (SECTOR - 1));
      for (let cluster = Math.floor(offset / clusterBytes); cluster * clusterBytes < end; cluster++, found++)
        refer(cluster, times);
      continue;
    }
    const offset = clusterOffset(high, low, clusterBytes);
    if (offset !== 0) refer(offset / clusterBytes, times);
  }
  return found;
}

/** An L2 table, or null where there is none: nothing is allocated. */
export interface Part {
  readonly table: Buffer | null;
  /** Entries from here on are not of the disk. */
  readonly entries: number;
}

/** Of what size what differs is counted: clusters, or subclusters where there are any. Bytes. */
export function unitBytes({ clusterBytes, hasSubclusters }: Qcow2Header): number {
  return hasSubclusters ? clusterBytes / SUBCLUSTERS : clusterBytes;
}

/**
 * In how many units the same part of two states of a disk lies elsewhere in the file, or is there in one alone. Without an
 * image below, what is not allocated is the same as zeros. `entries`: how many had to be looked into for that; those with subclusters count twice.
 * @throws Qcow2Error `damaged`
 */
export function differences(header: Qcow2Header, one: Part, other: Part): { units: number; entries: number } {
  const count = Math.min(Math.max(one.entries, other.entries), l2Entries(header));
  const { clusterBytes } = header;
  const step = l2EntryBytes(header);
  const holes = header.backing === null ? ZEROS : HOLE;
  const whole = header.hasSubclusters ? SUBCLUSTERS : 1;
  const [viewA, viewB] = [one.table && viewOf(one.table), other.table && viewOf(other.table)];
  let [found, entries] = [0, 0];
  for (let index = 0; index < count; index++) {
    const a = index < one.entries ? viewA : null;
    const b = index < other.entries ? viewB : null;
    const at = index * step;
    const highA = a === null ? 0 : (a.getUint32(at) & ~COPIED) >>> 0;
    const highB = b === null ? 0 : (b.getUint32(at) & ~COPIED) >>> 0;
    const lowA = a === null ? 0 : a.getUint32(at + 4);
    const lowB = b === null ? 0 : b.getUint32(at + 4);
    const inOnePlace = highA === highB && lowA === lowB;
    if (inOnePlace && (!header.hasSubclusters || isSameBitmap(a, b, at + 8))) continue;
    entries += header.hasSubclusters ? 2 : 1;
    if (((highA | highB) & COMPRESSED) !== 0) found += inOnePlace ? 0 : whole;
    else if (header.hasSubclusters) {
      const isMoved = clusterOffset(highA, lowA, clusterBytes) !== clusterOffset(highB, lowB, clusterBytes);
      found += bitsIn(differing(a, b, at + 8, isMoved, header.backing !== null));
    } else if (contents(header, highA, lowA, holes) !== contents(header, highB, lowB, holes)) found++;
  }
  return { units: found, entries };
}

/** What reads as zeros. No cluster of data is at the beginning of the file, where the header is. */
const ZEROS = 0;
/** What is not allocated, over an image below. */
const HOLE = -1;

/** What an entry of something not compressed stands for: a place in the file, ZEROS, or a hole. */
function contents(header: Qcow2Header, high: number, low: number, holes: number): number {
  const offset = clusterOffset(high, low, header.clusterBytes);
  if ((low & ZERO) === 0) return offset === 0 ? holes : offset;
  if (header.version === 2) throw new Qcow2Error('damaged', 'a cluster of zeros in version 2');
  return ZEROS;
}

function isSameBitmap(one: DataView | null, other: DataView | null, at: number): boolean {
  return wordAt(one, at) === wordAt(other, at) && wordAt(one, at + 4) === wordAt(other, at + 4);
}

/** In which subclusters two entries differ, by the bitmaps at `at`: which are zeros, and which are allocated. */
function differing(
  one: DataView | null,
  other: DataView | null,
  at: number,
  isMoved: boolean,
  hasBacking: boolean,
): number {
  const [zerosA, zerosB] = [wordAt(one, at), wordAt(other, at)];
  // Bit for bit: something that is data in both is the same in the same place; zeros are zeros, and holes are, too.
  const realA = wordAt(one, at + 4) & ~zerosA;
  const realB = wordAt(other, at + 4) & ~zerosB;
  let differ = realA ^ realB;
  if (isMoved) differ |= realA & realB;
  if (hasBacking) differ |= zerosA ^ zerosB;
  return differ;
}

function wordAt(table: DataView | null, at: number): number {
  return table === null ? 0 : table.getUint32(at);
}

/** Added up in pairs, nibbles and bytes, whatever the bits are. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
