import { describe, expect, it } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import { Snapshot } from '../../shared/schema.ts';
import { LibvirtError } from './errors.ts';
import { FakeCaller, refusal } from './fake-caller.ts';
import { currentSnapshot, parseSnapshot, revertToSnapshot, snapshotXml } from './snapshots.ts';
import { parseUuid } from './uuid.ts';
import { parseXml } from './xml.ts';

const parse = (inner: string) => parseSnapshot(parseXml(`<domainsnapshot>${inner}</domainsnapshot>`, 'domainsnapshot'));
const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const domain = { name: '', uuid: parseUuid(uuid), id: -1 };

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
