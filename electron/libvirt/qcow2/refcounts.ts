import { Pace } from '../pace.ts';
import { Qcow2Error } from './error.ts';
import type { Qcow2Header } from './header.ts';
import { type ImageAt, offsetsIn, placeOf } from './tables.ts';

/** QCOW_MAX_REFTABLE_SIZE, bytes */
const MAX_TABLE = 8 * 1024 * 1024;
/** Clusters whose counts are read together, at most. */
const PAGE = 4_096;
/** So many counts are kept at most: 32 MiB. */
const MAX_COUNTS = 8 * 1024 * 1024;
/** So much of refcount blocks is held at a time, bytes. */
const AT_ONCE = 16 * 1024 * 1024;

type ValueAt = (bytes: Buffer, index: number) => number;
/** A refcount by its number in some bytes, by its width in bits (get_refcount_ro0 to ro6). */
const valueAt: Readonly<Record<number, ValueAt>> = {
  1: (bytes, index) => ((bytes[index >> 3] as number) >> (index & 7)) & 1,
  2: (bytes, index) => ((bytes[index >> 2] as number) >> (2 * (index & 3))) & 3,
  4: (bytes, index) => ((bytes[index >> 1] as number) >> (4 * (index & 1))) & 15,
  8: (bytes, index) => bytes[index] as number,
  16: (bytes, index) => bytes.readUInt16BE(index * 2),
  32: (bytes, index) => bytes.readUInt32BE(index * 4),
  64: (bytes, index) => bytes.readUInt32BE(index * 8) * 2 ** 32 + bytes.readUInt32BE(index * 8 + 4),
};

/** How often something refers to clusters of a file, by their numbers: counted here, to be held against its refcounts. */
export class References {
  /** By page: its clusters in order. */
  readonly pages = new Map<number, Uint32Array>();
  /** How often another page was turned to: that takes as long as to look into an entry does. */
  turns = 0;
  readonly #page: number;
  #last = -1;
  #counts: Uint32Array = new Uint32Array(0);

  constructor(header: Qcow2Header) {
    this.#page = pageOf(header);
  }

