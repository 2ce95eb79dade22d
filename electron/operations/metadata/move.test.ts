import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { type ImportFacts, ImportPlan, Outcome, SnapshotExport } from '../../../shared/schema.ts';
import { exportSnapshots } from '../../inspect/export.ts';
import { snapshotXml } from '../../libvirt/snapshots.ts';
import type { DomainSpec, SnapshotSpec } from '../../simulator/build.ts';
import {
  type Bench,
  createBench,
  createServices,
  engineOn,
  type MemoryFile,
  memoryFile,
  metadataOn,
  uuidOf,
} from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import type { Services } from '../engine/services.ts';

const [inside, layered] = [1, 2].map(uuidOf) as [string, string];
const internal: readonly SnapshotSpec[] = [
  { name: 'root', ago: 900, description: 'first & <last>' },
  { name: 'middle', ago: 600, state: 'running' },
  { name: 'leaf', ago: 300 },
  { name: 'branch', ago: 200, parent: 'root' },
];
const external: readonly SnapshotSpec[] = [
  { name: 'root', ago: 900, external: true },
  { name: 'mem', ago: 600, external: true, state: 'running' },
  { name: 'disk', ago: 300, external: true, state: 'disk-snapshot' },
];
const specs: readonly DomainSpec[] = [
  { name: 'inside', uuid: inside, graphics: 'vnc', password: 's3cret', snapshots: internal, current: 'leaf' },
  { name: 'layered', uuid: layered, state: 'running', snapshots: external },
];

let from: Bench;
let to: Bench;
let services: Services;
let file: MemoryFile;
let engine: Engine;

beforeEach(async () => {
  from = createBench(specs);
  to = createBench([]);
  for (const { simulator, session } of [from, to]) {
    session.connect();
    await session.whenConnected(AbortSignal.timeout(4_000));
    void simulator;
  }
  file = memoryFile();
  services = await createServices(to, file);
  engine = engineOn(to, services);
});
afterEach(() => Promise.all([from.close(), to.close()]));

/** The domain is defined on the other host, with its disks as they are and no snapshots. */
const move = (name: string) => {
  const { hands } = from.simulator;
  to.simulator.hands.define({ ...hands.domain(name), snapshots: [], current: null });
};
const exported = async (uuid: string) => SnapshotExport.parse(await exportSnapshots(from.session, uuid));
const planned = async (uuid: string, ...texts: string[]) => {
  const files = texts.map((text, index) => ({ name: `${index + 1}.xml`, text }));
  const plan = await metadataOn(engine, 'lab').planImport(uuid, files);
  ImportPlan.parse(plan);
  return plan;
};
const run = async (plan: ImportPlan) => Outcome.parse(await metadataOn(engine, 'lab').import(plan));
const verdicts = ({ rows }: ImportFacts) => Object.fromEntries(rows.map(({ name, verdict }) => [name, verdict]));
const model = (name: string) => to.simulator.hands.domain(name);

