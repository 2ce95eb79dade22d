import { afterEach, expect, test } from 'vitest';
import { sizeList } from '../inspect/sizes/list.ts';
import { stalePools } from '../inspect/sizes/stale-pools.ts';
import type { DomainSpec } from '../simulator/build.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { refreshPools } from './refresh-pools.ts';

let bench: Bench;
afterEach(() => bench.close());
const never = new AbortController().signal;
const uuid = uuidOf(1);
const folder = '/var/lib/libvirt/images';
const overlay = `${folder}/g.x`;
const agreed = [{ name: 'default', folder }];

/** A host whose pool was scanned before an overlay was there. */
async function host(spec: Partial<DomainSpec> = {}): Promise<void> {
  // Of overlays that are in use, libvirt tells the sizes by itself.
  const snapshots = ['x', 'y'].map((name, n) => ({ name, ago: 60 - n, external: true, parent: null }));
  const strays = [{ path: overlay, backing: [] }];
  bench = createBench([{ uuid, name: 'g', snapshots, strays, unlisted: [overlay], ...spec }]);
  bench.session.connect();
  await bench.status('connected');
}
const sizeOf = async () => (await sizeList(bench.session, uuid, never)).snapshots[0]?.files;
const refreshes = () => bench.simulator.faults.calls.filter((each) => each === 'storagePoolRefresh').length;
const refresh = (pools = agreed) => refreshPools(bench.session, uuid, pools, never, (line) => bench.lines.push(line));

test('a file that its pool has not listed has no size until the pool is scanned again', async () => {
  await host();
  expect(await sizeOf()).toEqual({ known: false, why: 'newer-than-pool' });
  const stale = [{ ...agreed[0], images: [overlay] }];
  expect(await stalePools(bench.session, uuid, never)).toEqual(stale);
  expect(refreshes()).toBe(0);
  expect(await refresh()).toEqual(stale);
  expect(refreshes()).toBe(1);
  expect(bench.lines.at(-1)).toContain('has scanned the storage pool "default"');
  expect(await sizeOf()).toMatchObject({ known: true });
  expect(await stalePools(bench.session, uuid, never)).toEqual([]);
});

test('only a pool that was agreed to is scanned, and none that lists everything by now', async () => {
  await host();
  expect(await refresh([{ name: 'other', folder }])).toEqual([]);
  expect(await refresh([{ name: 'default', folder: '/elsewhere' }])).toEqual([]);
  expect(refreshes()).toBe(0);
  await refresh();
  expect(await refresh()).toEqual([]);
  expect(refreshes()).toBe(1);
});

test('a host that is read-only, and a domain that is being changed, are left alone', async () => {
  await host();
  await bench.session.holding(uuid, async () => {
    await expect(refresh()).rejects.toMatchObject({ problem: { code: 'RESOURCE_BUSY' } });
  });
  const readOnly = { ...bench.session.host, readOnly: true };
  const session = {
    host: readOnly,
    reads: bench.session.reads,
    writes: bench.session.writes,
    readSnapshots: bench.session.readSnapshots.bind(bench.session),
    isHeld: bench.session.isHeld.bind(bench.session),
  };
  await expect(refreshPools(session, uuid, agreed, never, () => {})).rejects.toMatchObject({
    problem: { code: 'READ_ONLY_HOST' },
  });
  expect(refreshes()).toBe(0);
});

test('what libvirt refuses is told', async () => {
  await host();
  bench.simulator.faults.failNext('storagePoolRefresh', {
    code: 55,
    domain: 18,
    message: 'pool has asynchronous jobs',
  });
  await expect(refresh()).rejects.toMatchObject({ code: 55 });
  expect(await sizeOf()).toEqual({ known: false, why: 'newer-than-pool' });
});
