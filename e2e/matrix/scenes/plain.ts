import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  edit,
  editMetadata,
  external,
  internal,
  makeGuest,
  memoryFile,
  offAndRun,
  redefine,
  remake,
  type Scene,
  type Scenes,
  start,
} from './scene.ts';

/** Firmware with variables. Nothing runs of it: QEMU wants a file of the right size, whatever is in it. */
function firmware(after: (vars: string) => Promise<void> = async () => {}): Scene {
  return {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await edit(stage, guest, (xml) => xml.replace('</os>', '</os><features><acpi/></features>'));
      await internal(stage, guest, 'off');
      const [code, vars] = ['code.fd', 'vars.fd'].map((file) => join(guest.folder, file)) as [string, string];
      await Promise.all([code, vars].map((file) => writeFile(file, Buffer.alloc(1 << 20))));
      const loader = `<loader readonly='yes' type='pflash'>${code}</loader><nvram>${vars}</nvram></os>`;
      const withFirmware = (xml: string) => xml.replaceAll('</os>', loader);
      await edit(stage, guest, withFirmware);
      await redefine(stage, guest, 'off', withFirmware, '--current');
      await after(vars);
      return guest;
    },
  };
}

/** The kinds of snapshots there are, and metadata that is not as libvirt writes it today. */
export const plainScenes: Scenes = {
  /** Metadata as an ancient libvirt left it. */
  bare: {
    restarts: true,
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await editMetadata(stage, name, (xml) => {
        const uuid = /<uuid>[^<]*<\/uuid>/.exec(xml)?.[0] ?? '';
        return xml.replace(/<domain [\s\S]*<\/domain>/, `<domain>${uuid}</domain>`);
      });
      return guest;
    },
  },
  suspended: {
    restarts: true,
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await editMetadata(stage, name, (xml) => xml.replace('<state>shutoff', '<state>pmsuspended'));
      return guest;
    },
  },
  /** One internal snapshot of each state, each the parent of the next. */
  int: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await start(stage, guest);
      await internal(stage, guest, 'run');
      await stage.lab.virsh('suspend', name);
      await internal(stage, guest, 'pau');
      return guest;
    },
  },
  /** Two disks. */
  two: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { disks: 2 });
      await offAndRun(stage, guest);
      return guest;
    },
  },
  /** Somebody may look at its screen. */
  console: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { graphics: 'socket' });
      await offAndRun(stage, guest);
      return guest;
    },
  },
  /** Taken with `--halt`: of a running guest that is off afterwards. */
  halt: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await start(stage, guest);
      await internal(stage, guest, 'run', '--halt');
      return guest;
    },
  },
  /** External snapshots of each kind, each the parent of the next. */
  ext: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'off');
      await start(stage, guest);
      await external(stage, guest, 'run', { memory: true });
      await stage.lab.virsh('suspend', name);
      await external(stage, guest, 'pau', { memory: true });
      await stage.lab.virsh('resume', name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
  },
  /** An external snapshot on top of an internal one. */
  'ext-mixed': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
  },
  'ext-gone': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await start(stage, guest);
      await external(stage, guest, 'run', { memory: true });
      await rm(memoryFile(guest, 'run'));
      return guest;
    },
  },
  /** A tree whose current snapshot was moved by hand. */
  'ext-moved': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'first');
      await external(stage, guest, 'second');
      await redefine(stage, guest, 'first', (xml) => xml, '--current');
      return guest;
    },
  },
  'ext-lone': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'dsk', { diskOnly: true });
      await remake(stage, guest, 'dsk');
      return guest;
    },
  },
  lone: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await remake(stage, guest, 'off');
      return guest;
    },
  },
  /** A generation ID. */
  genid: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await edit(stage, guest, (xml) => xml.replace('</vcpu>', '</vcpu><genid/>'));
      await start(stage, guest);
      await internal(stage, guest, 'run');
      return guest;
    },
  },
  nvram: firmware(),
  'nvram-gone': { ...firmware((vars) => rm(vars)), starts: true },
  /** A block job that waits to be told how to end. */
  job: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await internal(stage, guest, 'off');
      await start(stage, guest);
      const copy = join(guest.folder, 'copy.qcow2');
      await stage.lab.virsh('blockcopy', name, 'hda', '--dest', copy, '--format', 'qcow2', '--transient-job', '--wait');
      return guest;
    },
  },
  /** A disk that is named by pool and volume. */
  'ext-pool': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { pool: false });
      await stage.lab.virsh('pool-create-as', name, 'dir', '--target', guest.folder);
      await edit(stage, guest, (xml) =>
        xml
          .replace(/<disk type='file'/, "<disk type='volume'")
          .replace(/<source file='[^']*'/, `<source pool='${name}' volume='hda.qcow2'`),
      );
      await external(stage, guest, 'dsk', { diskOnly: true });
      return guest;
    },
  },
  /** The image behind its disk is gone. */
  image: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      await rename(join(guest.folder, 'hda.qcow2'), join(guest.folder, 'elsewhere.qcow2'));
      return guest;
    },
  },
};
