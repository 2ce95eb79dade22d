import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import { Snapshot } from '../../shared/schema.ts';
import { ConnectionError, LibvirtError } from './errors.ts';
import { type Answers, FakeCaller, refusal } from './fake-caller.ts';
import { currentSnapshot, parseSnapshot, revertToSnapshot, SnapshotCache, snapshotXml } from './snapshots.ts';
import { parseUuid } from './uuid.ts';
import { parseXml } from './xml.ts';

const parse = (inner: string) => parseSnapshot(parseXml(`<domainsnapshot>${inner}</domainsnapshot>`, 'domainsnapshot'));
const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const domain = { name: '', uuid: parseUuid(uuid), id: -1 };
const read = async (caller: FakeCaller, log?: (line: string) => void) =>
  (await new SnapshotCache(caller, log).read(uuid)).list;

describe('parseSnapshot', () => {
  it('reads what libvirt writes', () => {
    const snapshot = parse(`
      <name>before-upgrade</name>
      <description>kernel 6.12 &amp; all</description>
      <state>running</state>
      <parent><name>app-2.0</name></parent>
      <creationTime>1790000000</creationTime>
      <memory snapshot='internal'/>
      <disks>
        <disk name='vda' snapshot='internal'/>
        <disk name='vdb' snapshot='external' type='file'><driver type='qcow2'/><source file='/d/b.snap'/></disk>
        <disk name='vdc' snapshot='external' type='block'><source dev='/dev/vg/c'/></disk>
        <disk name='vdd' snapshot='external' type='network'><source protocol='rbd' name='pool/d'/></disk>
        <disk name='sda' snapshot='no'/>
      </disks>`);
    expect(snapshot).toEqual({
      name: 'before-upgrade',
      description: 'kernel 6.12 & all',
      parent: 'app-2.0',
      createdAt: 1_790_000_000_000,
      state: 'running',
      memory: 'internal',
      kind: 'mixed',
      disks: [
        { target: 'vda', kind: 'internal' },
        { target: 'vdb', kind: 'external', file: '/d/b.snap' },
        { target: 'vdc', kind: 'external', file: '/dev/vg/c' },
        { target: 'vdd', kind: 'external', file: 'rbd://pool/d' },
        { target: 'sda', kind: 'none' },
      ],
    });
  });

  it('an empty element is a snapshot of which nothing is known', () => {
    const nothing = { name: '', description: '', parent: null, createdAt: 0, disks: [] };
    expect(parse('')).toEqual({ ...nothing, state: 'unknown', memory: 'none', kind: 'none' });
    expect(Snapshot.parse(parse(''))).toBeDefined();
  });

  it.each([
    ['001', '001'],
    ['1e3', '1e3'],
    ['true', 'true'],
    ['a&lt;b&gt;&#38;c', 'a<b>&c'],
    [' spaced ', ' spaced '],
    ['日本 😀', '日本 😀'],
  ])('the name %j stays %j', (written, name) => {
    const { name: read, parent } = parse(`<name>${written}</name><parent><name>${written}</name></parent>`);
    expect([read, parent]).toEqual([name, name]);
  });

  it.each([
    ['running', 'running'],
    ['paused', 'paused'],
    ['shutoff', 'shutoff'],
    ['crashed', 'crashed'],
    ['pmsuspended', 'pmsuspended'],
    ['disk-snapshot', 'disk-snapshot'],
    ['hibernated', 'unknown'],
    ['', 'unknown'],
  ])('state %j is %s', (written, state) => {
    expect(parse(`<state>${written}</state>`).state).toBe(state);
  });

  it.each([
    ['no', 'none'],
    ['internal', 'internal'],
    ['external', 'external'],
    ['postponed', 'unknown'],
  ])('memory %j is %s', (written, memory) => {
    expect(parse(`<memory snapshot='${written}'/>`).memory).toBe(memory);
  });

  it.each([
    [['internal', 'no'], 'no', 'internal'],
    [['external', 'no'], 'no', 'external'],
    [['internal', 'external'], 'no', 'mixed'],
    [['internal'], 'external', 'mixed'],
    [['no'], 'no', 'none'],
    [[], 'internal', 'internal'],
    [['manual'], 'no', 'none'],
  ])('disks %j with memory %s are %s', (disks, memory, kind) => {
    const rows = disks.map((each, index) => `<disk name='vd${index}' snapshot='${each}'/>`);
    expect(parse(`<memory snapshot='${memory}'/><disks>${rows.join('')}</disks>`).kind).toBe(kind);
  });

  it('keeps a kind of disk it does not know as unknown', () => {
    expect(parse(`<disks><disk name='vda' snapshot='manual'/><disk/></disks>`).disks).toEqual([
      { target: 'vda', kind: 'manual' },
      { target: '', kind: 'unknown' },
    ]);
  });

  it.each(['soon', '', '1e400', 'Infinity', 'NaN', '-5', '0', '1764110000000000'])(
    'creationTime %j is no time',
    (written) => {
      expect(parse(`<creationTime>${written}</creationTime>`).createdAt).toBe(0);
    },
  );
});

