import type { MemoryDevice } from '../../shared/libvirt/devices.ts';
import { own } from '../../shared/own.ts';
import type { XmlElement } from './xml.ts';

type Found = MemoryDevice | null;
const device = (kind: MemoryDevice['kind'], words: string): MemoryDevice => ({ kind, words });
const attribute = (element: XmlElement, name: string) => element.attribute(name) ?? '';
const modelOf = (element: XmlElement) =>
  element.attribute('model') ?? element.at('model')?.attribute('type') ?? element.at('model')?.attribute('name') ?? '';

const hostDevices: Readonly<Record<string, Found>> = {
  usb: null,
  pci: device('pci', 'a PCI device of the host'),
  mdev: device('mdev', 'a mediated device of the host'),
  scsi: device('scsi', 'a SCSI device of the host'),
  scsi_host: device('scsi-host', 'a SCSI host adapter of the host'),
};

/** A device that is unplugged while memory is saved, and comes back (formatdomain, “Teaming a virtio/hostdev NIC pair”). */
const isTeamed = (element: XmlElement) => element.at('teaming')?.attribute('type') === 'transient';

/**
 * What each kind of device means to saving memory, by its element in `<devices>`: qemuMigrationSrcIsAllowed (7.0, 9.0,
 * 11.3), and QEMU’s devices without a state to save (`unmigratable` in its sources). An element that has no row is unknown.
 */
const kinds: Readonly<Record<string, (element: XmlElement) => Found>> = {
  ...Object.fromEntries(
    [
      'emulator',
      'disk',
      'serial',
      'parallel',
      'console',
      'channel',
      'input',
      'graphics',
      'hub',
      'redirdev',
      'redirfilter',
      'watchdog',
      'memballoon',
      'rng',
      'panic',
      'vsock',
      'audio',
      'lease',
      'nvram',
      'pstore',
    ].map((name) => [name, () => null]),
  ),
  controller: (element) =>
    attribute(element, 'type') === 'nvme' ? device('unmigratable', 'an NVMe controller') : null,
  hostdev: (element) => {
    if (attribute(element, 'mode') === 'capabilities') return device('capabilities', 'a device of the host');
    const type = attribute(element, 'type');
    if (type === 'pci' && isTeamed(element)) return null;
    const found = own(hostDevices, type);
    return found === undefined ? device('unknown', 'a device of the host') : found;
  },
  interface: (element) => {
    const type = attribute(element, 'type');
    if (type === 'hostdev') return isTeamed(element) ? null : device('pci', 'a network adapter of the host');
    if (type === 'vdpa') return device('vdpa', 'a vDPA device');
    return type === 'vhostuser' ? device('unknown', 'a network adapter that another program serves') : null;
  },
  filesystem: (element) => {
    const type = element.at('driver')?.attribute('type') ?? 'path';
    if (type !== 'virtiofs') return device('unknown', 'a shared folder');
    const own = element.at('source')?.attribute('socket') === undefined;
    return own ? device('virtiofs', 'a virtiofs folder') : device('virtiofs-socket', 'a virtiofs folder');
  },
  shmem: (element) => {
    if (attribute(element, 'role') !== 'master') return device('shmem-peer', 'shared memory that is another’s');
    return modelOf(element) === 'ivshmem' ? device('shmem-legacy', 'shared memory of the old kind') : null;
  },
  memory: (element) => {
    const model = attribute(element, 'model');
    if (model === 'sgx-epc') return device('unknown', 'SGX memory');
    if (model !== 'dimm') return null;
    const placed = element.at('address')?.attribute('type') === 'dimm';
    return placed ? null : device('dimm', 'a memory module that has no place yet');
  },
  smartcard: (element) => (attribute(element, 'mode') === 'passthrough' ? null : device('unmigratable', 'a smartcard')),
  sound: (element) =>
    ['usb', 'virtio'].includes(attribute(element, 'model'))
      ? device('unmigratable', 'a sound card of that model')
      : null,
  video: (element) => {
    const accelerated = element.at('model', 'acceleration')?.attribute('accel3d') === 'yes';
    return accelerated ? device('unknown', 'a 3D-accelerated display') : null;
  },
  tpm: (element) => {
    const type = element.at('backend')?.attribute('type');
    return type === 'emulator' ? null : device('unknown', 'a TPM of the host');
  },
  crypto: () => device('unmigratable', 'a crypto device'),
  iommu: (element) => (attribute(element, 'model') === 'amd' ? device('unknown', 'an AMD IOMMU') : null),
};

/** Devices of a `<domain>` that may keep its memory from being saved; the disks, which have rules of their own, are left out. */
export function memoryDevicesOf(domain: XmlElement): MemoryDevice[] {
  const devices = domain.at('devices');
  const found = (devices?.childNames ?? []).flatMap((name) => {
    const read = own(kinds, name);
    if (!read) return [device('unknown', `a device that Snapkeel does not know (${name})`)];
    return (devices?.all(name) ?? []).flatMap((element) => read(element) ?? []);
  });
  const all = [...found, ...beyondDevices(domain)];
  return all.filter(
    ({ kind, words }, at) => all.findIndex((each) => each.kind === kind && each.words === words) === at,
  );
}

function beyondDevices(domain: XmlElement): MemoryDevice[] {
  const cpu = domain.at('cpu');
  const wants = (cpu?.all('feature') ?? []).some(
    (feature) =>
      feature.attribute('name') === 'invtsc' && ['force', 'require'].includes(feature.attribute('policy') ?? 'require'),
  );
  const timers = domain.at('clock')?.all('timer') ?? [];
  const fixed = timers.some((timer) => attribute(timer, 'name') === 'tsc' && Number(timer.attribute('frequency')) > 0);
  return [
    ...(wants && !fixed ? [device('invtsc', 'an invariant TSC of unknown frequency')] : []),
    ...(cpu?.attribute('migratable') === 'off' ? [device('unknown', 'a CPU that is marked as not migratable')] : []),
    ...(domain.at('launchSecurity') ? [device('unknown', 'encrypted memory')] : []),
    ...(domain.at('qemu:commandline') ? [device('unknown', 'QEMU options of its own')] : []),
  ];
}
