import { Pace } from '../pace.ts';
import { Qcow2Error } from './error.ts';
import type { Qcow2Header, TablePlace } from './header.ts';
import type { ReadRanges } from './ranges.ts';

/** An image whose header was read, and how more of it is. */
export interface ImageAt {
  readonly header: Qcow2Header;
  readonly read: ReadRanges;
  readonly signal?: AbortSignal | undefined;
}

/** QCOW_MAX_L1_SIZE, in entries */
const MAX_L1_ENTRIES = (32 * 1024 * 1024) / 8;
/** So much of L2 tables is held at a time, bytes. */
const AT_ONCE = 16 * 1024 * 1024;
/** Entries that are looked at without asking whether others have a turn. */
const STRIDE = 16_384;
const TWO_32 = 2 ** 32;
/** Of Number.MAX_SAFE_INTEGER, the upper half. */
const UPPER_MAX = 0x001f_ffff;

/** Bytes of an entry of an L2 table. */
export function l2EntryBytes({ hasSubclusters }: Qcow2Header): number {
  return hasSubclusters ? 16 : 8;
}

/** Entries of an L2 table: how many clusters of the disk it is about. */
export function l2Entries(header: Qcow2Header): number {
  return header.clusterBytes / l2EntryBytes(header);
}

/**
 * The offset in an entry of an L1, L2 or refcount table, whose upper half is `high`; 0 for none. Flags are left away.
 * @throws Qcow2Error `damaged` for one that no cluster begins at
 */
export function clusterOffset(high: number, low: number, clusterBytes: number): number {
  const upper = high & 0x00ff_ffff;
  const lower = (low & 0xffff_fe00) >>> 0;
  // Clusters are powers of two, and no larger than 2 MiB.
  if ((lower & (clusterBytes - 1)) !== 0 || upper > UPPER_MAX)
    throw new Qcow2Error('damaged', `an entry that leads to ${upper * TWO_32 + lower}`);
  return upper * TWO_32 + lower;
}

/** Its numbers are read some times as fast as a buffer's. */
export function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** @throws Qcow2Error `damaged` where no table can be */
export function placeOf(offset: bigint, clusterBytes: number): number {
  if (offset < clusterBytes || offset % BigInt(clusterBytes) !== 0n || offset > Number.MAX_SAFE_INTEGER)
    throw new Qcow2Error('damaged', `a table at ${offset}`);
  return Number(offset);
}

/** Clusters that an L1 table takes up. @throws Qcow2Error `damaged` */
export function l1Clusters(header: Qcow2Header, { offset, entries }: TablePlace): { first: number; count: number } {
  if (entries === 0) return { first: 0, count: 0 };
  if (entries > MAX_L1_ENTRIES) throw new Qcow2Error('damaged', `an L1 table of ${entries} entries`);
  const first = placeOf(offset, header.clusterBytes) / header.clusterBytes;
  return { first, count: Math.ceil((entries * 8) / header.clusterBytes) };
}

/**
 * Reads an L1 table: where its L2 tables begin, bytes, 0 for none.
 * @throws Qcow2Error; whatever reading throws
 */
export async function readL1({ header, read, signal }: ImageAt, place: TablePlace): Promise<Float64Array> {
  const { first, count } = l1Clusters(header, place);
  if (count === 0) return new Float64Array(0);
  const range = { offset: first * header.clusterBytes, length: place.entries * 8 };
  const [bytes] = await read([range]);
  if (bytes?.length !== range.length) throw new Qcow2Error('damaged', 'an L1 table beyond the end of the file');
  return await offsetsIn(bytes, header.clusterBytes, signal);
}

/** The offsets in a table of entries of 64 bits. @throws Qcow2Error `damaged`; what the signal is aborted with */
export async function offsetsIn(bytes: Buffer, clusterBytes: number, signal?: AbortSignal): Promise<Float64Array> {
  const pace = new Pace();
  const view = viewOf(bytes);
  const offsets = new Float64Array(bytes.length / 8);
  for (let from = 0; from < offsets.length; from += STRIDE) {
    const to = Math.min(from + STRIDE, offsets.length);
    for (let index = from; index < to; index++)
      offsets[index] = clusterOffset(view.getUint32(index * 8), view.getUint32(index * 8 + 4), clusterBytes);
    await pace.breathe(signal);
  }
  return offsets;
}

/**
 * Reads L2 tables, a few at a time, and shows each of them, in the order asked.
 * @throws Qcow2Error `damaged`; what reading and `visit` throw
 */
export async function eachL2(
  { header, read, signal }: ImageAt,
  offsets: readonly number[],
  visit: (table: Buffer, index: number) => void,
): Promise<void> {
  const pace = new Pace();
  const length = header.clusterBytes;
  const few = Math.max(2, AT_ONCE / length);
  for (let from = 0; from < offsets.length; from += few) {
    const tables = await read(offsets.slice(from, from + few).map((offset) => ({ offset, length })));
    for (const [index, table] of tables.entries()) {
      if (table.length !== length) throw new Qcow2Error('damaged', 'an L2 table beyond the end of the file');
      visit(table, from + index);
      await pace.breathe(signal);
    }
  }
}