describe('SnapshotCache', () => {
  const row = (name: string, rest = '<state>shutoff</state>') =>
    `<domainsnapshot><name>${name}</name>${rest}<domain><name>vm</name></domain></domainsnapshot>`;
  /** A domain with these snapshots, name to XML; null: it vanishes between the list and the reading. */
  const holding = (xmls: Record<string, string | null>, current: string | null): Answers => ({
    domainListAllSnapshots: () => ({
      snapshots: Object.keys(xmls).map((name) => ({ name, domain })),
      count: Object.keys(xmls).length,
    }),
    domainSnapshotCurrent: () => {
      if (current === null) throw refusal('NO_DOMAIN_SNAPSHOT');
      return { snapshot: { name: current, domain } };
    },
    domainSnapshotGetXmlDesc: ({ snapshot }) => {
      const xml = xmls[snapshot.name];
      if (!xml) throw refusal('NO_DOMAIN_SNAPSHOT');
      return { xml };
    },
  });

  it('lists in libvirt’s order, with the current one', async () => {
    const caller = new FakeCaller(holding({ b: row('b'), a: row('a') }, 'a'));
    const list = await read(caller);
    expect(list.current).toBe('a');
    expect(list.snapshots.map((each) => each.name)).toEqual(['b', 'a']);
    expect(caller.args('domainListAllSnapshots')).toEqual([{ domain, needResults: 1, flags: 1024 }]);
  });

  it('no snapshots and no current one are no error', async () => {
    const list = await read(new FakeCaller(holding({}, null)));
    expect(list).toEqual({ snapshots: [], current: null });
  });

  it('leaves out what vanished meanwhile', async () => {
    const caller = new FakeCaller(holding({ a: row('a'), gone: null, b: row('b') }, 'b'));
    const list = await read(caller);
    expect(list.snapshots.map((each) => each.name)).toEqual(['a', 'b']);
  });

  it('does not parse again what has not changed, and does what has', async () => {
    const texts = { a: row('a'), b: row('b') };
    const cache = new SnapshotCache(new FakeCaller(holding(texts, 'b')));
    const { list: first } = await cache.read(uuid);
    texts.b = row('b', '<state>paused</state>');
    const { list: second } = await cache.read(uuid);
    expect(second.snapshots[0]).toBe(first.snapshots[0]);
    expect(second.snapshots[1]).not.toBe(first.snapshots[1]);
    expect(second.snapshots[1]?.state).toBe('paused');
  });

  it('keeps a row that cannot be read, says so, and reads the others', async () => {
    const lines: string[] = [];
    const caller = new FakeCaller(holding({ cut: row('cut').slice(0, -9), good: row('good'), no: '<domain/>' }, null));
    const { snapshots } = await read(caller, (line) => lines.push(line));
    expect(snapshots.map(({ name, state, memory }) => [name, state, memory])).toEqual([
      ['cut', 'unknown', 'unknown'],
      ['good', 'shutoff', 'none'],
      ['no', 'unknown', 'unknown'],
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('"cut"');
  });

  it('goes by the name that libvirt answers to, whatever the XML says', async () => {
    const { snapshots } = await read(new FakeCaller(holding({ real: row('other') }, null)));
    expect(snapshots[0]?.name).toBe('real');
  });

  it('passes on every other error', async () => {
    const gone = {
      ...holding({ a: row('a') }, 'a'),
      domainListAllSnapshots: () => Promise.reject(refusal('NO_DOMAIN')),
    };
    await expect(read(new FakeCaller(gone))).rejects.toMatchObject({ codeName: 'NO_DOMAIN' });
    const lost = new ConnectionError('LOST', 'gone');
    const cut = { ...holding({ a: row('a') }, 'a'), domainSnapshotGetXmlDesc: () => Promise.reject(lost) };
    await expect(read(new FakeCaller(cut))).rejects.toBe(lost);
  });

  it('any text in place of the XML is a row, never an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'<>/&;"=\'! adomainsnapshot\n', '<domainsnapshot>') }),
        async (xml) => {
          const { snapshots } = await read(new FakeCaller(holding({ a: xml || ' ' }, null)));
          expect(Snapshot.parse(snapshots[0]).name).toBe('a');
        },
      ),
    );
  });
});

describe('one snapshot', () => {
  it('currentSnapshot: null only when libvirt says there is none', async () => {
    const none = new FakeCaller({ domainSnapshotCurrent: () => Promise.reject(refusal('NO_DOMAIN_SNAPSHOT')) });
    expect(await currentSnapshot(none, uuid)).toBeNull();
    const gone = new FakeCaller({ domainSnapshotCurrent: () => Promise.reject(refusal('NO_DOMAIN')) });
    await expect(currentSnapshot(gone, uuid)).rejects.toBeInstanceOf(LibvirtError);
  });

  it('snapshotXml asks without secrets', async () => {
    const caller = new FakeCaller({ domainSnapshotGetXmlDesc: () => ({ xml: '<x/>' }) });
    expect(await snapshotXml(caller, uuid, '001')).toBe('<x/>');
    expect(caller.args('domainSnapshotGetXmlDesc')).toEqual([{ snapshot: { name: '001', domain }, flags: 0 }]);
  });

  it('revertToSnapshot sends the flags it is given, once', async () => {
    const caller = new FakeCaller({ domainRevertToSnapshot: () => Promise.reject(refusal('SNAPSHOT_REVERT_RISKY')) });
    await expect(revertToSnapshot(caller, uuid, 's', 5)).rejects.toMatchObject({
      code: errorCode.SNAPSHOT_REVERT_RISKY,
    });
    expect(caller.args('domainRevertToSnapshot')).toEqual([{ snapshot: { name: 's', domain }, flags: 5 }]);
  });
});
