import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import { RevertFacts } from '../../../shared/schema.ts';
import { cdrom, type DomainSpec, qcow2 } from '../../simulator/build.ts';
import { type Bench, createBench, uuidOf } from '../../testing.ts';
import { gatherRevert } from './facts.ts';

const [layered, inside, far, template] = [uuidOf(1), uuidOf(2), uuidOf(3), uuidOf(4)];
const images = '/var/lib/libvirt/images';
const specs: readonly DomainSpec[] = [
  {
    name: 'layered',
    uuid: layered,
    state: 'running',
    checkpoints: ['monday'],
    snapshots: [
      { name: 'first', ago: 900, state: 'running', external: true },
      { name: 'second', ago: 600, state: 'disk-snapshot', external: true },
    ],
  },
  {
    name: 'inside',
    uuid: inside,
    snapshots: [
      { name: 'a', ago: 900 },
      { name: 'e', ago: 600, external: true },
    ],
    since: { disks: [{ ...qcow2('inside', 'vda'), path: '/var/lib/libvirt/images/copy.qcow2' }, cdrom] },
  },
  {
    name: 'far',
    uuid: far,
    // No storage pool has it.
    disks: [{ ...qcow2('far', 'vda'), path: '/srv/far.qcow2' }],
    snapshots: [{ name: 'a', ago: 900 }],
  },
  {
    name: 'template',
    uuid: template,
    snapshots: [{ name: 'a', ago: 900 }],
    strays: [
      { path: `${images}/laid-aside.qcow2`, backing: [`${images}/template.qcow2`] },
      { path: `${images}/upon-it.qcow2`, backing: [`${images}/laid-aside.qcow2`, `${images}/template.qcow2`] },
    ],
  },
  {
    name: 'shop',
    uuid: uuidOf(5),
    disks: [{ ...qcow2('shop', 'vda'), backing: [`${images}/template.qcow2`] }],
  },
];
let bench: Bench;
beforeEach(async () => {
  bench = createBench(specs);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());
const facts = async (uuid: string, name: string, interrupted: string[] = []) =>
  RevertFacts.parse(
    (
      await gatherRevert(bench.session, uuid, { kind: 'named', name }, null, {
        marked: (_host, _uuid, kind) => new Set(kind === 'interrupted' ? interrupted : []),
      })
    ).facts,
  );

it('an external snapshot: its image, the overlays that go with the revert, and who needs them', async () => {
  const { stored, overlays, data, domain, history } = await facts(layered, 'first');
  expect(domain).toMatchObject({ active: true, job: false, checkpoints: [{ name: 'monday' }] });
  const base = '/var/lib/libvirt/images/layered.qcow2';
  expect(stored.disks.find(({ target }) => target === 'vda')).toMatchObject({
    kind: 'external',
    image: { path: base },
    missing: [],
    unseen: [],
    attached: true,
    related: true,
  });
  expect(stored.memoryFile?.exists).toBe(true);
  expect(overlays).toMatchObject([{ target: 'vda', inUse: true, neededBy: [] }]);
  expect(overlays[0]?.file).toBe(stored.disks.find(({ target }) => target === 'vda')?.now);
  expect(data).toEqual({ state: 'there', why: [] });
  expect(history).toEqual({
    leftBehind: { names: ['second'], count: 1 },
    destroyed: { names: [], count: 0 },
    unsure: { names: [], count: 0 },
    now: 'stays',
    spoiled: [],
  });
});

it('an internal snapshot: what lies on its image is lost, and today’s image may be another', async () => {
  const { stored, history, hasConfig } = await facts(inside, 'a');
  expect(hasConfig).toBe(true);
  expect(stored.disks.find(({ target }) => target === 'vda')).toMatchObject({
    kind: 'internal',
    image: { path: '/var/lib/libvirt/images/inside.qcow2' },
    now: '/var/lib/libvirt/images/copy.qcow2',
  });
  expect(history.destroyed).toEqual({ names: ['e'], count: 1 });
});

it('what lies on the image that is reverted, of which nobody else tells', async () => {
  const { history } = await facts(template, 'a');
  const on = `${images}/template.qcow2`;
  expect(history.spoiled.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: `${images}/laid-aside.qcow2`, on, usedBy: [] },
    { path: `${images}/shop.qcow2`, on, usedBy: ['shop'] },
    { path: `${images}/upon-it.qcow2`, on: `${images}/laid-aside.qcow2`, usedBy: [] },
  ]);
});

it('an image that is gone', async () => {
  bench.simulator.hands.removeFile('layered', '/var/lib/libvirt/images/layered.qcow2');
  const { stored, data } = await facts(layered, 'first');
  expect(stored.disks.find(({ target }) => target === 'vda')?.missing).toEqual([
    '/var/lib/libvirt/images/layered.qcow2',
  ]);
  expect(data.state).toBe('gone');
});

it('what no storage pool has is not known to be inside', async () => {
  const { data } = await facts(far, 'a');
  expect(data.state).toBe('unknown');
  expect(data.why.map(({ code }) => code)).toContain('tags-unread');
});

it('what libvirt refuses to tell is null', async () => {
  const refused = { code: errorCode.OPERATION_DENIED, domain: 10 };
  bench.simulator.faults.failNext('domainListAllCheckpoints', refused);
  bench.simulator.faults.failNext('domainGetJobInfo', refused);
  const { domain } = await facts(layered, 'first');
  expect(domain).toMatchObject({ checkpoints: null, job: null });
});

it('a deletion that was seen to be broken off makes a mixture', async () => {
  expect((await facts(layered, 'second', ['second'])).data.state).toBe('mixture');
});