describe('moving snapshots to another host', () => {
  it.each([
    ['inside', inside, 'leaf', ['root', 'middle', 'leaf', 'branch']],
    ['layered', layered, 'disk', ['root', 'mem', 'disk']],
  ])('takes the whole tree of “%s” along', async (name, uuid, current, inTree) => {
    move(name);
    const { text, names } = await exported(uuid);
    const plan = await planned(uuid, text);
    expect(plan).toMatchObject({ blockers: [], from: name });
    expect(plan.rows.map((row) => [row.name, row.verdict, row.current])).toEqual(
      inTree.map((each) => [each, 'add', each === current]),
    );
    expect(await run(plan)).toMatchObject({ result: 'done', differences: [] });
    for (const each of names)
      expect(await snapshotXml(to.session.reads, uuid, each)).toBe(await snapshotXml(from.session.reads, uuid, each));
    expect(model(name).current).toBe(current);
    expect(verdicts(await planned(uuid, text))).toEqual(Object.fromEntries(names.map((each) => [each, 'here'])));
    expect((await planned(uuid, text)).blockers).toMatchObject([{ text: expect.stringContaining('already') }]);
  });

  it('leaves passwords out and says whose', async () => {
    const { text, withSecrets, fileName } = await exported(inside);
    expect(text.includes('s3cret')).toBe(false);
    expect(withSecrets?.toSorted()).toEqual(['branch', 'leaf', 'middle', 'root']);
    expect(fileName).toBe('inside.snapshots.xml');
    expect((await exported(layered)).withSecrets).toEqual([]);
  });

  it('names every file that has to be copied', async () => {
    expect((await exported(layered)).files).toEqual(
      ['disk', 'mem', 'qcow2', 'root']
        .map((end) => `/var/lib/libvirt/images/layered.${end}`)
        .concat(from.simulator.hands.domain('layered').snapshots.flatMap(({ memoryFile }) => memoryFile ?? []))
        .sort(),
    );
  });

  it('takes single files of virsh in any order, and finds where external disks are', async () => {
    move('layered');
    const texts = await Promise.all(
      ['disk', 'root', 'mem'].map((name) => snapshotXml(from.session.reads, layered, name)),
    );
    const plan = await planned(layered, ...texts);
    expect(plan.rows.map(({ name, depth, current }) => [name, depth, current])).toEqual([
      ['root', 0, false],
      ['mem', 1, false],
      ['disk', 2, true],
    ]);
    expect(await run(plan)).toMatchObject({ result: 'done', differences: [] });
    expect(model('layered').current).toBe('disk');
  });

  it('refuses external snapshots when the disks are elsewhere', async () => {
    const { hands } = from.simulator;
    const domain = hands.domain('layered');
    const elsewhere = domain.config.disks.map((disk) => ({ ...disk, path: '/srv/other.qcow2', backing: [] }));
    to.simulator.hands.define({
      ...domain,
      state: 'shutoff',
      live: null,
      id: null,
      config: { ...domain.config, disks: elsewhere },
      snapshots: [],
      current: null,
    });
    const plan = await planned(layered, (await exported(layered)).text);
    expect(plan.blockers).toMatchObject([
      { code: 'disks-elsewhere', text: expect.stringContaining('/srv/other.qcow2') },
    ]);
    await expect(run(plan)).rejects.toThrow('the disks of this domain are not');
    expect(model('layered').snapshots).toEqual([]);
  });

  it('adds what is missing, and leaves what is here as it is', async () => {
    move('inside');
    const { text } = await exported(inside);
    await run(await planned(inside, text));
    to.simulator.hands.deleteSnapshot('inside', 'leaf', 2);
    const edited = text
      .replace('first &amp; &lt;last&gt;', 'described otherwise')
      .replace(/(<name>branch<\/name>[\s\S]*?<creationTime>)\d+/, '$11234567');
    const plan = await planned(inside, edited);
    expect(verdicts(plan)).toEqual({ root: 'here', middle: 'here', leaf: 'add', branch: 'conflict' });
    expect(plan.rows.find(({ name }) => name === 'root')?.reason).toContain('another description');
    expect(plan.currentText).toBe('The current snapshot stays “middle”.');
    expect(await run(plan)).toMatchObject({ result: 'done', differences: [] });
    expect(model('inside').snapshots.map(({ name }) => name)).toEqual(['root', 'middle', 'branch', 'leaf']);
  });

  it.each([1, 3])('that fails at snapshot %i leaves nothing behind', async (at) => {
    move('inside');
    const plan = await planned(inside, (await exported(inside)).text);
    let asked = 0;
    const { begin } = services.journal;
    services.journal.begin = (...args) => {
      const { faults } = to.simulator;
      if (++asked === at)
        faults.failNext('domainSnapshotCreateXml', { code: errorCode.SYSTEM_ERROR, domain: errorDomain.QEMU });
      return begin.apply(services.journal, args);
    };
    const outcome = await run(plan);
    expect(outcome).toMatchObject({ result: 'failed', differences: [], problem: { code: 'SYSTEM_ERROR' } });
    expect(outcome.notes[0]).toContain('as it was before');
    expect(model('inside')).toMatchObject({ snapshots: [], current: null });
  });

  it('is refused when the domain was given such a snapshot meanwhile', async () => {
    move('inside');
    const { text } = await exported(inside);
    const plan = await planned(inside, text);
    to.simulator.hands.createSnapshot('inside', 'middle');
    await expect(run(plan)).rejects.toThrow('another snapshot with this name');
    expect(model('inside').snapshots.map(({ name }) => name)).toEqual(['middle']);
  });
});