  /** @throws Qcow2Error `too-much` where they lie so far from each other that counting takes too much memory */
  add(cluster: number, times: number): void {
    const page = Math.floor(cluster / this.#page);
    if (page !== this.#last) {
      let counts = this.pages.get(page);
      if (!counts) {
        if ((this.pages.size + 1) * this.#page > MAX_COUNTS) throw new Qcow2Error('too-much', 'clusters far and wide');
        counts = new Uint32Array(this.#page);
        this.pages.set(page, counts);
      }
      this.turns++;
      this.#last = page;
      this.#counts = counts;
    }
    const index = cluster % this.#page;
    this.#counts[index] = (this.#counts[index] as number) + times;
  }
}

/** The refcounts of an image; read where they are needed. */
export class Refcounts {
  readonly #image: ImageAt;
  readonly #blocks: Float64Array;

  private constructor(image: ImageAt, blocks: Float64Array) {
    this.#image = image;
    this.#blocks = blocks;
  }

  /** @throws Qcow2Error; what reading throws */
  static async of(image: ImageAt): Promise<Refcounts> {
    const { clusterBytes, refcounts, isDirty } = image.header;
    if (isDirty) throw new Qcow2Error('dirty', 'the refcounts are behind');
    const length = refcounts.clusters * clusterBytes;
    if (length === 0 || length > MAX_TABLE) throw new Qcow2Error('damaged', `a refcount table of ${length} bytes`);
    const [bytes] = await image.read([{ offset: placeOf(refcounts.offset, clusterBytes), length }]);
    if (bytes?.length !== length) throw new Qcow2Error('damaged', 'a refcount table beyond the end of the file');
    return new Refcounts(image, await offsetsIn(bytes, clusterBytes, image.signal));
  }

  /** Shows each cluster that is referred to, how often, and its refcount. @throws Qcow2Error; what reading throws */
  async hold(references: References, visit: (cluster: number, times: number, refcount: number) => void): Promise<void> {
    const { header } = this.#image;
    const page = pageOf(header);
    const value = readerOf(header);
    const wanted = [...references.pages.keys()].sort((a, b) => a - b);
    await this.#read(wanted, (number, bytes) => {
      const counts = references.pages.get(number) as Uint32Array;
      for (let index = 0; index < page; index++) {
        const times = counts[index] as number;
        if (times > 0) visit(number * page + index, times, bytes === null ? 0 : value(bytes, index));
      }
    });
  }

  /**
   * How many clusters are used.
   * @param counting told of bytes before their counts are counted
   * @throws Qcow2Error; what reading and `counting` throw
   */
  async used(counting: (bytes: number) => void): Promise<number> {
    const { header } = this.#image;
    const page = pageOf(header);
    let used = 0;
    await this.#read(this.#pages(blockEntries(header) / page), (_, bytes) => {
      if (!bytes) return;
      counting(bytes.length);
      used += nonZero(bytes, header.refcounts.bits);
    });
    return used;
  }

  /** Those that there are blocks of. */
  *#pages(perBlock: number): Generator<number> {
    for (const [block, offset] of this.#blocks.entries())
      if (offset !== 0) for (let n = 0; n < perBlock; n++) yield block * perBlock + n;
  }

  /** The refcounts of pages, in order; null where there is no block: all of them are 0. */
  async #read(pages: Iterable<number>, visit: (page: number, bytes: Buffer | null) => void): Promise<void> {
    const { header, signal } = this.#image;
    const pace = new Pace();
    const length = (pageOf(header) * header.refcounts.bits) / 8;
    const perBlock = blockEntries(header) / pageOf(header);
    for (const some of inBatches(pages, Math.max(1, Math.floor(AT_ONCE / length)))) {
      const there = some.filter((page) => this.#blockOf(page, perBlock) !== 0);
      const offsets = there.map((page) => this.#blockOf(page, perBlock) + (page % perBlock) * length);
      const read = await this.#image.read(offsets.map((offset) => ({ offset, length })));
      const bytes = new Map(read.map((each, index) => [there[index] as number, each]));
      for (const page of some) {
        const found = bytes.get(page) ?? null;
        if (found && found.length !== length) throw new Qcow2Error('damaged', 'refcounts beyond the end of the file');
        visit(page, found);
        await pace.breathe(signal);
      }
    }
  }

  #blockOf(page: number, perBlock: number): number {
    return this.#blocks[Math.floor(page / perBlock)] ?? 0;
  }
}

/** Refcounts in one block, which takes a cluster. */
function blockEntries({ clusterBytes, refcounts }: Qcow2Header): number {
  return (clusterBytes * 8) / refcounts.bits;
}

function pageOf(header: Qcow2Header): number {
  return Math.min(PAGE, blockEntries(header));
}

function readerOf({ refcounts }: Qcow2Header): ValueAt {
  return valueAt[refcounts.bits] as ValueAt;
}

/** How many values of so many bits are in a byte of each value, and are not 0. */
const inByte: Readonly<Record<number, Uint8Array>> = Object.fromEntries(
  [1, 2, 4, 8].map((bits) => [
    bits,
    Uint8Array.from({ length: 256 }, (_, byte) => {
      let found = 0;
      for (let left = byte; left !== 0; left >>= bits) if ((left & (2 ** bits - 1)) !== 0) found++;
      return found;
    }),
  ]),
);

/** How many values are not 0. */
function nonZero(bytes: Buffer, bits: number): number {
  let found = 0;
  const perByte = inByte[bits];
  if (perByte) for (const byte of bytes) found += perByte[byte] as number;
  else
    for (let at = 0, width = bits / 8; at < bytes.length; at += width) {
      let any = 0;
      for (let n = at; n < at + width; n++) any |= bytes[n] as number;
      if (any !== 0) found++;
    }
  return found;
}

function* inBatches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
