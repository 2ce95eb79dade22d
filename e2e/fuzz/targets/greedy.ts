import { FakeCaller } from '../../../electron/libvirt/fake-caller.ts';
import { Qcow2Error } from '../../../electron/libvirt/qcow2/error.ts';
import { Figures } from '../../../electron/libvirt/qcow2/figures.ts';
import { readHeader } from '../../../electron/libvirt/qcow2/header.ts';
import { headerBytes } from '../../../electron/libvirt/qcow2/write.ts';
import { rangesOf } from '../../../electron/libvirt/volume-reader.ts';
import { holds, refused, type Target, taken } from '../target.ts';

/** Where what is, bytes: the L1 table as it is now, and a snapshot's; L2 tables of both; refcount blocks, and their table. */
const [nowL1At, thenL1At, refcountsAt] = [2 ** 26, 2 ** 27, 2 ** 28];
const [nowTablesAt, thenTablesAt, blocksAt] = [2 ** 30, 2 ** 38, 2 ** 44];
const REFCOUNT_TABLE = 8 * 1024 * 1024;
const COMPRESSED = 0x4000_0000;
const INCOMPATIBLE = 72;
const SUBCLUSTERS = 16n;

/** An image that is as large as its header has it be, all of whose tables are there and alike. */
interface Greedy {
  readonly clusterBits: number;
  readonly refcountBits: number;
  readonly entries: number;
  /** Of the clusters that neighbours in a table lead to, how far they are apart; 0 for all the same. */
  readonly gap: number;
  readonly hasSubclusters: boolean;
  readonly holds: 'data' | 'compressed' | 'nothing' | 'no tables';
  /** What the snapshot has elsewhere. */
  readonly moved: boolean;
  readonly hasBlocks: boolean;
}

/** Images that are made to cost as much as any can. */
export const greedy: Target = {
  name: 'greedy',
  unit: 'images',
  full: 400,
  longest: 300,
  draw: (random) => {
    const hasSubclusters = random.chance(0.2);
    const image: Greedy = {
      clusterBits: random.pick(hasSubclusters ? [14, 16, 21] : [9, 10, 12, 16, 21]),
      refcountBits: random.pick([1, 16, 64]),
      entries: 2 ** (1 + random.below(22)),
      gap: random.pick([0, 1, 64, 4_096]),
      hasSubclusters,
      holds: random.pick(['data', 'data', 'compressed', 'nothing', 'no tables'] as const),
      moved: random.chance(0.7),
      hasBlocks: random.chance(0.7),
    };
    return JSON.stringify(image);
  },
  async read(input) {
    const image = JSON.parse(input as string) as Greedy;
    const l1 = (offset: number) => ({ offset: BigInt(offset), entries: image.entries });
    const figures = new Figures({ header: headerOf(image), read: readerOf(image) });
    const reads = [
      () => figures.changedSince({ l1: l1(thenL1At), diskBytes: null }),
      () => figures.freedByDeleting([{ l1: l1(thenL1At) }]),
      () => figures.freedByReverting(),
      () => figures.used(),
    ];
    const before = performance.now();
    let told = 0;
    for (const each of reads)
      try {
        const bytes = await each();
        holds(Number.isSafeInteger(bytes) && bytes >= 0, 'sizes can be counted with');
        told++;
      } catch (error) {
        if (!(error instanceof Qcow2Error)) throw error;
      }
    return { ...(told > 0 ? taken : refused), ms: performance.now() - before };
  },
};

function headerOf({ clusterBits, refcountBits, entries, hasSubclusters }: Greedy) {
  const perTable = 2 ** clusterBits / (hasSubclusters ? 16 : 8);
  const bytes = headerBytes({
    diskBytes: BigInt(entries) * BigInt(perTable) * 2n ** BigInt(clusterBits),
    snapshotCount: 0,
    snapshotsOffset: 0,
    clusterBits,
    l1: { offset: BigInt(nowL1At), entries },
    refcounts: { offset: BigInt(refcountsAt), clusters: REFCOUNT_TABLE / 2 ** clusterBits, bits: refcountBits },
  });
  if (hasSubclusters) bytes.writeBigUInt64BE(SUBCLUSTERS, INCOMPATIBLE);
  return readHeader(bytes);
}

