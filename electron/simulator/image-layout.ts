import { CLUSTER_BYTES, headerBytes, tableBytes } from '../libvirt/qcow2/write.ts';
import type { ImageFile } from './files.ts';
import type { TagModel } from './model.ts';
import { MOST_WRITTEN, type Step } from './written.ts';

/** A stretch of the file that is used in one way: clusters. */
export interface Region {
  readonly first: number;
  readonly count: number;
  /** How many things refer to each of its clusters. */
  readonly refcount: number;
  /** The bytes of one of them; zeros otherwise. */
  readonly bytes?: (nth: number) => Buffer;
}

/** Where everything of an image is, in order. */
export interface Layout {
  readonly regions: readonly Region[];
  /** Clusters of the file. */
  readonly end: number;
}

/** Where QEMU puts the first snapshot table of a small image. */
const TABLE_AT = 5;
/** Entries of an L2 table, and of a part of an L1 table that has a cluster. */
const ENTRIES = CLUSTER_BYTES / 8;
/** Refcounts of 16 bits in a block. */
const PER_BLOCK = CLUSTER_BYTES / 2;
/** In an entry: nothing else refers to what it leads to. */
const ALONE = 1n << 63n;

/** Entries of an L2 table that lead to clusters in a row. */
interface Run {
  readonly at: number;
  readonly count: number;
  readonly to: () => number;
  readonly refcount: number;
}
interface L2Table {
  readonly runs: readonly Run[];
  users: number;
  place: number;
}

/**
 * Lays an image out as QEMU could have: its snapshots, and the disk as it is now, share the clusters that nobody has
 * written to since, and each has its memory behind the disk. What an entry leads to is a formula, and bytes are made when
 * they are read, so that an image takes no more than a line for each stretch.
 * @param now what was written to the disk as it is
 */
export function layoutOf(
  { virtualBytes, allocatedBytes, backing }: ImageFile,
  tags: readonly TagModel[],
  now: readonly Step[],
): Layout {
  const regions: Region[] = [];
  let end = 0;
  const take = (count: number, refcount: number, bytes?: Region['bytes']): number => {
    const first = end;
    if (count > 0) regions.push({ first, count, refcount, ...(bytes ? { bytes } : {}) });
    end += count;
    return first;
  };
  const onDisk = Math.ceil(Number(virtualBytes) / CLUSTER_BYTES / ENTRIES);
  const states: readonly State[] = [{ steps: now, memory: 0 }, ...tags.map(stateOf)];
  const old = Math.min(Math.floor(Number(allocatedBytes) / CLUSTER_BYTES / ENTRIES), onDisk - MOST_WRITTEN / ENTRIES);

  // Of what is placed further on, the places are asked for once the bytes are.
  const l1: number[] = [];
  const tables = states.map((state, index) => tablesOf(state, index, onDisk, Math.max(0, old)));
  const entries = tables.map((each, index) => (index === 0 ? onDisk : Math.max(onDisk, ...each.keys()) + 1));
  const snapshotTable = () =>
    tableBytes(
      tags.map((tag, index) => {
        const place = {
          offset: BigInt((l1[index + 1] as number) * CLUSTER_BYTES),
          entries: entries[index + 1] as number,
        };
        return entryOf(tag, virtualBytes, place);
      }),
    );
  l1.push(...states.map(() => 0));
  const tableClusters = Math.ceil(snapshotTable().length / CLUSTER_BYTES);

  const header = () =>
    headerBytes({
      diskBytes: virtualBytes,
      snapshotCount: tags.length,
      snapshotsOffset: TABLE_AT * CLUSTER_BYTES,
      backing: backing ?? undefined,
      l1: { offset: BigInt((l1[0] as number) * CLUSTER_BYTES), entries: onDisk },
      refcounts: { offset: BigInt(CLUSTER_BYTES), clusters: 1, bits: 16 },
    });
  take(1, 1, header);
  let blocks = { first: 0, count: 0 };
  take(1, 1, () => filled(blocks.count, (index) => BigInt((blocks.first + index) * CLUSTER_BYTES)));
  take(TABLE_AT - end, 0);
  take(tableClusters, 1, (nth) => snapshotTable().subarray(nth * CLUSTER_BYTES, (nth + 1) * CLUSTER_BYTES));

  const all = new Map<string, L2Table>();
  const data = dataOf(states, Math.max(0, old), take);
  for (const [index, each] of tables.entries()) {
    const clusters = Math.ceil((entries[index] as number) / ENTRIES);
    l1[index] = take(clusters, 1, (nth) =>
      filled(ENTRIES, (at) => {
        const key = each.get(nth * ENTRIES + at);
        const table = key === undefined ? undefined : all.get(key);
        return table ? entryTo(table.place, table.users) : 0n;
      }),
    );
    for (const [at, key] of each) {
      const known = all.get(key) ?? { runs: data.runs(states[index] as State, index, at, onDisk), users: 0, place: 0 };
      known.users++;
      all.set(key, known);
    }
  }
  for (const table of all.values()) table.place = take(1, table.users, () => l2Bytes(table.runs));
  data.place();
  let count = 1;
  while (count * PER_BLOCK < end + count) count++;
  blocks = { first: take(count, 1, (nth) => refcountBytes(regions, nth)), count };
  return { regions, end };
}

interface State {
  readonly steps: readonly Step[];
  /** Clusters of its memory. */
  readonly memory: number;
}

