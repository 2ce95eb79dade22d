import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk, writeDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { run } from '../../lab/run.ts';
import { edit, external, internal, makeGuest, offAndRun, type Scene, type Scenes, start } from './scene.ts';

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

/** Names, what the images have of them, and what else there is of a guest. */
export const imageScenes: Scenes = {
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
  /** Somebody has taken other snapshots of those names in the image: one without memory. */
  'tag-replaced': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      const path = join(guest.folder, 'hda.qcow2');
      for (const way of ['-d', '-c']) await run(['qemu-img', 'snapshot', way, 'run', path]);
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
  /** Taken while the guest runs, by the monitor of QEMU, which reads them otherwise. */
  'odd-live': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name, { pool: false });
      await start(stage, guest);
      for (const tag of ['a"b', 'a\\b']) await internal(stage, guest, tag);
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
  /** A checkpoint of an overlay, which was merged into the image since, and its bitmap with it. */
  'checkpoint-merged': {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await external(stage, guest, 'over', { diskOnly: true });
      await start(stage, guest);
      await stage.lab.virsh('checkpoint-create-as', name, 'cp1');
      await stage.lab.virsh('snapshot-delete', name, 'over');
      await internal(stage, guest, 'run');
      await guest.destroy();
      return guest;
    },
  },
  /** A bitmap that libvirt knows nothing of. */
  bitmap: {
    async make(stage, name) {
      const guest = await makeGuest(stage, name);
      await offAndRun(stage, guest);
      await run(['qemu-img', 'bitmap', '--add', join(guest.folder, 'hda.qcow2'), 'by-hand']);
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
