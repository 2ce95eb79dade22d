import { describe, expect, it } from 'vitest';
import { diskAllocation, overlaysMade, readDisks, readNvram, readStoredDisks } from './disks.ts';
import { LibvirtError } from './errors.ts';
import { memoryFileExists } from './file-probe.ts';
import { parseXml } from './xml.ts';

const domain = (inside: string) => parseXml(`<domain>${inside}</domain>`, 'domain');
const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const answering = (result: unknown) => ({ call: async () => result as never });
const refusing = (code: number) => ({
  call: async () => {
    throw new LibvirtError({ code, domain: 10, level: 2, message: '' });
  },
});

const file = (path: string, format: string | null = 'qcow2') => ({ path, type: 'file', format });
const plain = {
  device: 'disk',
  type: 'file',
  below: [],
  snapshot: null,
  readonly: false,
  shareable: false,
  transient: false,
  startupPolicy: null,
};

it('reads disks, whatever they lie on', () => {
  const disks = readDisks(
    domain(`<devices>
      <disk type='file' device='disk' snapshot='external'><driver type='qcow2'/><source file='/a'/><target dev='vda'/>
        <backingStore type='file'><format type='raw'/><source file='/b'/><backingStore/></backingStore></disk>
      <disk type='block' device='lun'><driver type='raw'/><source dev='/dev/sdb'/><target dev='sda'/><shareable/></disk>
      <disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/><transient/></disk>
      <disk type='network'><source protocol='rbd' name='p/i'><host name='ceph' port='6789'/></source><target dev='vdc'/></disk>
      <disk type='nvme'><source type='pci' namespace='1'><address domain='0x0' bus='0x1' slot='0x0' function='0x0'/></source><target dev='vdd'/></disk>
      <disk type='file' device='cdrom'><source file='/iso' startupPolicy='optional'/><target dev='sdb'/><readonly/></disk>
      <disk device='floppy' snapshot='later'><target dev='fda'/></disk>
    </devices>`),
  );
  expect(disks).toEqual([
    { ...plain, target: 'vda', image: file('/a'), below: [file('/b', 'raw')], snapshot: 'external' },
    {
      ...plain,
      target: 'sda',
      device: 'lun',
      type: 'block',
      image: { path: '/dev/sdb', type: 'block', format: 'raw' },
      shareable: true,
    },
    { ...plain, target: 'vdb', type: 'volume', image: { path: 'p/v', type: 'volume', format: null }, transient: true },
    { ...plain, target: 'vdc', type: 'network', image: { path: 'rbd://ceph:6789/p/i', type: 'network', format: null } },
    { ...plain, target: 'vdd', type: 'nvme', image: { path: 'nvme/1/0x0:0x1:0x0:0x0', type: 'nvme', format: null } },
    { ...plain, target: 'sdb', device: 'cdrom', image: file('/iso', null), readonly: true, startupPolicy: 'optional' },
    { ...plain, target: 'fda', device: 'floppy', image: null, snapshot: 'unknown' },
  ]);
});

it('reads the variable store', () => {
  expect(readNvram(domain('<os><type>hvm</type></os>'))).toBeNull();
  expect(readNvram(domain("<os><loader type='rom'>/bios</loader></os>"))).toBeNull();
  expect(readNvram(domain("<os><loader type='pflash'>/code</loader></os>"))).toEqual({ format: 'raw', file: null });
  expect(readNvram(domain("<os><nvram format='qcow2'>/vars</nvram></os>"))).toEqual({ format: 'qcow2', file: '/vars' });
  expect(readNvram(domain("<os firmware='efi'/>"))).toEqual({ format: 'raw', file: null });
});

describe('overlays', () => {
  const stored = (inside: string) =>
    readStoredDisks(parseXml(`<domainsnapshot>${inside}</domainsnapshot>`, 'domainsnapshot'), 's');
  const own =
    "<disks><disk name='vda' snapshot='external'><source file='/own'/></disk><disk name='vdb' snapshot='no'/></disks>";

  it('are those of the snapshot, or those that its last revert made', () => {
    expect(overlaysMade(stored(own))).toEqual([{ target: 'vda', file: '/own' }]);
    const made = "<revertDisks><disk name='vda' snapshot='external'><source file='/made'/></disk></revertDisks>";
    expect(overlaysMade(stored(own + made))).toEqual([{ target: 'vda', file: '/made' }]);
  });

  it('are none for an internal snapshot', () => {
    expect(overlaysMade(stored("<disks><disk name='vda' snapshot='internal'/></disks>"))).toEqual([]);
    expect(overlaysMade(stored(''))).toEqual([]);
  });

  it('of a deletion that was broken off are marked', () => {
    const broken =
      "<disks><disk name='vda' snapshot='external'><snapshotDeleteInProgress/><source file='/own'/></disk></disks>";
    expect(stored(broken).disks).toEqual([{ target: 'vda', kind: 'external', file: '/own', deleteInProgress: true }]);
  });
});

it('tells a missing image from one that libvirt cannot tell of', async () => {
  expect(await diskAllocation(answering({ allocation: 5n }), uuid, 'vda')).toBe(5);
  expect(await diskAllocation(refusing(38), uuid, 'vda')).toBe('missing');
  expect(await diskAllocation(refusing(3), uuid, 'vda')).toBeNull();
  expect(await memoryFileExists(answering({ xml: '' }), '/m')).toBe(true);
  expect(await memoryFileExists(refusing(38), '/m')).toBe(false);
  expect(await memoryFileExists(refusing(9), '/m')).toBeNull();
});
