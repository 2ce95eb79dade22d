import { afterEach, describe, expect, it } from 'vitest';
import type { RpcConnection } from '../libvirt/connection.ts';
import { procedures } from '../libvirt/procedures.ts';
import { buildDomain, type DomainSpec, qcow2 } from './build.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { answer, connect, lookup, watch } from './testing.ts';

const uuid = '00000000-0000-4000-8000-000000000001';
const flag = { redefine: 1, current: 2, noMetadata: 4, halt: 8, diskOnly: 16, quiesce: 64, live: 256 } as const;
let simulator: Simulator;
let connection: RpcConnection;
afterEach(() => simulator.close());

async function host(spec: Partial<DomainSpec>, libvirtVersion = 11_003_000) {
  const domains = [buildDomain({ name: 'g', uuid, state: 'running', ...spec }, 1_700_000_000)];
  simulator = createSimulator({ domains, libvirtVersion, revertMs: 0, now: () => 1_700_000_100_000 });
  connection = await connect(simulator);
  const domain = await lookup(connection, 'g');
  return {
    create: (inner: string, flags = 0) => {
      const xml = `<domainsnapshot>${inner}</domainsnapshot>`;
      return answer(connection.call(procedures.domainSnapshotCreateXml, { domain, xml, flags }));
    },
    remove: (name: string, flags = 0) =>
      answer(connection.call(procedures.domainSnapshotDelete, { snapshot: { name, domain }, flags })),
    xml: async (name: string) =>
      (await connection.call(procedures.domainSnapshotGetXmlDesc, { snapshot: { name, domain }, flags: 1 })).xml,
    list: async (flags: number) => {
      const args = { domain, needResults: 1, flags };
      return (await connection.call(procedures.domainListAllSnapshots, args)).snapshots.map(({ name }) => name);
    },
    domain,
    model: () => simulator.hands.domain('g'),
  };
}

describe('creating', () => {
  it('pauses a running guest, and makes the snapshot current', async () => {
    const { create, model, xml } = await host({}, 9_000_000);
    const events = await watch(connection);
    expect(await create('<name>a&amp;b</name><description>x &lt; y</description>')).toBe('ok');
    expect(events).toEqual(['3/0', '4/0']);
    expect(model()).toMatchObject({ current: 'a&b', reason: 5 });
    expect(await create('')).toBe('ok');
    expect(model()).toMatchObject({ current: '1700000100' });
    const text = await xml('a&b');
    expect(text).toContain("<memory snapshot='internal'/>");
    expect(text).toContain('<inactiveDomain');
    expect(text).toContain('<cookie>');
  });

  it('puts overlays on the disks', async () => {
    const { create, model } = await host({});
    expect(await create('<name>d</name>', flag.diskOnly)).toBe('ok');
    const snapshot = model().snapshots[0];
    expect(snapshot).toMatchObject({ state: 'disk-snapshot', memory: 'no' });
    expect(snapshot?.disks[0]).toEqual({ target: 'vda', kind: 'external', file: '/var/lib/libvirt/images/g.d' });
    expect(model().live?.disks[0]).toMatchObject({
      path: '/var/lib/libvirt/images/g.d',
      backing: ['/var/lib/libvirt/images/g.qcow2'],
    });
    expect(await create('<name>n</name>', flag.diskOnly | flag.noMetadata)).toBe('ok');
    expect([model().snapshots.length, model().live?.disks[0]?.backing.length]).toEqual([1, 2]);
    expect(await create('<name>h</name>', flag.halt | flag.diskOnly)).toBe('ok');
    expect(model()).toMatchObject({ state: 'shutoff', reason: 7 });
  });

  const raw = { ...qcow2('g', 'vda'), format: 'raw' } as const;
  it.each<[string, Partial<DomainSpec>, string, number, string]>([
    ['internal on raw', { disks: [raw] }, '', 0, '67/10'],
    ['disk-only with an internal disk', {}, "<disks><disk name='vda' snapshot='internal'/></disks>", 16, '67/10'],
    ['disk-only of nothing', {}, "<disks><disk name='vda' snapshot='no'/></disks>", 16, '67/10'],
    ['internal without a disk', {}, "<disks><disk name='vda' snapshot='no'/></disks>", 0, '67/10'],
    ['internal without memory', {}, "<memory snapshot='no'/>", 0, '84/10'],
    ['internal mixed with external', {}, "<disks><disk name='vda' snapshot='external'/></disks>", 0, '67/10'],
    ['memory of a guest that is off', { state: 'shutoff' }, "<memory snapshot='internal'/>", 0, '27/35'],
    ['quiesce with memory', {}, '', flag.quiesce, '8/10'],
    ['live without external memory', {}, '', flag.live, '84/10'],
    ['current without redefine', {}, '', flag.current, '8/35'],
    ['redefine with halt', {}, '', flag.redefine | flag.halt, '8/35'],
    ['halt of a transient domain', { persistent: false }, '', flag.halt, '55/10'],
    ['an unknown flag', {}, '', 1 << 20, '8/10'],
    ['a slash in the name', {}, '<name>a/b</name>', 0, '35/10'],
    ['a name that is taken', { snapshots: [{ name: 's', ago: 1 }] }, '<name>s</name>', 0, '9/20'],
    ['a relative memory path', {}, "<memory file='x'/>", 0, '27/35'],
    ['bad XML', {}, '<name>', 0, '35/35'],
    ['a control character', {}, '<name>a\u0001b</name>', 0, '35/35'],
    ['during a block job', { blockJobs: ['vda'] }, '', 0, '83/10'],
  ])('refuses %s', async (_, spec, xml, flags, expected) => {
    const { create, model } = await host(spec);
    const before = model();
    expect(await create(xml, flags)).toBe(expected);
    expect(model()).toBe(before);
  });

  it('refuses internal snapshots of running UEFI guests before 10.9', async () => {
    expect(await (await host({ firmware: 'efi' }, 9_000_000)).create('')).toBe('84/10');
    expect(await (await host({ firmware: 'efi' })).create('')).toBe('ok');
  });
});

