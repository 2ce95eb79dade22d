import { Pace } from '../pace.ts';
import { differences, references, unitBytes } from './entries.ts';
import { Qcow2Error } from './error.ts';
import type { Qcow2Header, TablePlace } from './header.ts';
import { Refcounts, References } from './refcounts.ts';
import type { Qcow2Snapshot } from './snapshots.ts';
import { eachL2, type ImageAt, l1Clusters, l2Entries, readL1 } from './tables.ts';
import { Work } from './work.ts';

/** Entries that are looked at without asking whether others have a turn. */
const STRIDE = 16_384;
/** What a table counts for beside its entries: there are no more of them than a disk of 64 TiB has with clusters of 64 KiB. */
const TABLE_COSTS = 32;
/** What an entry of an L1 table counts for, also one that leads nowhere. */
const L1_COSTS = 2;
/** Bytes of refcounts that are counted as fast as an entry is looked into. */
const COUNTS = 8;
/** Pairs of tables that are compared in one go. */
const PAIRS = 64;

type Disk = Pick<Qcow2Snapshot, 'l1' | 'diskBytes'>;

/**
 * The sizes that an image's own metadata tell; nothing of the data is read. All are of whole clusters, in bytes, and as
 * true as what is in the file: what a running guest has not flushed yet is missing.
 */
export class Figures {
  readonly #image: ImageAt;
  readonly #work = new Work();
  #refcounts: Promise<Refcounts> | undefined;

  /** @throws Qcow2Error `corrupt`, `unsupported`, `damaged` */
  constructor(image: ImageAt) {
    const { header } = image;
    if (header.isCorrupt) throw new Qcow2Error('corrupt', 'QEMU marked the image as corrupt');
    if (header.unsupported !== null) throw new Qcow2Error('unsupported', header.unsupported);
    if (BigInt(header.l1.entries) * BigInt(l2Entries(header)) * BigInt(header.clusterBytes) < header.diskBytes)
      throw new Qcow2Error('damaged', 'an L1 table that is too short for the disk');
    this.#image = image;
  }

