import { afterEach, expect, test } from 'vitest';
import { procedures } from '../../libvirt/procedures.ts';
import { type Drawn, imageBytes } from '../../libvirt/qcow2/build.ts';
import { DomainSnapshots, StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import { type Bench, createBench, uuidOf } from '../../testing.ts';
import type { Sized } from './busy.ts';
import { KeptFigures } from './kept-figures.ts';
import { sizeList } from './list.ts';
import { snapshotSizes } from './sizes.ts';
import { sizeTotal } from './total.ts';

let bench: Bench;
afterEach(() => bench.close());
const never = new AbortController().signal;
const uuid = uuidOf(1);
const path = '/var/lib/libvirt/images/g.qcow2';
const CLUSTER = 4_096;
const disk = (...places: readonly (readonly [number, number])[]) => ({ disk: new Map(places) });
const tag = (id: number, name: string, vmStateBytes: number) => ({ id: `${id}`, name, dateSec: 7, vmStateBytes });
const drawn: Drawn = {
  clusterBits: 12,
  refcountBits: 16,
  clusters: 600,
  now: disk([0, 3], [1, 1]),
  snapshots: [
    { ...tag(1, 'a', 0), ...disk([0, 1], [1, 1]) },
    { ...tag(2, 'b', 9_000), ...disk([0, 2], [1, 1]) },
  ],
};
const internal = [
  { name: 'a', ago: 60 },
  { name: 'b', ago: 50, state: 'running' as const },
];

/** A host whose image has metadata of its own; how often it was read is counted. */
async function host(spec: Partial<DomainSpec> = {}, image: () => Buffer = () => imageBytes(drawn)) {
  bench = createBench([{ uuid, name: 'g', snapshots: internal, ...spec }]);
  bench.session.connect();
  await bench.status('connected');
  const seen = { reads: 0, written: 1_700_000_000 };
  const gate = bench.session.reads;
  const reads = {
    async receive(
      procedure: unknown,
      { offset, length }: { offset: bigint; length: bigint },
      { signal }: { signal?: AbortSignal } = {},
    ) {
      signal?.throwIfAborted();
      expect(procedure).toBe(procedures.storageVolDownload);
      seen.reads++;
      return { result: {}, data: image().subarray(Number(offset), Number(offset + length)) };
    },
    async call(procedure: never, args: never) {
      const answer = await gate.call(procedure, args);
      if (procedure !== procedures.storageVolGetXmlDesc) return answer;
      const times = `<timestamps><mtime>${seen.written}.5</mtime></timestamps></target>`;
      return { xml: (answer as { xml: string }).xml.replace('</target>', times) };
    },
  };
  const session: Sized = {
    reads: reads as unknown as Sized['reads'],
    readSnapshots: bench.session.readSnapshots.bind(bench.session),
    isHeld: bench.session.isHeld.bind(bench.session),
  };
  const kept = new KeptFigures();
  return {
    seen,
    list: (from: Partial<Sized> = {}) => sizeList({ ...session, ...from }, uuid, never),
    total: () => sizeTotal({ ...session, domains: bench.session.domains }, uuid, never),
    sizes: (...names: string[]) => snapshotSizes(session, uuid, names, kept, never),
    sizesUntil: (signal: AbortSignal, name: string) => snapshotSizes(session, uuid, [name], kept, signal),
  };
}
const size = (clusters: number, truth = 'exact') => ({ known: true, bytes: clusters * CLUSTER, truth });
const unknown = (why: string) => ({ known: false, why });

test('the list has the memory of internal snapshots, and their images', async () => {
  const { list } = await host();
  expect(await list()).toEqual({
    measuredAt: expect.any(Number),
    isBusy: false,
    snapshots: [
      { name: 'a', memory: null, files: null },
      { name: 'b', memory: { known: true, bytes: 9_000, truth: 'exact' }, files: null },
    ],
    total: {
      measuredAt: expect.any(Number),
      parts: [{ place: `${path}\0${2}`, bytes: 9_000 }],
      notReported: 1,
    },
    images: [{ path, count: 2, why: null }],
  });
});

test('the list has the files of external snapshots', async () => {
  const { list, sizes } = await host({ snapshots: [{ name: 'x', ago: 60, external: true }] });
  const { snapshots, images } = await list();
  expect(images).toEqual([]);
  expect(snapshots).toEqual([
    { name: 'x', memory: null, files: { known: true, bytes: expect.any(Number), truth: 'exact' } },
  ]);
  // What was written since is in its overlay at most, and may be equal all the same.
  const bytes = snapshots[0]?.files?.known ? snapshots[0].files.bytes : 0;
  const most = { known: true, bytes, truth: 'at-most' };
  expect(await sizes('x')).toMatchObject({ changed: most, frees: most, revertFrees: unknown('not-told'), images: [] });
});

test('what several snapshots refer to counts once, and what is not known is not among it', async () => {
  const snapshots = ['x', 'y', 'z'].map((name, n) => ({ name, ago: 60 - n, external: true }));
  const { list } = await host({ snapshots });
  // As after a deletion that has merged one overlay into another.
  const merged = async () => {
    const { all, current } = await bench.session.readSnapshots(uuid);
    const told = all.map(({ snapshot, xml }) => StoredSnapshot.parse(snapshot.name, xml.replaceAll('g.y', 'g.x')));
    return new DomainSnapshots(told, current);
  };
  const whole = await list();
  const { total } = await list({ readSnapshots: merged });
  expect(whole.total.parts.map(({ place }) => place)).toEqual(
    ['x', 'y', 'z'].map((name) => path.replace('qcow2', name)),
  );
  expect(total).toEqual({ ...whole.total, measuredAt: expect.any(Number), parts: whole.total.parts.toSpliced(1, 1) });
  const some = await host({ snapshots, gone: [path.replace('qcow2', 'y')] });
  expect(await some.list()).toMatchObject({
    total: { parts: [{ place: path.replace('qcow2', 'x') }, { place: path.replace('qcow2', 'z') }], notReported: 1 },
  });
});

test('for a table of domains, only few snapshots are read unasked, and none of a domain that is being changed', async () => {
  const few = await host();
  await bench.until(() => bench.domain('g')?.snapshotCount === 2);
  expect(await few.total()).toEqual({
    status: 'told',
    total: { ...(await few.list()).total, measuredAt: expect.any(Number) },
  });
  await bench.session.holding(uuid, async () => expect(await few.total()).toEqual({ status: 'busy' }));
  bench.close();
  const many = await host({ snapshots: Array.from({ length: 101 }, (_, n) => ({ name: `s${n}`, ago: 200 - n })) });
  await bench.until(() => bench.domain('g')?.snapshotCount === 101);
  await many.list();
  const { reads } = many.seen;
  expect(await many.total()).toEqual({ status: 'unread' });
  expect(many.seen.reads).toBe(reads);
});

test('of one snapshot, what a revert changes and what deleting it frees', async () => {
  const { sizes } = await host();
  // Two L1 tables of one cluster: the L2 table and place 0 of its own.
  const own = { changed: size(1), frees: size(3), revertFrees: size(2) };
  expect(await sizes('a')).toMatchObject({ names: ['a'], ...own, images: [{ path, targets: ['vda'], ...own }] });
  // Memory beside: an L2 table and three clusters.
  expect(await sizes('b')).toMatchObject({ changed: size(1), frees: size(7) });
});

test('of several, what deleting all of them frees', async () => {
  const { sizes } = await host();
  expect(await sizes('a', 'b')).toMatchObject({ changed: null, frees: size(10), revertFrees: null });
});

test('of a running guest it is so at least, and over an image below so at most', async () => {
  const { sizes } = await host({ state: 'running' }, () => imageBytes({ ...drawn, backing: '/images/base' }));
  expect(await sizes('a')).toMatchObject({ changed: size(1, 'about'), frees: size(3, 'at-least') });
});

test('what cannot be told says why', async () => {
  const dirty = imageBytes(drawn);
  dirty.writeUInt8(1, 79);
  const { sizes } = await host({}, () => dirty);
  expect(await sizes('a')).toMatchObject({ changed: size(1), frees: unknown('dirty'), revertFrees: unknown('dirty') });
});

test('a snapshot that is not in its image is missing there', async () => {
  const { sizes, list } = await host({}, () => imageBytes({ ...drawn, snapshots: drawn.snapshots.slice(0, 1) }));
  expect(await sizes('b')).toMatchObject({
    changed: unknown('missing'),
    frees: unknown('missing'),
    revertFrees: size(2),
  });
  expect((await list()).snapshots[1]?.memory).toEqual(unknown('missing'));
  await expect(sizes('nowhere')).rejects.toMatchObject({ problem: { code: 'SNAPSHOT_GONE' } });
});

test('what was told of an image that nobody writes to is kept until it is written to', async () => {
  let image = imageBytes(drawn);
  const { sizes, seen } = await host({}, () => image);
  const first = await sizes('a');
  const all = seen.reads;
  expect(await sizes('a')).toEqual({ ...first, measuredAt: expect.any(Number) });
  const again = seen.reads - all;
  expect(again).toBeLessThan(all / 2); // the header and the table alone
  // Started, written to, and stopped: header and table are as before.
  image = imageBytes({ ...drawn, now: disk([0, 3], [1, 9]) });
  seen.written++;
  expect(await sizes('a')).toMatchObject({ changed: size(2) });
});

test('an image that is another one meanwhile is not told of, even where its header is as before', async () => {
  let replaces = true;
  const { sizes, seen } = await host({}, () => {
    if (replaces) seen.written++;
    return imageBytes(drawn);
  });
  expect(await sizes('a')).toMatchObject({ changed: unknown('changing'), frees: unknown('changing') });
  replaces = false;
  expect(await sizes('a')).toMatchObject({ changed: size(1), frees: size(3) });
});

test('of a running guest nothing is kept', async () => {
  const { sizes, seen } = await host({ state: 'running' });
  await sizes('a');
  const all = seen.reads;
  await sizes('a');
  expect(seen.reads).toBe(2 * all);
});

test('nothing is read while Snapkeel changes the domain', async () => {
  const { sizes, list, seen } = await host();
  await bench.session.holding(uuid, async () => {
    const busy = unknown('busy');
    expect(await sizes('a')).toMatchObject({ changed: busy, frees: busy, revertFrees: busy });
    expect(await list()).toMatchObject({ isBusy: true, snapshots: [] });
  });
  expect(seen.reads).toBe(0);
});

test('it ends when nobody wants it any more', async () => {
  const stop = new AbortController();
  const { sizesUntil, seen } = await host({}, () => {
    stop.abort(new Error('closed'));
    return imageBytes(drawn);
  });
  await expect(sizesUntil(stop.signal, 'a')).rejects.toThrow('closed');
  expect(seen.reads).toBeLessThan(3);
});

test('it ends when a change begins meanwhile', async () => {
  let begun: Promise<void> | undefined;
  let end = () => {};
  const { sizes, seen } = await host({}, () => {
    begun ??= bench.session.holding(uuid, () => new Promise<void>((resolve) => (end = resolve)));
    return imageBytes(drawn);
  });
  expect(await sizes('a')).toMatchObject({ frees: unknown('busy') });
  expect(seen.reads).toBeLessThan(3);
  end();
  await begun;
});
