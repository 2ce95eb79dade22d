import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk, writeDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { run } from '../../lab/run.ts';
import { addDevices, edit, internal, makeGuest, offAndRun, type Scene, type Scenes, start } from './scene.ts';

const isoOf = ({ folder }: Guest) => join(folder, 'tools.iso');

/** A drive with a disc at the time of the snapshots, ejected since. */
function disc(source: (guest: Guest) => string, after: (guest: Guest) => Promise<void> = async () => {}): Scene {
  return {
    starts: true,
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await writeFile(isoOf(guest), Buffer.alloc(64 * 1024));
      await addDevices(
        stage,
        guest,
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>${source(guest)}<target dev='hdc' bus='ide'/><readonly/></disk>`,
      );
      await offAndRun(stage, guest);
      await after(guest);
      return guest;
    },
    configure: ejected,
  };
}
const named =
  (policy = '') =>
  (guest: Guest) =>
    `<source file='${isoOf(guest)}'${policy}/>`;
const goneDisc = (guest: Guest) => rm(isoOf(guest));
const ejected = (xml: string) =>
  xml.replace(/(<disk type='file' device='(?:cdrom|floppy)'>(?:(?!<\/disk>)[\s\S])*?)<source [^>]*\/>/, '$1');

/** A file that the firmware section names, and the present configuration does not. */
function booted(element: string, gone: boolean): Scene {
  return {
    starts: true,
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      const kernel = join(guest.folder, 'vmlinuz');
      const other = join(guest.folder, 'initrd');
      await Promise.all([kernel, other].map((file) => writeFile(file, Buffer.alloc(4096))));
      const boots = `<kernel>${kernel}</kernel>${element === 'initrd' ? `<initrd>${other}</initrd>` : ''}`;
      await edit(stage, guest, (xml) => xml.replace('</os>', `${boots}</os>`));
      await internal(stage, guest, 'off');
      if (gone) await rm(element === 'initrd' ? other : kernel);
      return guest;
    },
    configure: (xml) => xml.replace(/\s*<(kernel|initrd)>.*?<\/\1>/g, ''),
  };
}

/** The image is somewhere else now, and the domain defined with it there. */
function elsewhere(put: (from: string, to: string) => Promise<void>): Scene {
  return {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      await mkdir(join(guest.folder, 'new'));
      await put(join(guest.folder, 'hda.qcow2'), join(guest.folder, 'new/hda.qcow2'));
      return guest;
    },
    configure: (xml, { folder }) => xml.replace(`${folder}/hda.qcow2`, `${folder}/new/hda.qcow2`),
  };
}

/** Its one disk lies in a folder with such a name. */
export async function inFolder(guest: Guest, folder: string): Promise<(xml: string) => string> {
  const path = join(guest.folder, folder);
  mkdirSync(path);
  const image = join(path, 'hda.qcow2');
  await createDisk(image, 64);
  const escaped = image.replaceAll('&', '&amp;').replaceAll("'", '&apos;');
  return (xml) => xml.replace(/<source file='[^']*'/, `<source file='${escaped}'`);
}

function folder(name: string): Scene {
  return {
    async make(stage, guestName) {
      const guest = await makeGuest(stage, guestName);
      await edit(stage, guest, await inFolder(guest, name));
      await offAndRun(stage, guest);
      return guest;
    },
  };
}

const hdb = /\n\s*<disk (?:(?!<\/disk>)[\s\S])*?<target dev='hdb'[\s\S]*?<\/disk>/;
const attribute =
  (value: string): NonNullable<Scene['configure']> =>
  (xml) =>
    /<disk [^>]*snapshot=/.test(xml) ? xml : xml.replace(/<disk type='file'/, `<disk type='file' snapshot='${value}'`);

/** What the stored configuration of internal snapshots names, and what has become of it. */
export const storedScenes: Scenes = {
  disc: disc(named()),
  'disc-gone': disc(named(), goneDisc),
  'disc-gone-mandatory': disc(named(" startupPolicy='mandatory'"), goneDisc),
  'disc-gone-requisite': disc(named(" startupPolicy='requisite'"), goneDisc),
  'disc-gone-optional': disc(named(" startupPolicy='optional'"), goneDisc),
  'disc-empty': disc(() => ''),
  /** The guest runs without the disc that its next start would have. */
  'disc-next-gone': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await writeFile(isoOf(guest), Buffer.alloc(64 * 1024));
      await addDevices(
        stage,
        guest,
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>${named()(guest)}<target dev='hdc' bus='ide'/><readonly/></disk>`,
      );
      await start(stage, guest);
      await stage.lab.virsh('change-media', name, 'hdc', '--eject', '--live', '--force');
      await internal(stage, guest, 'run');
      await guest.destroy();
      await rm(isoOf(guest));
      return guest;
    },
    configure: ejected,
  },
  /** The image is gone, and the guest that runs holds it open. */
  'open-gone': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      return guest;
    },
    async prepare({ folder }) {
      if (existsSync(join(folder, 'away'))) await rename(join(folder, 'away'), join(folder, 'hda.qcow2'));
    },
    async arrange(_, { folder }) {
      await rename(join(folder, 'hda.qcow2'), join(folder, 'away'));
    },
  },
  'floppy-gone': {
    starts: true,
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      const image = join(guest.folder, 'drivers.img');
      await writeFile(image, Buffer.alloc(1_474_560));
      await addDevices(
        stage,
        guest,
        `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='fda' bus='fdc'/><readonly/></disk>`,
      );
      await offAndRun(stage, guest);
      await rm(image);
      return guest;
    },
    configure: ejected,
  },
  kernel: booted('kernel', false),
  'kernel-gone': booted('kernel', true),
  'initrd-gone': booted('initrd', true),
  copied: elsewhere(copyFile),
  moved: elsewhere(rename),
  'attribute-external': { ...plainTwo(), configure: attribute('external') },
  'attribute-no': { ...plainTwo(), configure: attribute('no') },
  /** hdb has been taken away since. */
  detached: { ...plainTwo(), configure: (xml) => xml.replace(hdb, '') },
  'detached-gone': {
    ...plainTwo(async (guest) => rm(join(guest.folder, 'hdb.qcow2'))),
    starts: true,
    configure: (xml) => xml.replace(hdb, ''),
  },
  'read-only': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await edit(stage, guest, (xml) =>
        xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='vda' bus='virtio'/><readonly/>"),
      );
      await offAndRun(stage, guest);
      return guest;
    },
  },
  volume: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { pool: false });
      await stage.lab.virsh('pool-create-as', name, 'dir', '--target', guest.folder);
      await edit(stage, guest, (xml) =>
        xml
          .replace(/<disk type='file'/, "<disk type='volume'")
          .replace(/<source file='[^']*'/, `<source pool='${name}' volume='hda.qcow2'`),
      );
      await offAndRun(stage, guest);
      return guest;
    },
  },
  /** A volume now, a file when the snapshots were taken. */
  'volume-since': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { pool: false });
      await stage.lab.virsh('pool-create-as', name, 'dir', '--target', guest.folder);
      await offAndRun(stage, guest);
      return guest;
    },
    configure: (xml, { name }) =>
      xml
        .replace(/<disk type='file'/, "<disk type='volume'")
        .replace(/<source file='[^']*'/, `<source pool='${name}' volume='hda.qcow2'`),
  },
  'block-disc': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await addDevices(
        stage,
        guest,
        "<disk type='block' device='cdrom'><driver name='qemu' type='raw'/><source dev='/dev/sr0'/><target dev='hdc' bus='ide'/><readonly/></disk>",
      );
      await internal(stage, guest, 'off');
      return guest;
    },
  },
  'folder-comma': folder('a,b'),
  'folder-space': folder('a b'),
  'folder-quotes': folder(`it's "q"`),
  /** The tags were deleted from the image by hand. */
  'tag-gone': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      for (const tag of ['off', 'run']) await run(['qemu-img', 'snapshot', '-d', tag, join(guest.folder, 'hda.qcow2')]);
      return guest;
    },
  },
  'tag-twice': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      const path = join(guest.folder, 'hda.qcow2');
      for (const tag of ['off', 'odd']) await run(['qemu-img', 'snapshot', '-c', tag, path]);
      await internal(stage, guest, 'off');
      return guest;
    },
  },
  /** “2” has ID 1 and “1” has ID 2; “3” is its own. */
  digits: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const tag of ['2', '1', '3']) await internal(stage, guest, tag);
      return guest;
    },
  },
  'digits-unread': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { pool: false });
      for (const tag of ['2', '1']) await internal(stage, guest, tag);
      return guest;
    },
  },
  'odd-names': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const tag of ['a b', 'a"b', 'a\\b', 'a,b', '-x', 'ä']) await internal(stage, guest, tag);
      return guest;
    },
  },
  /** A checkpoint, as backup tools leave it. */
  checkpoint: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      await start(stage, guest, '--paused');
      await stage.lab.virsh('checkpoint-create-as', name, 'cp1');
      return guest;
    },
  },
  backup: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      return guest;
    },
    async arrange({ lab }, { name, folder }) {
      if ((await lab.virsh('domjobinfo', name)).includes('Backup')) return;
      const file = join(folder, 'backup.xml');
      const server = `<server transport='unix' socket='${join(folder, 'nbd')}'/>`;
      const scratch = `<scratch file='${join(folder, 'scratch')}'/>`;
      await rm(join(folder, 'scratch'), { force: true });
      await writeFile(
        file,
        `<domainbackup mode='pull'>${server}<disks><disk name='hda' backup='yes' type='file'>${scratch}</disk></disks></domainbackup>`,
      );
      await lab.virsh('backup-begin', name, file);
    },
  },
  /** A guest that panics and is kept. */
  panic: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await edit(stage, guest, withPanic);
      await writeDisk(join(guest.folder, 'hda.qcow2'), 0, panics());
      await internal(stage, guest, 'off');
      return guest;
    },
  },
  /** int A, int B, back to A, ext E: its overlay lies on the image that A and B are inside of. */
  branch: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const tag of ['A', 'B']) await internal(stage, guest, tag);
      await guest.revert('A');
      await stage.bytes(guest).take('E', ['--disk-only']);
      return guest;
    },
  },
};

const withPanic = (xml: string) =>
  xml
    .replace(/<on_crash>[^<]*<\/on_crash>/, '<on_crash>preserve</on_crash>')
    .replace('</devices>', "<panic model='isa'/></devices>");

/** A boot sector that waits for a few ticks of the clock and tells QEMU’s panic device. */
function panics(): Uint8Array {
  const sector = new Uint8Array(512);
  // sti; hlt × 4; mov dx, 505h; mov al, 1; out dx, al; hlt; jmp back
  sector.set([0xfb, 0xf4, 0xf4, 0xf4, 0xf4, 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xf4, 0xeb, 0xfd]);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

function plainTwo(after: (guest: Guest) => Promise<void> = async () => {}): Scene {
  return {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await offAndRun(stage, guest);
      await after(guest);
      return guest;
    },
  };
}
