import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { inFolder } from './images.ts';
import {
  addDevices,
  type ExternalOptions,
  edit,
  external,
  internal,
  makeGuest,
  overlayFile,
  redefine,
  type Scene,
  type Scenes,
  start,
  withDevices,
} from './scene.ts';

interface Layers extends Pick<Scene, 'configure' | 'arrange'> {
  readonly disks?: number;
  /** Before the first snapshot. */
  readonly before?: (guest: Guest) => Promise<((xml: string) => string) | undefined>;
  readonly take?: ExternalOptions;
  /** After the last. */
  readonly after?: (guest: Guest) => Promise<void>;
}

/** External snapshots: “dsk” of the disks, then “run” with memory. The domain is off. */
function layers({ disks = 1, before, take = {}, after, ...hooks }: Layers): Scene {
  return {
    ...hooks,
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks });
      const change = await before?.(guest);
      if (change) await edit(stage, guest, change);
      await external(stage, guest, 'dsk', { diskOnly: true, ...take });
      await start(stage, guest);
      await external(stage, guest, 'run', { memory: true, ...take });
      await guest.destroy();
      await after?.(guest);
      return guest;
    },
  };
}

const isoOf = ({ folder }: Guest) => join(folder, 'tools.iso');
const drive = (kind: string, source: string) =>
  `<disk type='${kind}' device='cdrom'><driver name='qemu' type='raw'/>${source}<target dev='hdc' bus='ide'/><readonly/></disk>`;
const both: ExternalOptions = { disks: ['hda', 'hdb'] };
const hdb = /\n\s*<disk (?:(?!<\/disk>)[\s\S])*?<target dev='hdb'[\s\S]*?<\/disk>/;

/** s1 – s2 – s3, the domain back at s1; then something becomes of one image. */
function chain(gone: string): Scene {
  return {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const snapshot of ['s1', 's2', 's3']) await external(stage, guest, snapshot, { diskOnly: true });
      await guest.revert('s1');
      await rename(overlayFile(guest, gone), join(guest.folder, 'elsewhere'));
      return guest;
    },
  };
}

