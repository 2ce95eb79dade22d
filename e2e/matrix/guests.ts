import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot } from '../lab/available.ts';
import type { Guest } from '../lab/lab.ts';
import type { Stage } from './stage.ts';

type Make = (stage: Stage, name: string) => Promise<Guest>;

/** The guests of the matrix, in the order in which they are made: each has the snapshots that its cases name. */
export const guests: Readonly<Record<string, Make>> = {
  /** Metadata as an ancient libvirt left it. */
  bare: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await editMetadata(stage, name, (xml) => {
      const uuid = /<uuid>[^<]*<\/uuid>/.exec(xml)?.[0] ?? '';
      return xml.replace(/<domain [\s\S]*<\/domain>/, `<domain>${uuid}</domain>`);
    });
    return guest;
  },
  suspended: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await editMetadata(stage, name, (xml) => xml.replace('<state>shutoff', '<state>pmsuspended'));
    return guest;
  },
  /** One internal snapshot of each state, each the parent of the next. */
  int: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await start(stage, guest);
    await guest.snapshot('run');
    await stage.lab.virsh('suspend', name);
    await guest.snapshot('pau');
    return guest;
  },
  /** Two disks. */
  two: async (stage, name) => {
    const guest = await stage.lab.guest({ name, disks: 2 });
    await guest.snapshot('off');
    await start(stage, guest);
    await guest.snapshot('run');
    return guest;
  },
  /** External snapshots of each kind, each the parent of the next. */
  ext: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await external(stage, guest, 'off');
    await start(stage, guest);
    await external(stage, guest, 'run', true);
    await stage.lab.virsh('suspend', name);
    await external(stage, guest, 'pau', true);
    await stage.lab.virsh('resume', name);
    await external(stage, guest, 'dsk', false, '--disk-only');
    return guest;
  },
  /** An external snapshot on top of an internal one. */
  'ext-mixed': async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await external(stage, guest, 'dsk', false, '--disk-only');
    return guest;
  },
  'ext-gone': async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await start(stage, guest);
    await external(stage, guest, 'run', true);
    await rm(memoryFile(guest, 'run'));
    return guest;
  },
  /** A tree whose current snapshot was moved by hand. */
  'ext-moved': async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await external(stage, guest, 'first');
    await external(stage, guest, 'second');
    await redefine(stage, guest, 'first', (xml) => xml, '--current');
    return guest;
  },
  'ext-lone': async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await external(stage, guest, 'dsk', false, '--disk-only');
    await redefine(stage, guest, 'dsk', (xml) => xml);
    return guest;
  },
  lone: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await redefine(stage, guest, 'off', (xml) => xml);
    return guest;
  },
  /** A generation ID. */
  genid: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    const xml = await stage.lab.virsh('dumpxml', name);
    await stage.define(guest, xml.replace('</vcpu>', '</vcpu><genid/>'));
    await start(stage, guest);
    await guest.snapshot('run');
    return guest;
  },
  /** Firmware with variables. Nothing runs of it: QEMU wants a file of the right size, whatever is in it. */
  nvram: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    const define = async (change: (xml: string) => string) =>
      stage.define(guest, change(await stage.lab.virsh('dumpxml', name)));
    await define((xml) => xml.replace('</os>', '</os><features><acpi/></features>'));
    await guest.snapshot('off');
    const [code, vars] = ['code.fd', 'vars.fd'].map((file) => join(guest.folder, file)) as [string, string];
    await Promise.all([code, vars].map((file) => writeFile(file, Buffer.alloc(1 << 20))));
    const firmware = `<loader readonly='yes' type='pflash'>${code}</loader><nvram>${vars}</nvram></os>`;
    const withFirmware = (xml: string) => xml.replaceAll('</os>', firmware);
    await define(withFirmware);
    await redefine(stage, guest, 'off', withFirmware, '--current');
    return guest;
  },
  /** A block job that waits to be told how to end. */
  job: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await start(stage, guest);
    const copy = join(guest.folder, 'copy.qcow2');
    await stage.lab.virsh('blockcopy', name, 'hda', '--dest', copy, '--format', 'qcow2', '--transient-job', '--wait');
    return guest;
  },
  /** A disk that is named by pool and volume. */
  'ext-pool': async (stage, name) => {
    const guest = await stage.lab.guest({ name, pool: false });
    await stage.lab.virsh('pool-create-as', 'images', 'dir', '--target', guest.folder);
    const xml = await stage.lab.virsh('dumpxml', name);
    await stage.define(
      guest,
      xml
        .replace(/<disk type='file'/, "<disk type='volume'")
        .replace(/<source file='[^']*'/, "<source pool='images' volume='hda.qcow2'"),
    );
    await external(stage, guest, 'dsk', false, '--disk-only');
    return guest;
  },
  /** The image behind its disk is gone. */
  image: async (stage, name) => {
    const guest = await stage.lab.guest({ name });
    await guest.snapshot('off');
    await start(stage, guest);
    await guest.snapshot('run');
    await guest.destroy();
    await rename(join(guest.folder, 'hda.qcow2'), join(guest.folder, 'elsewhere.qcow2'));
    return guest;
  },
};

async function start({ lab }: Stage, { name }: Guest): Promise<void> {
  await lab.virsh('start', name);
}

function memoryFile({ folder }: Guest, snapshot: string): string {
  return join(folder, `${snapshot}.mem`);
}

async function external({ lab }: Stage, guest: Guest, name: string, memory = false, ...more: string[]): Promise<void> {
  const disk = `hda,snapshot=external,file=${join(guest.folder, `hda-${name}.qcow2`)}`;
  const memspec = memory ? ['--memspec', `file=${memoryFile(guest, name)},snapshot=external`] : [];
  // An old libvirt takes an external snapshot without memory only if it is called disk-only.
  const diskOnly = !memory && Number.parseFloat(lab.version) < 9.9 && more.length === 0 ? ['--disk-only'] : [];
  await guest.snapshot(name, '--diskspec', disk, ...memspec, ...diskOnly, ...more);
}

/** Writes a snapshot's metadata anew, as after a move to another host. */
async function redefine(
  { lab }: Stage,
  { name, folder }: Guest,
  snapshot: string,
  change: (xml: string) => string,
  ...more: string[]
): Promise<void> {
  const file = join(folder, `${snapshot}.xml`);
  await writeFile(file, change(await lab.virsh('snapshot-dumpxml', name, snapshot, '--security-info')));
  if (more.length === 0) await lab.virsh('snapshot-delete', name, snapshot, '--metadata');
  await lab.virsh('snapshot-create', name, file, '--redefine', ...more);
}

/** Changes a snapshot's metadata in a way that libvirt does not offer: the daemon reads it when it starts. */
async function editMetadata(stage: Stage, name: string, change: (xml: string) => string): Promise<void> {
  const folder = isRoot() ? 'lib/qemu/snapshot' : 'etc/libvirt/qemu/snapshot';
  const file = join(stage.lab.dir, folder, name, 'off.xml');
  await writeFile(file, change(await readFile(file, 'utf8')));
  await stage.restartDaemon();
}
