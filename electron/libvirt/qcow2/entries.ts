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
  let found = 0;
  for (let at = 0; at + step <= table.length; at += step) {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    if (high === 0 && low === 0) continue;
    found++;
    if ((high & COMPRESSED) !== 0) {
      const { offset, length } = compressedAt(high, low, clusterBytes);
      const last = Math.floor((offset + length - 1) / clusterBytes);
      for (let cluster = Math.floor(offset / clusterBytes); cluster <= last; cluster++, found++) refer(cluster, times);
      continue;
    }
    const offset = clusterOffset(high, low, clusterBytes);
    if (offset !== 0) refer(offset / clusterBytes, times);
  }
  return found;
}

/** Where the data of a compressed cluster are; bytes. The lengths are of whole sectors (Compressed Clusters Descriptor). */
function compressedAt(high: number, low: number, clusterBytes: number): { offset: number; length: number } {
  // The offset takes 62 bits but for those of the length, of which there are a cluster's but for eight.
  const upperBits = 30 - (Math.log2(clusterBytes) - 8);
  const upper = high & (2 ** upperBits - 1);
  const offset = upper * 2 ** 32 + low;
  if (!Number.isSafeInteger(offset) || offset === 0) throw new Qcow2Error('damaged', `compressed data at ${offset}`);
  const sectors = ((high & 0x3fff_ffff) >>> upperBits) + 1;
  return { offset, length: sectors * SECTOR - (low % SECTOR) };
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
    const isSame = highA === highB && lowA === lowB;
    if (isSame && !header.hasSubclusters) continue;
    entries += header.hasSubclusters ? 2 : 1;
    if (((highA | highB) & COMPRESSED) !== 0) found += isSame ? 0 : whole;
    else if (header.hasSubclusters) {
      const [entryA, entryB] = [
        { table: a, at, high: highA, low: lowA },
        { table: b, at, high: highB, low: lowB },
      ];
      found += subclusters(header, entryA, entryB);
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

interface Entry {
  readonly table: DataView | null;
  readonly at: number;
  readonly high: number;
  readonly low: number;
}

/** In how many subclusters two entries differ, by the bitmap of each: which are zeros, and which are allocated. */
function subclusters(header: Qcow2Header, one: Entry, other: Entry): number {
  const a = clusterOffset(one.high, one.low, header.clusterBytes);
  const b = clusterOffset(other.high, other.low, header.clusterBytes);
  const [zerosA, dataA] = bitmap(one);
  const [zerosB, dataB] = bitmap(other);
  if (a === b && zerosA === zerosB && dataA === dataB) return 0;
  // Bit for bit: something that is data in both is the same in the same place; zeros are zeros, and holes are, too.
  const [realA, realB] = [dataA & ~zerosA, dataB & ~zerosB];
  let differ = realA ^ realB;
  if (a !== b) differ |= realA & realB;
  if (header.backing !== null) differ |= zerosA ^ zerosB;
  return bitsIn(differ);
}

function bitmap({ table, at }: Entry): [zeros: number, data: number] {
  return table === null ? [0, 0] : [table.getUint32(at + 8), table.getUint32(at + 12)];
}

/** Added up in pairs, nibbles and bytes, whatever the bits are. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
