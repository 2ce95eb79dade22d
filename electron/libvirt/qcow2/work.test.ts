import { expect, it } from 'vitest';
import { Qcow2Error } from './error.ts';
import { Figures } from './figures.ts';
import { readHeader } from './header.ts';
import type { ReadRanges } from './ranges.ts';
import { headerBytes } from './write.ts';

const CLUSTER = 65_536;
const PER_TABLE = CLUSTER / 8;
const L1 = 2 ** 24;
const REFCOUNTS = 2 ** 26;
const TABLES = 2 ** 30;

/** An image all of whose L2 tables are full of one entry, and whose clusters all have a refcount of 1. */
function full(entries: number, entry: bigint): { figures: Figures; tables: () => number } {
  const header = readHeader(
    headerBytes({
      diskBytes: BigInt(entries * PER_TABLE * CLUSTER),
      snapshotCount: 0,
      snapshotsOffset: 0,
      l1: { offset: BigInt(L1), entries },
      refcounts: { offset: BigInt(REFCOUNTS), clusters: 1, bits: 16 },
    }),
  );
  const table = Buffer.alloc(CLUSTER);
  for (let at = 0; at < CLUSTER; at += 8) table.writeBigUInt64BE(entry, at);
  const counts = Buffer.alloc(CLUSTER);
  for (let at = 1; at < CLUSTER; at += 2) counts[at] = 1;
  let tables = 0;
  const read: ReadRanges = async (ranges) =>
    ranges.map(({ offset, length }) => {
      const places = (to: number) => {
        const bytes = Buffer.alloc(length);
        for (let at = 0; at < length; at += 8) bytes.writeBigUInt64BE(BigInt(to + (at / 8) * CLUSTER), at);
        return bytes;
      };
      if (offset === L1) return places(TABLES);
      if (offset === REFCOUNTS) return places(2 ** 40);
      if (offset >= 2 ** 40) return counts.subarray(0, length);
      tables++;
      return table;
    });
  return { figures: new Figures({ header, read }), tables: () => tables };
}
const data = BigInt(2 ** 29);
const compressed = (1n << 62n) | (255n << 54n) | data;

it('is enough for a disk of 100 GiB whose every cluster is of its own', async () => {
  const { figures, tables } = full(200, data);
  expect(await figures.freedByReverting()).toBe(201 * CLUSTER); // its one cluster of data is there 1,638,400 times
  expect(tables()).toBe(200);
});

it.each([
  ['entries', data],
  ['compressed ones, each of which touches some clusters', compressed],
])('ends, where there are more %s than any disk has', async (_, entry) => {
  const { figures, tables } = full(8_192, entry);
  const fault = await figures.freedByReverting().catch((error: unknown) => (error as Qcow2Error).fault);
  expect(fault).toBe('too-much');
  expect(tables()).toBeLessThan(1_024);
  // What is spent is spent: another figure of the same image begins nothing.
  const before = tables();
  await expect(figures.freedByReverting()).rejects.toThrow(Qcow2Error);
  expect(tables()).toBe(before);
});

it('ends where L1 tables are large beyond reason, though nothing is in them', async () => {
  const l1 = { offset: BigInt(L1), entries: 2 ** 22 };
  const header = readHeader(
    headerBytes({
      diskBytes: BigInt(l1.entries * PER_TABLE * CLUSTER),
      snapshotCount: 0,
      snapshotsOffset: 0,
      l1,
      refcounts: { offset: BigInt(REFCOUNTS), clusters: 1, bits: 16 },
    }),
  );
  const figures = new Figures({ header, read: async ([range]) => [Buffer.alloc(range?.length ?? 0)] });
  await expect(figures.changedSince({ l1, diskBytes: null })).rejects.toMatchObject({ fault: 'too-much' });
});
