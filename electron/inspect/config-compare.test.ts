import { afterEach, expect, test } from 'vitest';
import type { ConfigSide } from '../../shared/schema.ts';
import { type DomainSpec, qcow2 } from '../simulator/build.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { compareWithSnapshot } from './config-compare.ts';

let bench: Bench;
afterEach(() => bench.close());

async function compare(spec: Omit<DomainSpec, 'uuid'>, name: string, side: ConfigSide = 'live') {
  bench = createBench([{ uuid: uuidOf(1), ...spec }]);
  bench.session.connect();
  await bench.status('connected');
  return compareWithSnapshot(bench.session, uuidOf(1), name, side);
}

test('a running guest is compared as it runs, and as it will start', async () => {
  const spec = {
    name: 'g',
    state: 'running' as const,
    snapshots: [{ name: 's', ago: 60, state: 'running' as const }],
    since: { memoryKiB: 4 * 1024 ** 2, disks: [qcow2('g', 'vda'), qcow2('g', 'vdb')] },
  };
  const compared = await compare(spec, 's');
  expect(compared).toMatchObject({ with: 'live', counts: { live: 3, inactive: 3 }, layered: [] });
  expect(compared.changes).toEqual([
    { label: 'Memory', snapshot: '2 GiB', now: '4 GiB', kind: 'changed' },
    { label: 'Disk sda', snapshot: 'cdrom, sata, raw', now: '', kind: 'removed since' },
    {
      label: 'Disk vdb',
      snapshot: '',
      now: 'virtio, qcow2, /var/lib/libvirt/images/g-vdb.qcow2',
      kind: 'added since',
    },
  ]);
  expect(compared.lines.filter(({ kind }) => kind === 'changed')).toHaveLength(1);
});

test('nothing that a daemon writes at run time shows, whatever the snapshot holds', async () => {
  const snapshots = (['shutoff', 'running', 'disk-snapshot'] as const).map((state, n) => ({
    name: `s${n}`,
    ago: 60 - n,
    state,
  }));
  const spec = { name: 'g', state: 'running' as const, firmware: 'efi' as const, snapshots };
  for (const { name } of snapshots)
    for (const side of ['live', 'inactive'] as const) {
      const compared = await compare(spec, name, side);
      expect(compared).toMatchObject({ with: side, counts: { live: 0, inactive: 0 }, changes: [] });
      await bench.close();
    }
});

test('overlays that snapshots made are told, not counted', async () => {
  const spec = {
    name: 'g',
    snapshots: [
      { name: 'a', ago: 60, external: true },
      { name: 'b', ago: 50, external: true },
    ],
  };
  expect(await compare(spec, 'a', 'inactive')).toMatchObject({ changes: [], layered: ['vda'] });
});

test('a domain that is off has only its next start, a transient one only what runs', async () => {
  const snapshots = [{ name: 's', ago: 60 }];
  expect(await compare({ name: 'g', snapshots }, 's', 'live')).toMatchObject({
    with: 'inactive',
    counts: { live: null, inactive: 0 },
  });
  await bench.close();
  const transient = { name: 'g', snapshots, state: 'running' as const, persistent: false };
  expect(await compare(transient, 's', 'inactive')).toMatchObject({
    with: 'live',
    counts: { live: 0, inactive: null },
  });
});

test('a snapshot without a configuration, and one that is gone', async () => {
  const compared = await compare({ name: 'g', snapshots: [{ name: 's', ago: 60, noConfig: true }] }, 's');
  expect(compared).toMatchObject({ with: null, changes: [], lines: [], counts: { live: null, inactive: null } });
  const { session } = bench;
  await expect(compareWithSnapshot(session, uuidOf(1), 'gone', 'live')).rejects.toMatchObject({
    problem: { code: 'SNAPSHOT_GONE' },
  });
  await expect(compareWithSnapshot(session, uuidOf(2), 's', 'live')).rejects.toMatchObject({
    problem: { code: 'NO_DOMAIN' },
  });
});

test('two snapshots: what the second has otherwise, either way round', async () => {
  const snapshots = [
    { name: 'a', ago: 60 },
    { name: 'b', ago: 50, state: 'running' as const, changed: { memoryKiB: 4 * 1024 ** 2, vcpus: 8 } },
    { name: 'c', ago: 40, state: 'running' as const },
    { name: 'bare', ago: 30, noConfig: true },
  ];
  await compare({ name: 'g', snapshots }, 'a');
  const { session } = bench;
  const between = (left: string, right: string) => compareWithSnapshot(session, uuidOf(1), left, { snapshot: right });
  const forth = await between('a', 'b');
  expect(forth).toMatchObject({ with: { snapshot: 'b' }, counts: { live: null, inactive: null } });
  expect(forth.changes).toMatchObject([
    { label: 'Memory', snapshot: '2 GiB', now: '4 GiB' },
    { label: 'Virtual CPUs', snapshot: '2', now: '8' },
  ]);
  expect((await between('b', 'a')).changes).toMatchObject([{ snapshot: '4 GiB', now: '2 GiB' }, { now: '2' }]);
  expect((await between('b', 'c')).changes).toEqual([]);
  expect(await between('a', 'bare')).toMatchObject({ with: null, changes: [] });
  await expect(between('a', 'gone')).rejects.toMatchObject({ problem: { code: 'SNAPSHOT_GONE' } });
});

test('two external snapshots are on layers of one chain, which is no change', async () => {
  const snapshots = ['a', 'b', 'c'].map((name, n) => ({ name, ago: 60 - n, external: true }));
  await compare({ name: 'g', snapshots }, 'a');
  const compared = await compareWithSnapshot(bench.session, uuidOf(1), 'a', { snapshot: 'c' });
  expect(compared).toMatchObject({ changes: [], layered: ['vda'] });
});
