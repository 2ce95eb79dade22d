import { describe, expect, it } from 'vitest';
import { parseDomainConfig } from './config.ts';
import { parseXml } from './xml.ts';

const parse = (inner: string) => parseDomainConfig(parseXml(`<domain>${inner}</domain>`, 'domain'));

describe('parseDomainConfig', () => {
  it('reads what libvirt writes', () => {
    const config = parse(`
      <memory unit='KiB'>2097152</memory>
      <vcpu placement='static'>4</vcpu>
      <os firmware='efi'>
        <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
        <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>
      </os>
      <cpu mode='custom' match='exact'><model fallback='forbid'>EPYC-Rome</model></cpu>
      <devices>
        <disk type='file' device='disk'><source file='/d/a'/><target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
        <disk type='block'><target dev='vdb'/></disk>
        <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><model type='virtio'/></interface>
        <interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface>
        <interface type='direct'><mac address='52:54:00:00:00:03'/><source dev='eth0' mode='bridge'/></interface>
        <graphics type='vnc'/><graphics type='spice'/>
      </devices>`);
    expect(config).toEqual({
      memoryBytes: 2 * 1024 ** 3,
      vcpus: 4,
      arch: 'x86_64',
      machine: 'pc-q35-9.2',
      cpu: 'custom EPYC-Rome',
      firmware: '/usr/share/OVMF/OVMF_CODE.fd',
      disks: {
        vda: { bus: 'virtio', device: 'disk' },
        sda: { bus: 'sata', device: 'cdrom' },
        vdb: { bus: '', device: 'disk' },
      },
      interfaces: {
        '52:54:00:00:00:01': { model: 'virtio', source: 'default' },
        '52:54:00:00:00:02': { model: '', source: 'br0' },
        '52:54:00:00:00:03': { model: '', source: 'eth0' },
      },
      graphics: ['spice', 'vnc'],
    });
  });

  it('what is not there is empty', () => {
    expect(parse('')).toEqual({
      memoryBytes: null,
      vcpus: null,
      arch: '',
      machine: '',
      cpu: '',
      firmware: '',
      disks: {},
      interfaces: {},
      graphics: [],
    });
  });

  it.each([
    ["<memory unit='KiB'>1</memory>", 1024],
    ['<memory>1</memory>', 1024],
    ["<memory unit='b'>7</memory>", 7],
    ["<memory unit='KB'>1</memory>", 1000],
    ["<memory unit='MiB'>1</memory>", 1024 ** 2],
    ["<memory unit='G'>1</memory>", 1024 ** 3],
    ["<memory unit='TiB'>1</memory>", 1024 ** 4],
    ["<memory unit='KiB'>0</memory>", 0],
    ["<memory unit='furlong'>1</memory>", null],
    ["<memory unit='constructor'>1</memory>", null],
    ["<memory unit='KiB'>much</memory>", null],
    ["<memory unit='KiB'></memory>", null],
  ])('%s is %s bytes', (xml, bytes) => {
    expect(parse(xml).memoryBytes).toBe(bytes);
  });

  it.each([
    ['<vcpu>2</vcpu>', 2],
    [' <vcpu>\n  2\n</vcpu>', 2],
    ['<vcpu></vcpu>', null],
    ['<vcpu>two</vcpu>', null],
  ])('%j is %s virtual CPUs', (xml, vcpus) => {
    expect(parse(xml).vcpus).toBe(vcpus);
  });

  it('firmware without a loader is named by its kind', () => {
    expect(parse("<os firmware='efi'/>").firmware).toBe('efi');
    expect(parse("<os firmware='efi'><loader secure='no'/></os>").firmware).toBe('efi');
  });

  it('devices without a name are numbered, and keep strange names', () => {
    const { interfaces, disks } = parse(`<devices>
      <interface type='user'/><interface type='user'/>
      <disk><target dev='__proto__' bus='ide'/></disk></devices>`);
    expect(Object.keys(interfaces)).toEqual(['#1', '#2']);
    expect(Object.entries(disks)).toEqual([['__proto__', { bus: 'ide', device: 'disk' }]]);
  });
});
