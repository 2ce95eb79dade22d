import type { Qcow2Snapshot } from './snapshots.ts';
import { headerBytes, tableBytes } from './write.ts';

/** In an entry: nothing else refers to what it leads to. */
const COPIED = 1n << 63n;

/** What an image is built from. States that have the same content in a place share its cluster, as after a snapshot. */
export interface Drawn {
  /** From 9 to 21. */
  readonly clusterBits: number;
  /** Of a refcount: a power of two up to 64. */
  readonly refcountBits: number;
  /** Of the disk, in clusters. */
  readonly clusters: number;
  readonly now: DrawnState;
  readonly snapshots: readonly (DrawnState & Pick<Qcow2Snapshot, 'id' | 'name' | 'dateSec' | 'vmStateBytes'>)[];
  readonly backing?: string | undefined;
}

export interface DrawnState {
  /** By cluster of the disk, what is there: a number that stands for the content. */
  readonly disk: ReadonlyMap<number, number>;
}

/**
 * The metadata of an image with internal snapshots, as QEMU lays them out: everything but the data, which would come behind
 * them. Memory lies behind the disk, as QEMU keeps it. For tests.
 */
export function imageBytes(drawn: Drawn): Buffer {
  const { clusterBits, refcountBits, clusters, snapshots } = drawn;
  const clusterBytes = 2 ** clusterBits;
  const perTable = clusterBytes / 8;
  const onDisk = Math.ceil(clusters / perTable);
  const places = new Places(clusterBytes);
  const states = [drawn.now, ...snapshots].map((state, index) => ({
    entries: contentsOf(state, index, onDisk * perTable, clusterBytes),
    tables:
      onDisk +
      (index === 0 ? 0 : Math.ceil(memoryClusters(snapshots[index - 1]?.vmStateBytes, clusterBytes) / perTable)),
  }));
  places.take(1); // the header
  const l1 = states.map(({ tables }) => places.take(Math.ceil((tables * 8) / clusterBytes)));
  const names = snapshots.map(({ id, name, dateSec, vmStateBytes }, index): Qcow2Snapshot => {
    const place = { offset: BigInt((l1[index + 1] as number) * clusterBytes), entries: states[index + 1]?.tables ?? 0 };
    const times = { dateSec, dateNsec: 0, clockNsec: 0n };
    return { id, name, vmStateBytes, ...times, diskBytes: BigInt(clusters * clusterBytes), icount: null, l1: place };
  });
  const table = tableBytes(names);
  const tableAt = places.take(Math.ceil(table.length / clusterBytes));
  // Equal tables are one, as long as nobody has written to what is below them.
  const l2 = new Map<string, { at: number; contents: (string | undefined)[]; states: number }>();
  const l2Of = states.map(({ entries, tables }) =>
    Array.from({ length: tables }, (_, nth) => {
      const contents = Array.from({ length: perTable }, (__, index) => entries.get(nth * perTable + index));
      if (contents.every((each) => each === undefined)) return 0;
      const key = `${nth} ${contents.join()}`;
      const known = l2.get(key) ?? { at: places.take(1), contents, states: 0 };
      known.states++;
      l2.set(key, known);
      return known.at;
    }),
  );
  const data = new Map<string, number>();
  for (const { contents, states: times } of l2.values())
    for (const each of contents) {
      if (each === undefined) continue;
      const at = data.get(each) ?? places.take(1);
      data.set(each, at);
      places.refer(at, times - (places.isNew(at) ? 1 : 0));
    }
  for (const { at, states: times } of l2.values()) places.refer(at, times - 1);
  const counts = places.counted(refcountBits);
  const image = Buffer.alloc(counts.end * clusterBytes);
  const header = headerBytes({
    diskBytes: BigInt(clusters * clusterBytes),
    snapshotCount: snapshots.length,
    snapshotsOffset: tableAt * clusterBytes,
    backing: drawn.backing,
    clusterBits,
    l1: { offset: BigInt((l1[0] as number) * clusterBytes), entries: onDisk },
    refcounts: { offset: BigInt(counts.tableAt * clusterBytes), clusters: counts.tableClusters, bits: refcountBits },
  });
  header.copy(image);
  table.copy(image, tableAt * clusterBytes);
  const entry = (cluster: number) => BigInt(cluster * clusterBytes) | (places.isAlone(cluster) ? COPIED : 0n);
  for (const [index, tables] of l2Of.entries())
    for (const [nth, at] of tables.entries())
      if (at !== 0) image.writeBigUInt64BE(entry(at), (l1[index] as number) * clusterBytes + nth * 8);
  for (const { at, contents } of l2.values())
    for (const [index, each] of contents.entries())
      if (each !== undefined) image.writeBigUInt64BE(entry(data.get(each) as number), at * clusterBytes + index * 8);
  counts.write(image);
  return image;
}