  /**
   * What deleting these snapshots frees, memory included: clusters that nothing else refers to. It is more than the sum of
   * what deleting each alone frees, where they share something. The snapshot table, which gets shorter, is not counted.
   * @throws Qcow2Error; what reading throws
   */
  async freedByDeleting(snapshots: readonly Pick<Qcow2Snapshot, 'l1'>[]): Promise<number> {
    const tables = new References(this.#image.header);
    for (const { l1 } of snapshots) {
      const { first, count } = l1Clusters(this.#image.header, l1);
      for (let n = 0; n < count; n++) tables.add(first + n, 1);
    }
    return await this.#freed(
      snapshots.map(({ l1 }) => l1),
      tables,
    );
  }

  /**
   * What a revert, to whatever snapshot, frees of what was written since: clusters that only the disk as it is now refers to.
   * @throws Qcow2Error; what reading throws
   */
  async freedByReverting(): Promise<number> {
    return await this.#freed([this.#image.header.l1], new References(this.#image.header));
  }

  /**
   * How much of the disk lies elsewhere in the snapshot: what a revert to it changes. With an image below, or subclusters,
   * some of that may be equal all the same.
   * @throws Qcow2Error; what reading throws
   */
  async changedSince(snapshot: Disk): Promise<number> {
    const { header, signal } = this.#image;
    const now = { l1: header.l1, diskBytes: header.diskBytes };
    const then = { l1: snapshot.l1, diskBytes: snapshot.diskBytes ?? header.diskBytes };
    const [nowL1, thenL1] = [await this.#l1(now.l1), await this.#l1(then.l1)];
    const perTable = l2Entries(header);
    const [nowClusters, thenClusters] = [clustersOf(header, now.diskBytes), clustersOf(header, then.diskBytes)];
    const count = Math.min(
      Math.ceil(Math.max(nowClusters, thenClusters) / perTable),
      Math.max(nowL1.length, thenL1.length),
    );
    const entriesOf = (clusters: number, index: number) => Math.max(0, Math.min(perTable, clusters - index * perTable));
    const pace = new Pace();
    let pairs: Pair[] = [];
    let units = 0;
    for (let index = 0; index < count; index++) {
      const [one, other] = [nowL1[index] ?? 0, thenL1[index] ?? 0];
      const [ofOne, ofOther] = [entriesOf(nowClusters, index), entriesOf(thenClusters, index)];
      if (one !== other || ofOne !== ofOther)
        pairs.push([
          { offset: one, entries: ofOne },
          { offset: other, entries: ofOther },
        ]);
      if (pairs.length === PAIRS) {
        units += await this.#compare(pairs);
        pairs = [];
      }
      if (index % STRIDE === STRIDE - 1) await pace.breathe(signal);
    }
    return (units + (await this.#compare(pairs))) * unitBytes(header);
  }

  /** What the image takes up: clusters with a refcount. @throws Qcow2Error; what reading throws */
  async used(): Promise<number> {
    const counts = await this.#counts();
    const used = await counts.used((bytes) => this.#work.spend(bytes / COUNTS));
    return used * this.#image.header.clusterBytes;
  }

  async #compare(pairs: readonly Pair[]): Promise<number> {
    // In no sound image one is there twice: each time counts for what may be read.
    const offsets = pairs.flat().flatMap(({ offset }) => (offset === 0 ? [] : [offset]));
    const tables = new Map<number, Buffer>();
    await eachL2(this.#image, offsets, (table, index) => tables.set(offsets[index] as number, table));
    const { header, signal } = this.#image;
    const pace = new Pace();
    let units = 0;
    for (const [one, other] of pairs) {
      const part = ({ offset, entries }: Side) => ({ table: tables.get(offset) ?? null, entries });
      const found = differences(header, part(one), part(other));
      this.#work.spend(TABLE_COSTS + found.entries);
      units += found.units;
      await pace.breathe(signal);
    }
    return units;
  }

  /**
   * Clusters that are referred to by these L1 tables alone, and those of `tables` besides. Nothing below an L2 table that
   * others have, too, can be of these alone: that is not read.
   */
  async #freed(places: readonly TablePlace[], tables: References): Promise<number> {
    const { header, signal } = this.#image;
    const refcounts = await this.#counts();
    const times = new Map<number, number>();
    const pace = new Pace();
    for (const place of places) {
      const seen = new Set<number>();
      const l1 = await this.#l1(place);
      for (let index = 0; index < l1.length; index++) {
        const offset = l1[index] as number;
        if (index % STRIDE === STRIDE - 1) await pace.breathe(signal);
        if (offset === 0) continue;
        if (seen.has(offset)) throw new Qcow2Error('damaged', `an L2 table that is there twice, at ${offset}`);
        seen.add(offset);
        times.set(offset, (times.get(offset) ?? 0) + 1);
        this.#work.spend(TABLE_COSTS);
      }
    }
    for (const [offset, count] of times) tables.add(offset / header.clusterBytes, count);
    let freed = 0;
    const own: number[] = [];
    await refcounts.hold(tables, (cluster, count, refcount) => {
      if (!isLast(count, refcount)) return;
      freed++;
      const offset = cluster * header.clusterBytes;
      if (times.has(offset)) own.push(offset);
    });
    const data = new References(header);
    const refer = data.add.bind(data);
    await eachL2(this.#image, own, (table, index) => {
      const before = data.turns;
      const entries = references(header, table, times.get(own[index] as number) as number, refer);
      this.#work.spend(entries + data.turns - before);
    });
    await refcounts.hold(data, (_, count, refcount) => {
      if (isLast(count, refcount)) freed++;
    });
    return freed * header.clusterBytes;
  }

  async #l1(place: TablePlace): Promise<Float64Array> {
    const offsets = await readL1(this.#image, place);
    this.#work.spend(offsets.length * L1_COSTS);
    return offsets;
  }

  #counts(): Promise<Refcounts> {
    this.#refcounts ??= Refcounts.of(this.#image);
    return this.#refcounts;
  }
}

/** Whether nothing else refers to a cluster. A running guest may have let go of it since its table was read. */
function isLast(count: number, refcount: number): boolean {
  return refcount > 0 && count >= refcount;
}

interface Side {
  /** Of an L2 table, 0 for none. */
  readonly offset: number;
  /** How many of its entries are of the disk. */
  readonly entries: number;
}
type Pair = readonly [Side, Side];

function clustersOf({ clusterBytes }: Qcow2Header, diskBytes: bigint): number {
  return Math.ceil(Number(diskBytes) / clusterBytes);
}