/** Through libvirt, with what a look may read at most. */
function readerOf(image: Greedy) {
  const cluster = 2 ** image.clusterBits;
  const hasTables = image.holds !== 'no tables';
  const nowL1 = tableOf(image.entries, hasTables ? nowTablesAt : 0, cluster);
  const thenL1 = image.moved ? tableOf(image.entries, hasTables ? thenTablesAt : 0, cluster) : nowL1;
  const blockTable = tableOf(REFCOUNT_TABLE / 8, image.hasBlocks ? blocksAt : 0, cluster);
  const [nowTable, thenTable] = [l2Of(image, 1), l2Of(image, image.moved ? 2 : 1)];
  const ones = Buffer.alloc(cluster, image.refcountBits === 1 ? 255 : 0);
  if (image.refcountBits > 1)
    for (let at = image.refcountBits / 8 - 1; at < cluster; at += image.refcountBits / 8) ones[at] = 1;
  const parts: readonly [from: number, bytes: Buffer, repeats: boolean][] = [
    [blocksAt, ones, true],
    [thenTablesAt, thenTable, true],
    [nowTablesAt, nowTable, true],
    [refcountsAt, blockTable, false],
    [thenL1At, thenL1, false],
    [nowL1At, nowL1, false],
  ];
  const storageVolDownload = ({ offset, length }: { offset: bigint; length: bigint }) => {
    const [from, bytes, repeats] = parts.find(([begin]) => offset >= begin) ?? [0, Buffer.alloc(0), false];
    const at = Number(offset) - from;
    if (!repeats) return bytes.subarray(at, at + Number(length));
    const found = Buffer.alloc(Number(length));
    for (let done = 0; done < found.length; ) done += bytes.copy(found, done, (at + done) % bytes.length);
    return found;
  };
  const caller = new FakeCaller({ storageVolDownload: () => ({}) }, { storageVolDownload });
  return rangesOf(caller, { pool: 'images', name: 'greedy', key: '/greedy' });
}

/** A table of places, each a cluster behind the one before; of zeros where the first is 0. */
function tableOf(entries: number, first: number, cluster: number): Buffer {
  const bytes = Buffer.alloc(entries * 8);
  if (first === 0) return bytes;
  for (let n = 0; n < entries; n++) putPlace(bytes, n * 8, 0, first + n * cluster);
  return bytes;
}

function l2Of({ clusterBits, gap, hasSubclusters, holds: what }: Greedy, from: number): Buffer {
  const cluster = 2 ** clusterBits;
  const bytes = Buffer.alloc(cluster);
  if (what === 'nothing' || what === 'no tables') return bytes;
  const step = hasSubclusters ? 16 : 8;
  // As long as they can be: they touch three clusters.
  const length = what === 'compressed' ? COMPRESSED + (2 ** (clusterBits - 8) - 1) * 2 ** (38 - clusterBits) : 0;
  const within = what === 'compressed' ? cluster - 512 : 0;
  for (let n = 0; n < cluster / step; n++) {
    putPlace(bytes, n * step, length, (from * 1_000_000 + n * gap) * cluster + within);
    if (hasSubclusters) bytes.fill(from === 1 ? 0x55 : 0xaa, n * step + 12, n * step + 16);
  }
  return bytes;
}

function putPlace(bytes: Buffer, at: number, flags: number, place: number): void {
  bytes.writeUInt32BE(flags + Math.floor(place / 2 ** 32), at);
  bytes.writeUInt32BE(place % 2 ** 32, at + 4);
}