describe('an import', () => {
  it('into a protected domain wants its name typed', async () => {
    move('inside');
    const plan = await planned(inside, (await exported(inside)).text);
    await services.marks.protect(to.session.host, inside, true);
    for (const typedName of [undefined, 'Inside'])
      await expect(metadataOn(engine, 'lab').import(plan, typedName)).rejects.toMatchObject({
        problem: { code: 'NAME_NOT_TYPED' },
      });
    expect(model('inside').snapshots).toEqual([]);
    expect(await metadataOn(engine, 'lab').import(plan, 'inside')).toMatchObject({ result: 'done' });
  });

  it('wants its warnings acknowledged', async () => {
    move('inside');
    const plan = await planned(inside, (await exported(inside)).text);
    expect(plan.warnings.map(({ code }) => code)).toContain('internal-data');
    const order = { planId: plan.planId, choice: {}, acknowledged: [] };
    await expect(engine.run('import', order)).rejects.toMatchObject({ problem: { code: 'NOT_ACKNOWLEDGED' } });
    expect(model('inside').snapshots).toEqual([]);
  });

  it('is refused when one more file has gone since the missing ones were read', async () => {
    move('layered');
    const [first = '', second = ''] = model('layered').config.disks.flatMap(({ backing }) => backing);
    expect(second).toMatch(/^\/var\/lib/);
    to.simulator.hands.removeFile('layered', first);
    const plan = await planned(layered, (await exported(layered)).text);
    expect(plan.warnings.find(({ code }) => code === 'missing-files')?.text).toContain(first);
    to.simulator.hands.removeFile('layered', second);
    await expect(run(plan)).rejects.toThrow(second);
    expect(model('layered').snapshots).toEqual([]);
  });

  it('gives the passwords of its files to libvirt and to nobody else', async () => {
    move('inside');
    const { text } = await exported(inside);
    const secret = text.replaceAll("type='vnc'", "type='vnc' passwd='s3cret'");
    expect(secret).not.toBe(text);
    const plan = await planned(inside, secret);
    expect(JSON.stringify(plan)).not.toContain('s3cret');
    const outcome = await run(plan);
    expect(outcome).toMatchObject({ result: 'done' });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(file.text).not.toBe('');
    expect(file.text).not.toContain('s3cret');
    expect(model('inside').snapshots[0]?.config?.password).toBe('s3cret');
  });
});

describe('files that are not what they should be', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><domainsnapshot><name>&b;</name></domainsnapshot>`;
  it.each([
    ['nothing', ' \n', 'The file is empty.'],
    ['prose', 'Dear diary', 'cannot be read as XML'],
    ['torn XML', '<domainsnapshot><name>a</name>', 'cannot be read as XML'],
    ['another document', '<volume/>', 'This is a <volume>, not a snapshot'],
    ['a name of every object', '<constructor/>', 'This is a <constructor>, not a snapshot'],
    ['another', '<__proto__/>', 'This is a <__proto__>, not a snapshot'],
    ['a third', '<hasOwnProperty/>', 'This is a <hasOwnProperty>, not a snapshot'],
    ['a domain', "<domain type='kvm'><name>x</name></domain>", 'Define it with “virsh define”'],
    ['an entity bomb', bomb, 'document type declaration'],
    ['a newer export', '<snapkeel-snapshots version="2"/>', 'version 2'],
    ['an empty export', '<snapkeel-snapshots version="1"/>', 'no snapshots'],
    ['no text', 'PNG\u0000\u0001', 'not UTF-8 text'],
    [
      'deep nesting',
      `<domainsnapshot>${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}</domainsnapshot>`,
      'cannot be read as XML',
    ],
  ])('%s', async (_, text, reason) => {
    move('inside');
    const plan = await planned(inside, text);
    expect(plan.rows).toMatchObject([{ name: '1.xml', verdict: 'no', reason: expect.stringContaining(reason) }]);
    expect(plan.blockers).toHaveLength(1);
    await expect(run(plan)).rejects.toThrow('nothing to import');
  });

  it('far too much of it', async () => {
    move('inside');
    const plan = await planned(inside, 'x'.repeat(33 * 1024 * 1024));
    expect(plan.rows[0]?.reason).toContain('32 MiB');
  });

  it.each([
    ['<name>leaf</name>', '', 'no name', 'virsh.xml'],
    ['<name>leaf</name>', '<name>le/af</name>', 'slash', 'le/af'],
    ['<state>shutoff</state>', '', 'which state', 'leaf'],
    ['<state>shutoff</state>', '<state>bogus</state>', 'does not know', 'leaf'],
    [/<creationTime>.*<\/creationTime>/, '', 'when it was taken', 'leaf'],
    [/<domain [\s\S]*<\/domain>/, '', 'no domain configuration', 'leaf'],
    [/<uuid>.*<\/uuid>/, `<uuid>${uuidOf(7)}</uuid>`, uuidOf(7), 'leaf'],
    ["<disk name='vda'", "<disk name='vdq'", 'no disk vdq', 'leaf'],
    ['<name>middle</name>', '<name>nowhere</name>', '“nowhere” is neither', 'leaf'],
    ['<name>middle</name>', '<name>leaf</name>', 'its own ancestor', 'leaf'],
  ])('%s made %s', async (pattern, replacement, reason, name) => {
    move('inside');
    const text = (await snapshotXml(from.session.reads, inside, 'leaf')).replace(pattern, replacement);
    const files = [{ name: 'virsh.xml', text }];
    const plan = await metadataOn(engine, 'lab').planImport(inside, files);
    expect(plan.rows).toMatchObject([{ name, verdict: 'no', reason: expect.stringContaining(reason) }]);
  });
});