describe('redefining', () => {
  it('restores metadata as it was, and its place', async () => {
    const snapshots = [
      { name: 'a', ago: 3, state: 'running' as const },
      { name: 'b', ago: 2 },
      { name: 'c', ago: 1, state: 'disk-snapshot' as const },
    ];
    const { create, xml, model, remove } = await host({ snapshots });
    const before = model().snapshots;
    const saved = await Promise.all(before.map(({ name }) => xml(name)));
    for (const name of ['c', 'b', 'a']) expect(await remove(name, 2)).toBe('ok');
    expect(model()).toMatchObject({ snapshots: [], current: null });
    for (const [index, text] of saved.entries()) {
      const inner = text.replace(/<\/?domainsnapshot>/g, '');
      expect(await create(inner, flag.redefine | (index === 2 ? flag.current | flag.diskOnly : 0))).toBe('ok');
    }
    // What the guest's clock showed is no part of the metadata.
    expect(model().snapshots).toEqual(before.map((each) => ({ ...each, ran: expect.any(Number) })));
    expect(model().current).toBe('c');
  });

  it('refuses what does not fit', async () => {
    const { create, xml } = await host({
      snapshots: [
        { name: 's', ago: 3 },
        { name: 't', ago: 2 },
      ],
    });
    const meta = '<state>shutoff</state><creationTime>1</creationTime>';
    expect(await create(`<name>new</name>${meta}`, 1)).toBe('1/35');
    expect(await create(`<name>s</name>${meta}<description>edited</description>`, 1)).toBe('ok');
    expect(await xml('s')).toContain('<description>edited</description>');
    expect(await xml('s')).toContain('<memory unit=');
    expect(await create(`<name>s</name>${meta}<parent><name>s</name></parent>`, 1)).toBe('8/20');
    expect(await create(`<name>s</name>${meta}<parent><name>t</name></parent>`, 1)).toBe('8/20');
    expect(await create(`<name>s</name>${meta}<parent><name>x</name></parent>`, 1)).toBe('8/20');
    expect(await create('<name>s</name><state>shutoff</state>', 1)).toBe('1/35');
    expect(await create('<name>s</name><creationTime>1</creationTime>', 1)).toBe('27/35');
    expect(await create('<name>s</name><state>bogus</state><creationTime>1</creationTime>', 1)).toBe('67/35');
    expect(await create(`<name>s</name>${meta}<disks><disk name='vdq' snapshot='no'/></disks>`, 1)).toBe('67/35');
    expect(await create('<name>s</name><state>running</state><creationTime>1</creationTime>', 1)).toBe('8/35');
    expect(await create(`<name>s</name>${meta}<domain><uuid>x</uuid></domain>`, 1)).toBe('8/35');
  });
});

