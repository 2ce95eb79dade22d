import { afterEach, expect, test } from 'vitest';
import { isHealthy } from '../../../shared/health/assess.ts';
import type { HealthReport } from '../../../shared/schema.ts';
import { buildDomain, type DomainSpec, qcow2 } from '../../simulator/build.ts';
import { demoDomains } from '../../simulator/demo.ts';
import type { SimulatorOptions } from '../../simulator/simulator.ts';
import { type Bench, createBench, uuidOf } from '../../testing.ts';
import { diskChains } from './layers.ts';
import { healthOf } from './report.ts';

let bench: Bench;
afterEach(() => bench.close());
const never = new AbortController().signal;
const images = '/var/lib/libvirt/images';

async function host(spec: Omit<DomainSpec, 'uuid' | 'name'>, options: SimulatorOptions = {}) {
  bench = createBench([{ uuid: uuidOf(1), name: 'g', ...spec }], options);
  bench.session.connect();
  await bench.status('connected');
  return {
    health: () => healthOf(bench.session, uuidOf(1), never),
    chains: (name: string | null) => diskChains(bench.session, uuidOf(1), name, never),
    revert: async (name: string) => {
      const { revertToSnapshot } = await import('../../libvirt/snapshots.ts');
      await revertToSnapshot(bench.session.writes, uuidOf(1), name, 0);
    },
  };
}
const codes = ({ findings }: HealthReport) => findings.map(({ code }) => code);
const external = (name: string, ago: number) => ({ name, ago, external: true });

test('the images of a snapshot and of the domain now, with sizes and owners', async () => {
  const { chains } = await host({ snapshots: [external('a', 60), external('b', 50)] });
  expect(await chains(null)).toMatchObject([
    {
      target: 'vda',
      kind: null,
      layers: [
        { path: `${images}/g.b`, format: 'qcow2', active: true, holds: [], made: { by: 'snapshot', snapshot: 'b' } },
        { path: `${images}/g.a`, exists: true, active: false, holds: ['b'] },
        { path: `${images}/g.qcow2`, holds: ['a'], virtualBytes: 40 * 1024 ** 3, allocatedBytes: 12 * 1024 ** 3 },
      ],
    },
  ]);
  expect(await chains('a')).toMatchObject([
    { target: 'vda', kind: 'external', layers: [{ path: `${images}/g.qcow2`, allocatedBytes: 12 * 1024 ** 3 }] },
  ]);
  await expect(chains('gone')).rejects.toMatchObject({ problem: { code: 'SNAPSHOT_GONE' } });
});

test('internal snapshots are inside the image, and nothing ails', async () => {
  const { chains, health } = await host({ state: 'running', snapshots: [{ name: 'i', ago: 60, state: 'running' }] });
  expect(await chains('i')).toMatchObject([{ kind: 'internal', layers: [{ inside: ['i'], active: true }] }]);
  const report = await health();
  expect(report.findings).toEqual([]);
  expect(report.checked.join(' ')).toContain('1 snapshot');
  expect(report.checked.join(' ')).toContain('inside 1 image');
  expect(report.unchecked).toEqual([]);
});

test('after a revert the other branch is still whole, sizes from the pool', async () => {
  const { chains, health, revert } = await host({ snapshots: [external('a', 60), external('b', 50)] });
  await revert('a');
  expect(isHealthy(await health())).toBe(true);
  expect(await chains('b')).toMatchObject([
    { layers: [{ path: `${images}/g.a`, exists: true, allocatedBytes: 1.5 * 1024 ** 3, active: false }, {}] },
  ]);
  expect(await chains(null)).toMatchObject([{ layers: [{ made: { by: 'revert', snapshot: 'a' } }, { holds: ['a'] }] }]);
});

test('a file that only another branch needs is gone', async () => {
  const { health, revert } = await host({ snapshots: [external('a', 60), external('b', 50), external('c', 40)] });
  await revert('a');
  bench.simulator.hands.removeFile('g', `${images}/g.a`);
  const { findings } = await health();
  expect(findings).toMatchObject([
    {
      code: 'snapshot-disk-missing',
      level: 'broken',
      snapshots: ['b', 'c'],
      files: [`${images}/g.a`],
      offers: [
        { command: 'snapshot.delete', snapshot: 'b' },
        { command: 'snapshot.delete', snapshot: 'c' },
      ],
      shell: ['virsh snapshot-delete g b --metadata'],
    },
  ]);
  await expect(revert('b')).rejects.toMatchObject({ code: 67, domain: 35 });
});

test.each([
  ['off', 'shutoff', 'cannot start'],
  ['running', 'running', 'Everything it writes there is lost for good'],
] as const)('the image that is written to is gone, guest %s', async (_, state, means) => {
  const { health } = await host({ state, snapshots: [external('a', 60)] });
  bench.simulator.hands.removeFile('g', `${images}/g.a`);
  const { findings } = await health();
  expect(findings).toMatchObject([{ code: 'active-missing', level: 'broken', snapshots: [] }]);
  expect(findings[0]?.means).toContain(means);
});

test('an image below is gone: the snapshots that need it are named', async () => {
  const { health } = await host({ snapshots: [external('a', 60), external('b', 50)] });
  bench.simulator.hands.removeFile('g', `${images}/g.qcow2`);
  expect((await health()).findings).toMatchObject([{ code: 'backing-missing', snapshots: ['a', 'b'] }]);
});