function stateOf({ steps, memoryBytes }: TagModel): State {
  return { steps, memory: Math.ceil(memoryBytes / CLUSTER_BYTES) };
}

/** The L2 tables of a state by their place in the L1 table, each by what is in it: two with the same are one. */
function tablesOf({ steps, memory }: State, index: number, onDisk: number, old: number): Map<number, string> {
  const tables = new Map<number, string>();
  for (let at = 0; at < MOST_WRITTEN / ENTRIES; at++) {
    const inside = steps.filter(({ until }, nth) => until > at * ENTRIES && startOf(steps, nth) < (at + 1) * ENTRIES);
    if (inside.length > 0) tables.set(at, `written ${at} ${JSON.stringify(clipped(inside, at))}`);
  }
  for (let nth = 0; nth < old; nth++) tables.set(MOST_WRITTEN / ENTRIES + nth, `old ${nth}`);
  for (let nth = 0; nth * ENTRIES < memory; nth++) tables.set(onDisk + nth, `memory ${index} ${nth}`);
  return tables;
}

function clipped(steps: readonly Step[], at: number): Step[] {
  return steps.map(({ by, until }) => ({ by, until: Math.min(until, (at + 1) * ENTRIES) }));
}

function startOf(steps: readonly Step[], nth: number): number {
  return nth === 0 ? 0 : (steps[nth - 1] as Step).until;
}

/** The data of all states: what each has written, memories, and what was there from the beginning. */
function dataOf(states: readonly State[], old: number, take: (count: number, refcount: number) => number) {
  const cuts = [...new Set([0, ...states.flatMap(({ steps }) => steps.map(({ until }) => until))])].sort(
    (a, b) => a - b,
  );
  const pieces = new Map<string, { count: number; users: number; place: number }>();
  const bounds = cuts.slice(1).map((to, index) => ({ from: cuts[index] as number, to }));
  const pieceKey = (by: string, from: number) => `${from} ${by}`;
  const ownerAt = (steps: readonly Step[], from: number) => steps.find(({ until }) => until > from)?.by;
  for (const { steps } of states)
    for (const { from, to } of bounds) {
      const by = ownerAt(steps, from);
      if (by === undefined) continue;
      const key = pieceKey(by, from);
      const piece = pieces.get(key) ?? { count: to - from, users: 0, place: 0 };
      piece.users++;
      pieces.set(key, piece);
    }
  const memories = states.map(() => 0);
  let oldAt = 0;
  return {
    place() {
      oldAt = take(old * ENTRIES, states.length);
      for (const piece of pieces.values()) piece.place = take(piece.count, piece.users);
      for (const [index, { memory }] of states.entries()) memories[index] = take(memory, 1);
    },
    /** What the entries of a state's L2 table lead to. */
    runs({ steps, memory }: State, index: number, at: number, onDisk: number): Run[] {
      const [from, to] = [at * ENTRIES, (at + 1) * ENTRIES];
      if (at >= onDisk) {
        const nth = (at - onDisk) * ENTRIES;
        const count = Math.min(ENTRIES, memory - nth);
        return [{ at: 0, count, to: () => (memories[index] as number) + nth, refcount: 1 }];
      }
      if (from >= MOST_WRITTEN)
        return [{ at: 0, count: ENTRIES, to: () => oldAt + from - MOST_WRITTEN, refcount: states.length }];
      return bounds.flatMap((bound): Run[] => {
        const [start, end] = [Math.max(bound.from, from), Math.min(bound.to, to)];
        const by = ownerAt(steps, bound.from);
        const piece = by === undefined ? undefined : pieces.get(pieceKey(by, bound.from));
        if (!piece || start >= end) return [];
        const place = () => piece.place + start - bound.from;
        return [{ at: start - from, count: end - start, to: place, refcount: piece.users }];
      });
    },
  };
}

function entryTo(cluster: number, refcount: number): bigint {
  return BigInt(cluster * CLUSTER_BYTES) | (refcount === 1 ? ALONE : 0n);
}

function l2Bytes(runs: readonly Run[]): Buffer {
  const bytes = Buffer.alloc(CLUSTER_BYTES);
  for (const { at, count, to, refcount } of runs)
    for (let nth = 0; nth < count; nth++) bytes.writeBigUInt64BE(entryTo(to() + nth, refcount), (at + nth) * 8);
  return bytes;
}

function refcountBytes(regions: readonly Region[], block: number): Buffer {
  const bytes = Buffer.alloc(CLUSTER_BYTES);
  const from = block * PER_BLOCK;
  for (const { first, count, refcount } of regions) {
    const last = Math.min(first + count, from + PER_BLOCK);
    for (let cluster = Math.max(first, from); cluster < last; cluster++)
      bytes.writeUInt16BE(refcount, (cluster - from) * 2);
  }
  return bytes;
}

function filled(count: number, entry: (index: number) => bigint): Buffer {
  const bytes = Buffer.alloc(CLUSTER_BYTES);
  for (let index = 0; index < count; index++) bytes.writeBigUInt64BE(entry(index), index * 8);
  return bytes;
}

function entryOf(
  { id, name, createdAt, memoryBytes }: TagModel,
  diskBytes: bigint,
  l1: { offset: bigint; entries: number },
) {
  const times = { dateSec: createdAt, dateNsec: 0, clockNsec: 0n };
  return { id: String(id), name, ...times, vmStateBytes: memoryBytes, diskBytes, icount: null, l1 };
}