describe('deleting', () => {
  const tree = [
    { name: 'a', ago: 9 },
    { name: 'b', ago: 8 },
    { name: 'c', ago: 7 },
    { name: 'd', ago: 6, parent: 'a' },
  ];
  it.each<[string, string, number, string, (string | null)[][]]>([
    [
      'the middle: children go up',
      'b',
      0,
      'd',
      [
        ['a', null],
        ['c', 'a'],
        ['d', 'a'],
      ],
    ],
    [
      'the current one: its parent is next',
      'd',
      0,
      'a',
      [
        ['a', null],
        ['b', 'a'],
        ['c', 'b'],
      ],
    ],
    [
      'with all below',
      'b',
      1,
      'd',
      [
        ['a', null],
        ['d', 'a'],
      ],
    ],
    ['all below only', 'a', 4, 'a', [['a', null]]],
    [
      'a root',
      'a',
      0,
      'd',
      [
        ['b', null],
        ['c', 'b'],
        ['d', null],
      ],
    ],
  ])('%s', async (_, name, flags, current, left) => {
    const { remove, model } = await host({ snapshots: tree });
    expect(await remove(name, flags)).toBe('ok');
    expect(model().snapshots.map((each) => [each.name, each.parent])).toEqual(left);
    expect(model().current).toBe(current);
  });

  it('commits overlays of external snapshots, into what lies below', async () => {
    const external = { state: 'disk-snapshot' } as const;
    const snapshots = [
      { name: 'a', ago: 9, ...external },
      { name: 'b', ago: 8, ...external },
    ];
    const { remove, model } = await host({ snapshots });
    expect(await remove('b')).toBe('ok');
    expect(model().live?.disks[0]).toMatchObject({
      path: '/var/lib/libvirt/images/g.a',
      backing: ['/var/lib/libvirt/images/g.qcow2'],
    });
    expect(await remove('a')).toBe('ok');
    expect(model().live?.disks[0]).toMatchObject({ path: '/var/lib/libvirt/images/g.qcow2', backing: [] });
  });

  it('refuses', async () => {
    const external = { state: 'disk-snapshot' } as const;
    const internal = await host({ snapshots: tree });
    expect(await internal.remove('a', 5)).toBe('8/35');
    expect(await internal.remove('a', 8)).toBe('8/10');
    expect(await internal.remove('x')).toBe('72/10');
    const chain = [
      { name: 'a', ago: 9, ...external },
      { name: 'b', ago: 8, ...external },
    ];
    expect(await (await host({ snapshots: chain }, 7_000_000)).remove('b')).toBe('67/10');
    expect(await (await host({ snapshots: chain })).remove('a', 1)).toBe('67/10');
    expect(await (await host({ snapshots: chain, current: 'a' })).remove('a')).toBe('67/10');
    expect(await (await host({ snapshots: chain, blockJobs: ['vda'] })).remove('b')).toBe('84/10');
    const mixed = [
      { name: 'a', ago: 9 },
      { name: 'b', ago: 8, ...external },
    ];
    expect(await (await host({ snapshots: mixed })).remove('b')).toBe('84/10');
    expect(await (await host({ snapshots: mixed })).remove('b', 2)).toBe('ok');
  });
});

describe('looking', () => {
  it('filters', async () => {
    const { list, domain } = await host({
      snapshots: [
        { name: 'off', ago: 9 },
        { name: 'on', ago: 8, state: 'running' },
        { name: 'disks', ago: 7, state: 'disk-snapshot' },
        { name: 'branch', ago: 6, parent: null, state: 'paused' },
      ],
    });
    expect(await list(1024)).toEqual(['off', 'branch', 'on', 'disks']);
    expect(await list(1024 | 1)).toEqual(['off', 'branch']);
    expect(await list(1024 | 4)).toEqual(['branch', 'disks']);
    expect(await list(1024 | 32 | 128)).toEqual(['off', 'disks']);
    expect(await list(512)).toEqual(['disks']);
    expect(await list(16)).toEqual([]);
    expect(await answer(list(1 << 20))).toBe('8/10');
    const named = (name: string) => connection.call(procedures.domainSnapshotLookupByName, { domain, name, flags: 0 });
    expect((await named('on')).snapshot.name).toBe('on');
    expect(await answer(named('none'))).toBe('72/10');
  });

  it('has a current snapshot, or 72', async () => {
    const { domain } = await host({ snapshots: [{ name: 's', ago: 1 }] });
    const current = () => connection.call(procedures.domainSnapshotCurrent, { domain, flags: 0 });
    expect((await current()).snapshot.name).toBe('s');
    simulator.hands.forgetCurrent('g');
    expect(await answer(current())).toBe('72/10');
    expect(await connection.call(procedures.domainHasCurrentSnapshot, { domain, flags: 0 })).toEqual({ present: 0 });
  });

  it('shows only the UUID where an ancient libvirt kept no configuration', async () => {
    const { xml } = await host({ snapshots: [{ name: 's', ago: 1, noConfig: true }] });
    expect(await xml('s')).toMatch(/<domain>\n {4}<uuid>[-0-9a-f]+<\/uuid>\n {2}<\/domain>/);
  });
});
