import { describe, expect, it } from 'vitest';
import { diskAllocation, memoryFileExists, parseDisks, parseNvram, parseOverlays } from './disks.ts';
import { LibvirtError } from './errors.ts';
import { parseXml } from './xml.ts';

const domain = (inside: string) => parseXml(`<domain>${inside}</domain>`, 'domain');
const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const answering = (result: unknown) => ({ call: async () => result as never });
const refusing = (code: number) => ({
  call: async () => {
    throw new LibvirtError({ code, domain: 10, level: 2, message: '' });
  },
});

it('reads disks, whatever they lie on', () => {
  const disks = parseDisks(
    domain(`<devices>
      <disk type='file' device='disk'><driver type='qcow2'/><source file='/a'/><target dev='vda'/></disk>
      <disk type='block' device='lun'><driver type='raw'/><source dev='/dev/sdb'/><target dev='sda'/></disk>
      <disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>
      <disk device='cdrom'><target dev='sdb'/></disk>
    </devices>`),
  );
  expect(disks).toEqual([
    { target: 'vda', device: 'disk', type: 'file', format: 'qcow2', file: '/a' },
    { target: 'sda', device: 'lun', type: 'block', format: 'raw', file: '/dev/sdb' },
    { target: 'vdb', device: 'disk', type: 'volume', format: '', file: null },
    { target: 'sdb', device: 'cdrom', type: 'file', format: '', file: null },
  ]);
});

it('reads the format of the variable store', () => {
  expect(parseNvram(domain('<os><type>hvm</type></os>'))).toBeNull();
  expect(parseNvram(domain("<os><loader type='rom'>/bios</loader></os>"))).toBeNull();
  expect(parseNvram(domain("<os><loader type='pflash'>/code</loader></os>"))).toBe('raw');
  expect(parseNvram(domain("<os><nvram format='qcow2'>/vars</nvram></os>"))).toBe('qcow2');
});

describe('overlays', () => {
  const overlays = (inside: string) =>
    parseOverlays(parseXml(`<domainsnapshot>${inside}</domainsnapshot>`, 'domainsnapshot'));
  const own =
    "<disks><disk name='vda' snapshot='external'><source file='/own'/></disk><disk name='vdb' snapshot='no'/></disks>";

  it('are those of the snapshot, or those that its last revert made', () => {
    expect(overlays(own)).toEqual([{ target: 'vda', file: '/own' }]);
    const made = "<revertDisks><disk name='vda' snapshot='external'><source file='/made'/></disk></revertDisks>";
    expect(overlays(own + made)).toEqual([{ target: 'vda', file: '/made' }]);
  });

  it('are none for an internal snapshot', () => {
    expect(overlays("<disks><disk name='vda' snapshot='internal'/></disks>")).toEqual([]);
    expect(overlays('')).toEqual([]);
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