/** What lies on what, and what external reverts do to every disk. */
export const layeredScenes: Scenes = {
  'ext-two': layers({ disks: 2, take: both }),
  'ext-left': layers({ disks: 2, take: { others: { hdb: 'no' } } }),
  'ext-manual': layers({ disks: 2, take: { others: { hdb: 'manual' } } }),
  /** Memory alone. */
  'ext-memory': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await start(stage, guest);
      await external(stage, guest, 'run', { disks: [], others: { hda: 'no' }, memory: true });
      await guest.destroy();
      return guest;
    },
  },
  'ext-disc': layers({
    async before(guest) {
      await writeFile(isoOf(guest), Buffer.alloc(64 * 1024));
      return withDevices(drive('file', `<source file='${isoOf(guest)}'/>`));
    },
  }),
  'ext-disc-empty': layers({ before: async () => withDevices(drive('file', '')) }),
  'ext-disc-gone': layers({
    async before(guest) {
      await writeFile(isoOf(guest), Buffer.alloc(64 * 1024));
      return withDevices(drive('file', `<source file='${isoOf(guest)}'/>`));
    },
    after: (guest) => rm(isoOf(guest)),
    configure: (xml) =>
      xml.replace(/(<disk type='file' device='cdrom'>(?:(?!<\/disk>)[\s\S])*?)<source [^>]*\/>/, '$1'),
  }),
  'ext-disc-block': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await addDevices(stage, guest, drive('block', "<source dev='/dev/sr0'/>"));
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
  },
  'ext-disc-network': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      const source = "<source protocol='http' name='/d.iso'><host name='127.0.0.1' port='9'/></source>";
      await addDevices(stage, guest, drive('network', source));
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
  },
  /** Since the snapshot: its own stored configuration has none. */
  'ext-disc-block-since': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
    configure: (xml) => (xml.includes('/dev/sr0') ? xml : withDevices(drive('block', "<source dev='/dev/sr0'/>"))(xml)),
  },
  'ext-read-only': layers({
    disks: 2,
    before: async () => (xml) =>
      xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='vda' bus='virtio'/><readonly/>"),
  }),
  'ext-floppy': layers({
    async before(guest) {
      const image = join(guest.folder, 'drivers.img');
      await writeFile(image, Buffer.alloc(1_474_560));
      return withDevices(
        `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='fda' bus='fdc'/><readonly/></disk>`,
      );
    },
  }),
  /** A disk that other guests may write to. */
  'ext-shareable': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: ['qcow2', 'raw'] });
      await edit(stage, guest, (xml) => xml.replace(/(<target dev='hdb'[^>]*>)/, '$1<shareable/>'));
      await external(stage, guest, 'dsk', { diskOnly: true, others: { hdb: 'no' } });
      return guest;
    },
  },
  /** Images whose names differ in what follows the last dot. */
  'ext-same-name': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await Promise.all(
        ['hda', 'hdb'].map((target) =>
          rename(join(guest.folder, `${target}.qcow2`), join(guest.folder, `disk.${target}`)),
        ),
      );
      await edit(stage, guest, (xml) => xml.replace(/\/(hd[ab])\.qcow2'/g, "/disk.$1'"));
      await external(stage, guest, 'dsk', { diskOnly: true, ...both });
      return guest;
    },
  },
  /** As many images as the field has seen trouble with. */
  'ext-deep': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (let depth = 1; depth <= 27; depth++) await external(stage, guest, `s${depth}`, { diskOnly: true });
      return guest;
    },
  },
  'ext-chain-own': chain('s2'),
  'ext-chain-below': chain('s1'),
  'ext-comma': layers({ before: (guest) => inFolder(guest, 'a,b') }),
  'ext-comma-name': layers({
    async before({ folder }) {
      await rename(join(folder, 'hda.qcow2'), join(folder, 'a,b.qcow2'));
      return (xml) => xml.replace('/hda.qcow2', '/a,b.qcow2');
    },
  }),
  'ext-space': layers({ before: (guest) => inFolder(guest, 'a b'), take: { beside: true } }),
  'ext-quotes': layers({ before: (guest) => inFolder(guest, `it's "q"`), take: { beside: true } }),
  'ext-attribute-no': layers({
    disks: 2,
    take: both,
    configure: (xml) =>
      /<disk [^>]*snapshot=/.test(xml) ? xml : xml.replace(/<disk type='file'/, "<disk type='file' snapshot='no'"),
  }),
  'ext-detached': layers({ disks: 2, take: both, configure: (xml) => xml.replace(hdb, '') }),
  'ext-attached': layers({
    before: async (guest) => {
      await createDisk(join(guest.folder, 'more.qcow2'), 8);
      return undefined;
    },
    configure: (xml, { folder }) =>
      xml.includes("dev='hdd'")
        ? xml
        : withDevices(
            `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${folder}/more.qcow2'/><target dev='hdd' bus='ide'/></disk>`,
          )(xml),
  }),
  'ext-checkpoint': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      await start(stage, guest, '--paused');
      await stage.lab.virsh('checkpoint-create-as', name, 'cp1');
      return guest;
    },
  },
  /** libvirt’s record of a deletion that was broken off. */
  'ext-in-progress': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const snapshot of ['s1', 's2']) await external(stage, guest, snapshot, { diskOnly: true });
      await redefine(stage, guest, 's1', (xml) =>
        xml.replace(/(<disks>[\s\S]*?<disk name='hda'[^>]*>)/, '$1<snapshotDeleteInProgress/>'),
      );
      return guest;
    },
  },
  /** An internal snapshot inside the overlay of an external one. */
  'int-on-ext': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      await internal(stage, guest, 'i');
      return guest;
    },
  },
  /** i – e – f, all on one branch. */
  'int-below-ext': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'i');
      for (const snapshot of ['e', 'f']) await external(stage, guest, snapshot, { diskOnly: true });
      return guest;
    },
  },
  /** Branches of external snapshots alone. */
  'ext-branches': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      for (const snapshot of ['a', 'b']) await external(stage, guest, snapshot, { diskOnly: true });
      await guest.revert('a');
      await external(stage, guest, 'c', { diskOnly: true });
      return guest;
    },
  },
  /** The image that the external snapshots lie on is somewhere else, and so is what is defined. */
  'ext-copied': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      await mkdir(join(guest.folder, 'new'));
      await copyFile(overlayFile(guest, 'dsk'), join(guest.folder, 'new/hda-dsk.qcow2'));
      return guest;
    },
    configure: (xml, { folder }) => xml.replace(`${folder}/hda-dsk.qcow2`, `${folder}/new/hda-dsk.qcow2`),
  },
};
