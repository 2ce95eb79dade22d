import { afterEach, expect, test } from 'vitest';
import type { SnapshotSpec } from '../simulator/build.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { snapshotSpan } from './snapshot-span.ts';

let bench: Bench;
afterEach(() => bench.close());

const day = 24 * 60 * 60;

async function connected(snapshots: readonly SnapshotSpec[]): Promise<void> {
  bench = createBench([{ name: 'g', uuid: uuidOf(1), snapshots: [...snapshots] }]);
  bench.session.connect();
  await bench.status('connected');
  await bench.until(() => bench.domain('g')?.snapshotCount === snapshots.length);
}

test('goes by when snapshots were taken, and not by their place in the tree', async () => {
  await connected([
    { name: 'root', ago: 3 * day },
    { name: 'older branch', ago: 9 * day, parent: 'root' },
    { name: 'newest', ago: day, parent: 'root' },
  ]);
  const span = await snapshotSpan(bench.session, uuidOf(1));
  expect(((span?.newest ?? 0) - (span?.oldest ?? 0)) / 1000).toBe(8 * day);
});

test('a domain without snapshots has neither', async () => {
  await connected([]);
  expect(await snapshotSpan(bench.session, uuidOf(1))).toEqual({ newest: null, oldest: null });
});

test('thousands are not read for this alone; once somebody has read them they are known', async () => {
  await connected(Array.from({ length: 101 }, (_, n) => ({ name: `s${n}`, ago: (200 - n) * day })));
  expect(await snapshotSpan(bench.session, uuidOf(1))).toBe(null);
  await bench.session.readSnapshots(uuidOf(1));
  expect(await snapshotSpan(bench.session, uuidOf(1))).not.toBe(null);
});