test('memory that is gone, and metadata deleted alone', async () => {
  const { health } = await host({
    state: 'running',
    snapshots: [{ name: 'm', ago: 60, external: true, state: 'running' }, external('x', 50)],
  });
  bench.simulator.hands.removeFile('g', '/var/lib/libvirt/qemu/snapshot/m.mem');
  bench.simulator.hands.deleteSnapshot('g', 'x', 2);
  const { findings } = await health();
  expect(findings).toMatchObject([
    { code: 'memory-missing', snapshots: ['m'] },
    { code: 'unowned-layer', level: 'warning', files: [`${images}/g.x`] },
  ]);
  expect(findings[1]?.what).toContain('made for a snapshot “x”');
});

test('metadata of another branch deleted alone leaves a file that nobody needs', async () => {
  const { health, revert } = await host({ snapshots: [external('a', 60), external('b', 50)] });
  await revert('a');
  bench.simulator.hands.deleteSnapshot('g', 'b', 2);
  expect((await health()).findings).toMatchObject([{ code: 'unneeded-file', level: 'note', files: [`${images}/g.a`] }]);
});

test('a clone of a template is told, and is no illness', async () => {
  const clone = { ...qcow2('g', 'vda'), backing: [`${images}/template.qcow2`] };
  const { health } = await host({ disks: [clone], snapshots: [external('a', 60)] });
  const report = await health();
  expect(codes(report)).toEqual(['unowned-layer']);
  expect(isHealthy(report)).toBe(true);
});

test('a file beside the images that nobody knows of; another domain’s clone is somebody’s', async () => {
  const stray = { path: `${images}/g.tmp`, backing: [`${images}/g.qcow2`] };
  const clone = { ...qcow2('clone', 'vda'), backing: [`${images}/g.qcow2`] };
  bench = createBench([
    { uuid: uuidOf(1), name: 'g', snapshots: [external('a', 60)], strays: [stray] },
    { uuid: uuidOf(2), name: 'clone', disks: [clone] },
  ]);
  bench.session.connect();
  await bench.status('connected');
  const report = await healthOf(bench.session, uuidOf(1), never);
  expect(report.findings).toMatchObject([{ code: 'unneeded-file', files: [stray.path] }]);
});

test('a deep chain is worse on a libvirt that breaks by it', async () => {
  const snapshots = Array.from({ length: 27 }, (_, n) => external(`s${n}`, 100 - n));
  const deep = await host({ snapshots });
  expect((await deep.health()).findings).toMatchObject([{ code: 'chain-depth', level: 'broken' }]);
  await bench.close();
  const newer = await host({ snapshots }, { libvirtVersion: 12_008_000 });
  expect((await newer.health()).findings).toMatchObject([{ code: 'chain-depth', level: 'warning' }]);
});

test('an old libvirt, a managed save, and no current snapshot', async () => {
  const { health } = await host(
    { managedSave: true, snapshots: [external('a', 60)], current: 'a' },
    { libvirtVersion: 9_000_000 },
  );
  expect(codes(await health())).toEqual(['managed-save', 'no-external-revert']);
  await bench.close();
  const lost = await host({ snapshots: [external('a', 60), external('b', 50)] });
  bench.simulator.hands.forgetCurrent('g');
  expect((await lost.health()).findings).toMatchObject([
    { code: 'no-current', snapshots: ['b'], shell: ['virsh snapshot-current g b'] },
  ]);
});

test('a current snapshot that was moved by hand would destroy the others', async () => {
  const { health } = await host({ snapshots: [external('a', 60), external('b', 50)], current: 'b' });
  const domain = bench.simulator.hands.domain('g');
  bench.simulator.hands.define({ ...domain, current: 'a' });
  expect((await health()).findings).toMatchObject([
    { code: 'revert-would-destroy', level: 'broken', snapshots: ['b'], files: [`${images}/g.a`] },
  ]);
});

test('the domain writes to the disk of a snapshot', async () => {
  const { health } = await host({ snapshots: [external('a', 60)], since: { disks: [qcow2('g', 'vda')] } });
  const report = await health();
  expect(codes(report)).toContain('written-under');
  expect(report.findings.find(({ code }) => code === 'written-under')).toMatchObject({ snapshots: ['a'] });
});

test('a disk that was detached, a configuration that is missing, a mixture', async () => {
  const { health } = await host({
    disks: ['vda', 'vdb'],
    snapshots: [{ name: 'old', ago: 90, noConfig: true }, { name: 'i', ago: 60 }, external('e', 50)],
    since: { disks: [qcow2('g', 'vda')] },
  });
  const found = codes(await health());
  expect(found).toEqual(expect.arrayContaining(['disk-detached', 'no-config', 'mixed']));
});

test('the demo: two domains ail, the others do not', { timeout: 180_000 }, async () => {
  bench = createBench([], { domains: demoDomains(Date.now()) });
  bench.session.connect();
  await bench.status('connected');
  const ill: Record<string, string[]> = {};
  for (const { name, uuid } of bench.session.domains) {
    const report = await healthOf(bench.session, uuid, never);
    if (report.findings.length > 0) ill[name] = codes(report);
  }
  expect(ill).toEqual({
    'game-server': ['chain-depth'],
    'legacy-erp': ['no-config'],
    wiki: ['snapshot-disk-missing', 'unowned-layer', 'unneeded-file'],
  });
});

test('five hundred snapshots are looked at in passing, and one can stop', { timeout: 180_000 }, async () => {
  const now = Math.floor(Date.now() / 1000);
  const snapshots = Array.from({ length: 500 }, (_, n) => ({ name: `s${n}`, ago: 1000 - n }));
  bench = createBench([], { domains: [buildDomain({ name: 'g', uuid: uuidOf(1), snapshots }, now)] });
  bench.session.connect();
  await bench.status('connected');
  expect((await healthOf(bench.session, uuidOf(1), never)).findings).toEqual([]);
  const stop = new AbortController();
  const asked = healthOf(bench.session, uuidOf(1), stop.signal);
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
