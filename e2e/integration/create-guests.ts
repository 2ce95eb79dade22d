import { mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootSector } from '../lab/boot-sector.ts';
import { createDisk, writeDisk } from '../lab/disk.ts';
import type { Guest, GuestOptions, Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';

/** A guest that differs in one thing from those that everybody has. */
export interface CreateGuest {
  readonly disks?: GuestOptions['disks'];
  readonly options?: Partial<GuestOptions>;
  /** Done to its definition; `folder` is the guest's own. */
  readonly edit?: (xml: string, folder: string) => string;
  /** Files that the definition names, before it is defined anew. */
  readonly files?: (folder: string, lab: Lab, name: string) => Promise<void>;
  /** Boots this in place of the counter. */
  readonly sector?: readonly number[];
  /** After it was started, or after it was defined where it stays off. */
  readonly afterwards?: (guest: Guest, lab: Lab) => Promise<void>;
  /** `domstate` after which it counts as started, where that is not running. */
  readonly becomes?: string;
}

const device = (xml: string) => (all: string) => all.replace('</devices>', `${xml}</devices>`);
const firstDisk = (change: (xml: string) => string) => (all: string) =>
  all.replace(/<disk [\s\S]*?<\/disk>/, (each) => change(each));
const attribute = (value: string) => firstDisk((xml) => xml.replace('<disk ', `<disk snapshot='${value}' `));
const file = (
  target: string,
  path: string,
  { format = 'qcow2', device: kind = 'disk', bus = 'ide', more = '', attributes = '' } = {},
) =>
  `<disk type='file' device='${kind}'${attributes}><driver name='qemu' type='${format}'/><source file='${path}'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const empty = (target: string, kind: string, bus: string) =>
  `<disk type='file' device='${kind}'><driver name='qemu' type='raw'/><target dev='${target}' bus='${bus}'/></disk>`;
const make = (name: string) => (folder: string) => createDisk(join(folder, name), 2);
const shared = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";
const withShared = (all: string) => all.replace('</vcpu>', `</vcpu>${shared}`);
const readonly = { more: '<readonly/>', bus: 'virtio' };

/** QEMU wants files of the right size for flash; nothing runs of it. */
const flash = (format: 'raw' | 'qcow2') => ({
  files: async (folder: string) => {
    await writeFile(join(folder, 'code.fd'), Buffer.alloc(1 << 20));
    await run(['qemu-img', 'create', '-q', '-f', format, join(folder, 'vars.fd'), '1M']);
  },
  edit: (xml: string, folder: string) =>
    xml
      .replace('</os>', '</os><features><acpi/></features>')
      .replace(
        '</os>',
        `<loader readonly='yes' type='pflash'>${folder}/code.fd</loader><nvram${format === 'qcow2' ? " format='qcow2'" : ''}>${folder}/vars.fd</nvram></os>`,
      ),
});

const pool = async (folder: string, lab: Lab, name: string) => {
  await mkdir(join(folder, 'pool'), { recursive: true });
  await createDisk(join(folder, 'pool/v.qcow2'), 4);
  await writeDisk(join(folder, 'pool/v.qcow2'), 0, bootSector(name));
  await lab.virsh('pool-create-as', name, 'dir', '--target', join(folder, 'pool'));
};
const volume = (name: string, target = 'hdb') =>
  `<disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='${name}' volume='v.qcow2'/><target dev='${target}' bus='ide'/></disk>`;

/** By what is special about them. */
export const createGuests = {
  plain: {},
  two: { disks: 2 },
  diskless: { edit: (xml) => xml.replace(/<disk [\s\S]*?<\/disk>/, '').replace(/<boot dev='hd'\/>/, '') },
  raw: { disks: ['qcow2', 'raw'] },
  'attribute-external': { edit: attribute('external') },
  'attribute-internal': { edit: attribute('internal') },
  'attribute-no': { edit: attribute('no') },
  'attribute-manual': { edit: attribute('manual') },
  'attribute-no-two': { disks: 2, edit: attribute('no') },
  'read-only': { files: make('ro.qcow2'), edit: (xml, f) => device(file('vdb', `${f}/ro.qcow2`, readonly))(xml) },
  'read-only-raw': {
    files: make('ro.raw'),
    edit: (xml, f) => device(file('vdb', `${f}/ro.raw`, { ...readonly, format: 'raw' }))(xml),
  },
  'read-only-internal': {
    files: make('ro.qcow2'),
    edit: (xml, f) => device(file('vdb', `${f}/ro.qcow2`, { ...readonly, attributes: " snapshot='internal'" }))(xml),
  },
  'read-only-external': {
    files: make('ro.qcow2'),
    edit: (xml, f) => device(file('vdb', `${f}/ro.qcow2`, { ...readonly, attributes: " snapshot='external'" }))(xml),
  },
  'read-only-raw-external': {
    files: make('ro.raw'),
    edit: (xml, f) =>
      device(file('vdb', `${f}/ro.raw`, { ...readonly, format: 'raw', attributes: " snapshot='external'" }))(xml),
  },
  'floppy-raw': {
    files: make('drivers.raw'),
    edit: (xml, f) => device(file('fda', `${f}/drivers.raw`, { format: 'raw', device: 'floppy', bus: 'fdc' }))(xml),
  },
  'floppy-qcow2': {
    files: make('drivers.qcow2'),
    edit: (xml, f) => device(file('fda', `${f}/drivers.qcow2`, { device: 'floppy', bus: 'fdc' }))(xml),
  },
  'floppy-read-only': {
    files: make('drivers.raw'),
    edit: (xml, f) =>
      device(file('fda', `${f}/drivers.raw`, { more: '<readonly/>', format: 'raw', device: 'floppy', bus: 'fdc' }))(
        xml,
      ),
  },
  'floppy-empty': { edit: device(empty('fda', 'floppy', 'fdc')) },
  'cdrom-empty': { edit: device(empty('hdc', 'cdrom', 'ide')) },
  cdrom: {
    files: make('cd.raw'),
    edit: (xml, f) => device(file('hdc', `${f}/cd.raw`, { format: 'raw', device: 'cdrom' }))(xml),
  },
  'cdrom-external': {
    files: make('cd.raw'),
    edit: (xml, f) =>
      device(file('hdc', `${f}/cd.raw`, { format: 'raw', device: 'cdrom', attributes: " snapshot='external'" }))(xml),
  },
  'cdrom-block': {
    edit: device(
      "<disk type='block' device='cdrom'><driver name='qemu' type='raw'/><source dev='/dev/sr0'/><target dev='hdc' bus='ide'/><readonly/></disk>",
    ),
  },
  volume: { files: pool, edit: (xml, f) => xml.replace(/<disk [\s\S]*?<\/disk>/, volume(poolOf(f), 'hda')) },
  'volume-and-file': { files: pool, edit: (xml, f) => device(volume(poolOf(f)))(xml) },
  network: {
    edit: device(
      "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='x'><host name='127.0.0.1' port='10809'/></source><target dev='hdb' bus='ide'/></disk>",
    ),
  },
  'network-qcow2': {
    edit: device(
      "<disk type='network' device='disk'><driver name='qemu' type='qcow2'/><source protocol='nbd' name='x'><host name='127.0.0.1' port='10809'/></source><target dev='hdb' bus='ide'/></disk>",
    ),
  },
  'block-qcow2': {
    files: make('block.qcow2'),
    edit: (xml, f) =>
      device(
        `<disk type='block' device='disk'><driver name='qemu' type='qcow2'/><source dev='${f}/block.qcow2'/><target dev='hdb' bus='ide'/></disk>`,
      )(xml),
  },
  nvme: {
    edit: device(
      "<disk type='nvme' device='disk'><driver name='qemu' type='raw'/><source type='pci' managed='no' namespace='1'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source><target dev='vdb' bus='virtio'/></disk>",
    ),
  },
  vhostuser: {
    edit: (xml) =>
      device(
        "<disk type='vhostuser' device='disk'><driver name='qemu' type='raw'/><source type='unix' path='/tmp/vhost-blk.sock'/><target dev='vdb' bus='virtio'/></disk>",
      )(withShared(xml)),
  },
  lun: {
    edit: device(
      "<disk type='block' device='lun'><driver name='qemu' type='raw'/><source dev='/dev/sdz'/><target dev='sdb' bus='scsi'/></disk>",
    ),
  },
  'shareable-raw': {
    files: make('shared.raw'),
    edit: (xml, f) => device(file('hdb', `${f}/shared.raw`, { format: 'raw', more: '<shareable/>' }))(xml),
  },
  transient: {
    files: make('passing.qcow2'),
    edit: (xml, f) => device(file('vdb', `${f}/passing.qcow2`, { bus: 'virtio', more: '<transient/>' }))(xml),
  },
  'uefi-raw': flash('raw'),
  'uefi-qcow2': flash('qcow2'),
  checkpoint: { afterwards: async (_, lab) => void (await lab.virsh('checkpoint-create-as', _.name, 'cp1')) },
  /** Made while it was on. */
  'checkpoint-off': {
    afterwards: async (guest, lab) => {
      await guest.start();
      await lab.virsh('checkpoint-create-as', guest.name, 'cp1');
      await guest.destroy();
    },
  },
  /** A snapshot in the image that libvirt does not list. */
  'tag-left': {
    afterwards: async (guest) => void (await run(['qemu-img', 'snapshot', '-c', 'fresh', await guest.diskPath()])),
  },
  /** Its ID is 1; the next one gets 2. */
  'number-in-image': { afterwards: async (guest) => void (await guest.snapshot('2')) },
  /** The same, of which libvirt knows nothing. */
  'number-by-hand': {
    files: async (folder) => void (await run(['qemu-img', 'snapshot', '-c', '2', join(folder, 'hda.qcow2')])),
  },
  /** libvirt leaves it paused, for somebody to copy its disks. */
  manual: {
    afterwards: async (guest) => {
      await guest.snapshot('v-man', '--memspec', `file=${guest.folder}/v.mem`, '--diskspec', 'hda,snapshot=manual');
    },
  },
  'image-gone': { afterwards: async (guest) => unlink(await guest.diskPath()) },
  'base-gone': {
    afterwards: async (guest) => {
      const base = await guest.diskPath();
      await guest.snapshot('first', '--disk-only');
      await unlink(base);
    },
  },
  shmem: {
    edit: device(
      "<shmem name='snapkeel-peer' role='peer'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>",
    ),
  },
  'shmem-default': {
    edit: device("<shmem name='snapkeel-default'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>"),
  },
  'shmem-master': {
    edit: device(
      "<shmem name='snapkeel-master' role='master'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>",
    ),
  },
  /** libvirt looks for the host's devices, of which there may be none, nor even the folder. */
  'usb-device': {
    files: async (_, lab) => {
      const make = 'mount -t tmpfs snapkeel /sys/bus && mkdir -p /sys/bus/usb/devices';
      await lab.run(['sh', '-c', `[ -d /sys/bus/usb/devices ] || { ${make}; }`]);
    },
    edit: (xml) =>
      device(
        "<hostdev mode='subsystem' type='usb'><source startupPolicy='optional'><vendor id='0x1d6b'/><product id='0xbeef'/></source></hostdev>",
      )(xml.replace(/<controller type='usb'[^>]*model='none'\/>/, "<controller type='usb' model='piix3-uhci'/>")),
  },
  virtiofs: {
    files: async (folder) => void (await mkdir(join(folder, 'share'))),
    edit: (xml, f) =>
      device(
        `<filesystem type='mount'><driver type='virtiofs'/><source dir='${f}/share'/><target dir='host'/></filesystem>`,
      )(withShared(xml)),
  },
  '9p': {
    files: async (folder) => void (await mkdir(join(folder, 'share'))),
    edit: (xml, f) =>
      device(`<filesystem type='mount'><source dir='${f}/share'/><target dir='host'/></filesystem>`)(xml),
  },
  'sound-usb': {
    edit: (xml) =>
      device("<sound model='usb'/>")(
        xml.replace(/<controller type='usb'[^>]*model='none'\/>/, "<controller type='usb' model='piix3-uhci'/>"),
      ),
  },
  crypto: { edit: device("<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>") },
  commandline: {
    edit: (xml) =>
      xml
        .replace('<domain ', "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
        .replace('</domain>', "<qemu:commandline><qemu:arg value='-no-user-config'/></qemu:commandline></domain>"),
  },
  /** Suspends itself to memory by the PIIX4's register: sti; hlt × 40; mov dx,604h; mov ax,2400h; out dx,ax; hlt for ever. */
  suspended: {
    edit: (xml) =>
      xml
        .replace('</os>', '</os><features><acpi/></features>')
        .replace('<devices>', "<pm><suspend-to-mem enabled='yes'/></pm><devices>"),
    sector: [0xfb, 0xb9, 40, 0, 0xf4, 0xe2, 0xfd, 0xba, 0x04, 0x06, 0xb8, 0x00, 0x24, 0xef, 0xf4, 0xeb, 0xfd],
    becomes: 'pmsuspended',
  },
  /** Panics by itself: sti; hlt × 40; mov dx,505h; mov al,1; out dx,al; hlt for ever. */
  panicked: {
    edit: (xml) => device("<panic model='isa'/>")(xml.replace(/<on_crash>\w+</, '<on_crash>preserve<')),
    sector: [0xfb, 0xb9, 40, 0, 0xf4, 0xe2, 0xfd, 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xf4, 0xeb, 0xfd],
    becomes: 'crashed',
  },
  /** A backup that is fetched, and goes on until somebody ends it. */
  backup: {
    afterwards: async (guest, lab) => {
      const request = join(guest.folder, 'backup.xml');
      const scratch = join(guest.folder, 'scratch.qcow2');
      await writeFile(
        request,
        `<domainbackup mode='pull'><server transport='unix' socket='${guest.folder}/nbd.sock'/><disks><disk name='hda' backup='yes' type='file'><scratch file='${scratch}'/></disk></disks></domainbackup>`,
      );
      await lab.virsh('backup-begin', guest.name, request);
    },
  },
  'block-copy': {
    disks: 2,
    afterwards: async (guest, lab) => {
      const copy = join(guest.folder, 'copy.qcow2');
      await lab.virsh('blockcopy', guest.name, 'hdb', '--dest', copy, '--format', 'qcow2', '--transient-job');
    },
  },
  'next-differs': {
    files: make('next.qcow2'),
    afterwards: async (guest, lab) => {
      const xml = await lab.virsh('dumpxml', '--inactive', guest.name);
      const path = join(guest.folder, 'next.xml');
      await writeFile(path, xml.replace(/hda\.qcow2/, 'next.qcow2'));
      await lab.virsh('define', path);
    },
  },
  'comma-folder': {
    edit: (xml, f) => xml.replace(/<source file='[^']*'/, `<source file='${f}/a,b/hda.qcow2'`),
    files: async (folder) => {
      await mkdir(join(folder, 'a,b'));
      await rename(join(folder, 'hda.qcow2'), join(folder, 'a,b/hda.qcow2'));
    },
  },
  'transient-domain': { options: { transient: true } },
} as const satisfies Readonly<Record<string, CreateGuest>>;
export type CreateGuestName = keyof typeof createGuests;

/** Each guest with a pool has one of its own, named after its folder. */
function poolOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

/** Makes a guest and brings it into a state. */
export async function makeCreateGuest(
  lab: Lab,
  kind: CreateGuestName,
  name: string,
  state: 'off' | 'on' | 'paused',
): Promise<Guest> {
  const spec: CreateGuest = createGuests[kind];
  const guest = await lab.guest({ name, disks: spec.disks ?? 1, ...spec.options });
  await spec.files?.(guest.folder, lab, name);
  if (spec.edit) {
    const xml = await lab.virsh('dumpxml', '--inactive', name);
    const path = join(guest.folder, 'edited.xml');
    await writeFile(path, spec.edit(xml, guest.folder));
    await lab.virsh('define', path);
    await rm(path);
  }
  if (spec.sector) await writeDisk(await guest.diskPath(), 0, bootable(spec.sector));
  if (state !== 'off' && !spec.options?.transient) {
    if (kind.startsWith('uefi') || spec.becomes) await lab.virsh('start', name);
    else await guest.start();
    if (spec.becomes) await until(async () => (await guest.state()) === spec.becomes);
  }
  await spec.afterwards?.(guest, lab);
  if (state === 'paused') await lab.virsh('suspend', name);
  return guest;
}

function bootable(code: readonly number[]): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set(code);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

async function until(truth: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(30_000);
  while (!(await truth())) {
    deadline.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
