import { expect, it } from 'vitest';
import { memoryDevicesOf } from './memory-devices.ts';
import { parseXml } from './xml.ts';

const kindsOf = (devices: string, more = '', root = '<domain>') =>
  memoryDevicesOf(parseXml(`${root}${more}<devices>${devices}</devices></domain>`, 'domain')).map(({ kind }) => kind);
const pci = (more = '') => `<hostdev mode='subsystem' type='pci'><source/>${more}</hostdev>`;
const teamed = "<teaming type='transient' persistent='ua-net'/>";
const invtsc = (policy = '') => `<cpu><feature ${policy} name='invtsc'/></cpu>`;

it('an ordinary guest has none', () => {
  const ordinary = `<emulator>/usr/bin/qemu</emulator><disk type='file'/><controller type='usb'/><interface type='network'/>
    <serial type='pty'/><console type='pty'/><channel type='unix'/><input type='tablet'/><graphics type='vnc'/>
    <video><model type='qxl'/></video><sound model='ich9'/><audio id='1'/><watchdog model='itco'/><memballoon model='virtio'/>
    <rng model='virtio'/><panic model='isa'/><vsock/><hub type='usb'/><redirdev bus='usb'/>
    <tpm model='tpm-crb'><backend type='emulator'/></tpm><iommu model='intel'/>`;
  expect(kindsOf(ordinary)).toEqual([]);
});

it.each([
  ['a USB device, which is saved', "<hostdev mode='subsystem' type='usb'/>", []],
  ['a PCI device', pci(), ['pci']],
  ['a PCI device that is unplugged meanwhile', pci(teamed), []],
  ['a mediated device', "<hostdev mode='subsystem' type='mdev'/>", ['mdev']],
  ['a SCSI device', "<hostdev mode='subsystem' type='scsi'/>", ['scsi']],
  ['a SCSI host', "<hostdev mode='subsystem' type='scsi_host'/>", ['scsi-host']],
  ['a device of a kind never seen', "<hostdev mode='subsystem' type='quantum'/>", ['unknown']],
  ['a device of a container', "<hostdev mode='capabilities' type='misc'/>", ['capabilities']],
  ['an adapter of the host', "<interface type='hostdev'/>", ['pci']],
  ['an adapter of the host that is unplugged meanwhile', `<interface type='hostdev'>${teamed}</interface>`, []],
  ['vDPA', "<interface type='vdpa'/>", ['vdpa']],
  ['an adapter that another program serves', "<interface type='vhostuser'/>", ['unknown']],
  ['virtiofs', "<filesystem><driver type='virtiofs'/><source dir='/x'/></filesystem>", ['virtiofs']],
  [
    'virtiofs of another program',
    "<filesystem><driver type='virtiofs'/><source socket='/x'/></filesystem>",
    ['virtiofs-socket'],
  ],
  ['a 9p folder, which is in the way when mounted', "<filesystem><source dir='/x'/></filesystem>", ['unknown']],
  ['shared memory of its own', "<shmem role='master'><model type='ivshmem-plain'/></shmem>", []],
  ['shared memory of another', "<shmem role='peer'><model type='ivshmem-plain'/></shmem>", ['shmem-peer']],
  ['shared memory that says nothing', "<shmem><model type='ivshmem-plain'/></shmem>", ['shmem-peer']],
  ['shared memory of the old kind', "<shmem role='master'><model type='ivshmem'/></shmem>", ['shmem-legacy']],
  ['a memory module in its place', "<memory model='dimm'><address type='dimm' slot='0'/></memory>", []],
  ['a memory module without a place', "<memory model='dimm'/>", ['dimm']],
  ['a persistent memory module', "<memory model='nvdimm'/>", []],
  ['a USB sound card', "<sound model='usb'/>", ['unmigratable']],
  ['a smartcard of the host', "<smartcard mode='host'/>", ['unmigratable']],
  ['a crypto device', "<crypto model='virtio'/>", ['unmigratable']],
  ['a TPM of the host', "<tpm><backend type='passthrough'/></tpm>", ['unknown']],
  ['3D acceleration', "<video><model type='virtio'><acceleration accel3d='yes'/></model></video>", ['unknown']],
  ['an element that nobody knows', '<teleporter/>', ['unknown']],
])('%s', (_, devices, kinds) => {
  expect(kindsOf(devices)).toEqual(kinds);
});

it('an invariant TSC is in the way unless its frequency is fixed', () => {
  expect(kindsOf('', invtsc("policy='require'"))).toEqual(['invtsc']);
  expect(kindsOf('', invtsc())).toEqual(['invtsc']);
  expect(kindsOf('', invtsc("policy='disable'"))).toEqual([]);
  const fixed = "<clock><timer name='tsc' frequency='2000000000'/></clock>";
  expect(kindsOf('', invtsc("policy='require'") + fixed)).toEqual([]);
});

it('what is no device can be in the way too, and each thing is told once', () => {
  expect(kindsOf('', "<cpu mode='host-passthrough' migratable='off'/>")).toEqual(['unknown']);
  expect(kindsOf('', "<launchSecurity type='sev'/>")).toEqual(['unknown']);
  const own = "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>";
  expect(kindsOf('', "<qemu:commandline><qemu:arg value='-x'/></qemu:commandline>", own)).toEqual(['unknown']);
  expect(kindsOf(pci() + pci())).toEqual(['pci']);
});