function memoryClusters(vmStateBytes: number | undefined, clusterBytes: number): number {
  return Math.ceil((vmStateBytes ?? 0) / clusterBytes);
}

/** What a state has where, its memory behind the disk. */
function contentsOf(
  state: DrawnState & Partial<Pick<Qcow2Snapshot, 'vmStateBytes'>>,
  index: number,
  memoryAt: number,
  clusterBytes: number,
): Map<number, string> {
  const entries = new Map<number, string>([...state.disk].map(([at, content]) => [at, `${at}:${content}`] as const));
  for (let nth = 0; nth < memoryClusters(state.vmStateBytes, clusterBytes); nth++)
    entries.set(memoryAt + nth, `memory ${index}:${nth}`);
  return entries;
}

/** Gives out the clusters of a file, and counts what refers to them. */
class Places {
  readonly #counts: number[] = [];
  #news = new Set<number>();

  constructor(private readonly clusterBytes: number) {}

  /** The first of so many clusters in a row. */
  take(count: number): number {
    const at = this.#counts.length;
    for (let n = 0; n < count; n++) this.#counts.push(1);
    this.#news.add(at);
    return at;
  }

  /** Whether one thing refers to it. */
  isAlone(at: number): boolean {
    return this.#counts[at] === 1;
  }

  /** Whether nothing but the taking was counted yet. */
  isNew(at: number): boolean {
    return this.#news.has(at);
  }

  refer(at: number, times: number): void {
    this.#news.delete(at);
    this.#counts[at] = (this.#counts[at] as number) + times;
  }

  /** Places the refcounts themselves behind everything. */
  counted(bits: number) {
    const { clusterBytes } = this;
    const perBlock = (clusterBytes * 8) / bits;
    let [blocks, tableClusters] = [0, 0];
    const all = this.#counts.length;
    for (let before = -1; before !== blocks + tableClusters; ) {
      before = blocks + tableClusters;
      blocks = Math.ceil((all + blocks + tableClusters) / perBlock);
      tableClusters = Math.ceil((blocks * 8) / clusterBytes);
    }
    const tableAt = this.take(tableClusters);
    const blocksAt = this.take(blocks);
    const counts = this.#counts;
    return {
      tableAt,
      tableClusters,
      end: counts.length,
      write(image: Buffer): void {
        for (let block = 0; block < blocks; block++)
          image.writeBigUInt64BE(BigInt((blocksAt + block) * clusterBytes), tableAt * clusterBytes + block * 8);
        for (const [cluster, count] of counts.entries())
          writeCount(image, blocksAt * clusterBytes, bits, cluster, count);
      },
    };
  }
}

function writeCount(image: Buffer, at: number, bits: number, index: number, count: number): void {
  if (bits < 8) {
    const byte = at + Math.floor((index * bits) / 8);
    image[byte] = (image[byte] as number) | (count << ((index * bits) % 8));
  } else if (bits === 64) image.writeBigUInt64BE(BigInt(count), at + index * 8);
  else image.writeUIntBE(count, at + (index * bits) / 8, bits / 8);
}
