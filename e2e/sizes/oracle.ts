import { closeSync, copyFileSync, fstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { run } from '../lab/run.ts';

/*
 * What sizes really are, told by doing it: on copies snapshots are deleted and gone back to by qemu-img, used clusters are
 * counted one by one, and disks compared byte by byte. Nothing of this is shared with what it is held against.
 */

/** What deleting snapshots of an image, by their tags, frees. Bytes. */
export async function freedByDeleting(path: string, tags: readonly string[]): Promise<number> {
  return await freedBy(path, async (copy) => {
    for (const tag of tags) await run(['qemu-img', 'snapshot', '-d', tag, copy]);
  });
}

/** What going back to a snapshot frees. Bytes. */
export async function freedByReverting(path: string, tag: string): Promise<number> {
  return await freedBy(path, (copy) => run(['qemu-img', 'snapshot', '-a', tag, copy]));
}

/** How much of the disk is otherwise once one has gone back to a snapshot, in units of so many bytes. Bytes. */
export async function changedByReverting(path: string, tag: string, unitBytes: number): Promise<number> {
  return await withCopy(path, async (copy) => {
    const [before, after] = [`${copy}.before`, `${copy}.after`];
    try {
      await run(['qemu-img', 'convert', '-O', 'raw', copy, before]);
      await run(['qemu-img', 'snapshot', '-a', tag, copy]);
      await run(['qemu-img', 'convert', '-O', 'raw', copy, after]);
      return differing(before, after, unitBytes);
    } finally {
      for (const each of [before, after]) rmSync(each, { force: true });
    }
  });
}

/** Clusters that something counts as used. Bytes. */
export function used(path: string): number {
  const image = readFileSync(path);
  const { cluster, counts } = count(image);
  return cluster * counts.reduce((sum, each) => sum + (each > 0n ? 1 : 0), 0);
}

/** Used without what QEMU makes anew by itself: the table of snapshots, refcounts, and the L1 table in use. Bytes. */
function kept(path: string): number {
  const image = readFileSync(path);
  const { cluster, counts, blocks } = count(image);
  const clusters = (bytes: number) => Math.ceil(bytes / cluster);
  const all = counts.reduce((sum, each) => sum + (each > 0n ? 1 : 0), 0);
  const own = blocks + image.readUInt32BE(56) + clusters(tableBytes(image)) + clusters(image.readUInt32BE(36) * 8);
  return cluster * (all - own);
}

/** Every refcount of an image, one after the other, read bit by bit. */
function count(image: Buffer): { cluster: number; counts: bigint[]; blocks: number } {
  const cluster = 1 << image.readUInt32BE(20);
  const bits = image.readUInt32BE(4) === 2 ? 16 : 1 << image.readUInt32BE(96);
  const table = Number(image.readBigUInt64BE(48));
  const counts: bigint[] = [];
  let blocks = 0;
  for (let nth = 0; nth < (image.readUInt32BE(56) * cluster) / 8; nth++) {
    const block = Number(image.readBigUInt64BE(table + nth * 8));
    if (block === 0) continue;
    blocks++;
    for (let bit = 0; bit < cluster * 8; bit += bits) {
      let value = 0n;
      if (bits < 8)
        value = BigInt((image[block + Math.floor(bit / 8)] as number) >> (bit % 8)) & ((1n << BigInt(bits)) - 1n);
      else
        for (let byte = 0; byte < bits / 8; byte++) value = (value << 8n) | BigInt(image[block + bit / 8 + byte] ?? 0);
      counts.push(value);
    }
  }
  return { cluster, counts, blocks };
}

function tableBytes(image: Buffer): number {
  const start = Number(image.readBigUInt64BE(64));
  let at = start;
  for (let nth = 0; nth < image.readUInt32BE(60); nth++) {
    const length = 40 + image.readUInt32BE(at + 36) + image.readUInt16BE(at + 12) + image.readUInt16BE(at + 14);
    at += length + ((8 - (length % 8)) % 8);
  }
  return at - start;
}

async function freedBy(path: string, act: (copy: string) => Promise<unknown>): Promise<number> {
  return await withCopy(path, async (copy) => {
    const before = kept(copy);
    await act(copy);
    return before - kept(copy);
  });
}

async function withCopy<T>(path: string, use: (copy: string) => Promise<T>): Promise<T> {
  const copy = `${path}.copy`;
  copyFileSync(path, copy);
  try {
    return await use(copy);
  } finally {
    rmSync(copy, { force: true });
  }
}

/** In how many units two files differ; what one has not is zeros. */
function differing(one: string, other: string, unit: number): number {
  const files = [one, other].map((path) => openSync(path, 'r'));
  const piece = Math.max(unit, 4 * 1024 * 1024);
  try {
    const size = Math.max(...files.map((file) => fstatSync(file).size));
    let found = 0;
    for (let at = 0; at < size; at += piece) {
      const [a, b] = files.map((file) => {
        const bytes = Buffer.alloc(piece);
        readSync(file, bytes, 0, piece, at);
        return bytes;
      }) as [Buffer, Buffer];
      if (a.equals(b)) continue;
      for (let from = 0; from < piece; from += unit)
        if (a.compare(b, from, from + unit, from, from + unit) !== 0) found++;
    }
    return found * unit;
  } finally {
    for (const file of files) closeSync(file);
  }
}
