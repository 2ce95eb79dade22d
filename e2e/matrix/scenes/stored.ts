import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from '../../lab/lab.ts';
import { addDevices, edit, internal, makeGuest, offAndRun, redefine, type Scene, type Scenes, start } from './scene.ts';

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

const hdb = /\n\s*<disk (?:(?!<\/disk>)[\s\S])*?<target dev='hdb'[\s\S]*?<\/disk>/;
const readOnly = (xml: string) =>
  xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='vda' bus='virtio'/><readonly/>");
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
      // Before its firmware looks into the drive, nothing holds the tray.
      await start(stage, guest, '--paused');
      await stage.lab.virsh('change-media', name, 'hdc', '--eject', '--live', '--force');
      await stage.lab.virsh('resume', name);
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
      await edit(stage, guest, readOnly);
      await offAndRun(stage, guest);
      return guest;
    },
  },
  /** libvirt lists the read-only disk: its image holds “off”, and not “run”. */
  'read-only-listed': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await edit(stage, guest, readOnly);
      const listed = (xml: string) =>
        xml.replace("<disk name='vda' snapshot='no'/>", "<disk name='vda' snapshot='internal'/>");
      await internal(
        stage,
        guest,
        'off',
        ...['hda', 'vda'].flatMap((disk) => ['--diskspec', `${disk},snapshot=internal`]),
      );
      await start(stage, guest);
      await internal(stage, guest, 'run');
      await redefine(stage, guest, 'run', listed);
      await guest.destroy();
      return guest;
    },
  },
  /** Its second disk is transient: what is written there is gone when it stops. */
  'transient-disk': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await internal(stage, guest, 'before');
      await edit(stage, guest, (xml) =>
        xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='vda' bus='virtio'/><transient/>"),
      );
      await internal(stage, guest, 'off');
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
};

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
