import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import { createDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { everywhere, type FieldCase, withBranches } from './field-case.ts';
import type { Trial } from './trial.ts';

/** What the configuration stored with a snapshot names, and what has become of it since. */
export const storedCases: readonly FieldCase[] = [
  {
    name: 'cd-gone',
    on: everywhere,
    short: ['11.3'],
    async run(t) {
      const { guest, iso } = await withDisc(t);
      await t.start(guest, '--paused');
      await guest.snapshot('with-iso');
      await t.virsh(guest, 'change-media', 'hdc', '--eject', '--live', '--config');
      await rm(iso);
      await gone(t, guest, 'with-iso', /tools\.iso/);
    },
  },
  {
    name: 'cd-gone-off',
    on: everywhere,
    short: ['12.8'],
    async run(t) {
      const { guest, iso } = await withDisc(t);
      await guest.snapshot('with-iso');
      await t.virsh(guest, 'change-media', 'hdc', '--eject', '--config');
      await rm(iso);
      t.warned('it does not start afterwards', await t.says(guest, 'with-iso'), /tools\.iso/);
      t.blocked('and be started', await t.says(guest, 'with-iso', 'running'), /tools\.iso/);
      t.libvirt('revert', await t.libvirtReverts(guest, 'with-iso'), null);
      t.libvirt('it starts', await t.libvirtStarts(guest), false);
    },
  },
  {
    // libvirt drops such a medium when the domain starts.
    name: 'cd-gone-optional',
    on: everywhere,
    short: [],
    async run(t) {
      const { guest, iso } = await withDisc(t, " startupPolicy='optional'");
      await t.start(guest, '--paused');
      await guest.snapshot('with-iso');
      await rm(iso);
      const { verdict } = await t.says(guest, 'with-iso');
      t.expect.soft(verdict, 'Snapkeel').not.toBe('willFail');
      t.libvirt('revert', await t.libvirtReverts(guest, 'with-iso'), null);
    },
  },
  {
    name: 'floppy-gone',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      const image = join(guest.folder, 'drivers.img');
      await writeFile(image, Buffer.alloc(1_474_560));
      await t.add(
        guest,
        `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='fda' bus='fdc'/><readonly/></disk>`,
      );
      await t.start(guest, '--paused');
      await guest.snapshot('with-floppy');
      await rm(image);
      await gone(t, guest, 'with-floppy', /drivers\.img/);
    },
  },
  {
    name: 'kernel-gone',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      const kernel = join(guest.folder, 'vmlinuz');
      await writeFile(kernel, Buffer.alloc(4096));
      const withKernel = (xml: string) => xml.replace('</os>', `<kernel>${kernel}</kernel></os>`);
      await t.edit(guest, withKernel);
      await guest.snapshot('with-kernel');
      await t.edit(guest, (xml) => xml.replace(/<kernel>.*?<\/kernel>/, ''));
      await rm(kernel);
      t.warned('it does not start afterwards', await t.says(guest, 'with-kernel'), /vmlinuz/);
      t.blocked('and be started', await t.says(guest, 'with-kernel', 'running'), /vmlinuz/);
      t.libvirt('revert', await t.libvirtReverts(guest, 'with-kernel'), null);
      t.libvirt('it starts', await t.libvirtStarts(guest), false);
    },
  },
  {
    name: 'image-copied',
    on: everywhere,
    short: ['host'],
    async run(t) {
      const { guest, old, copy } = await movedTo(t, copyFile);
      await t.put(guest, 'work in new/');
      t.warned('the stored configuration names the old image', await t.says(guest, 'off'), new RegExp(old));
      const { outcome } = await t.revert(guest, 'off');
      t.expect.soft(outcome.result, 'Snapkeel reverts').toBe('done');
      t.libvirt('the disk', await guest.diskPath(), old);
      t.libvirt('what is left behind', await t.gotIn(copy), 'work in new/');
    },
  },
  {
    name: 'image-moved',
    on: everywhere,
    short: [],
    async run(t) {
      const { guest, old } = await movedTo(t, rename);
      t.blocked('the stored configuration names an image that is gone', await t.says(guest, 'off'), new RegExp(old));
      t.expect(await t.libvirtReverts(guest, 'off'), 'libvirt').toBeTypeOf('number');
    },
  },
  {
    name: 'image-moved-running',
    on: everywhere,
    short: [],
    async run(t) {
      const { guest, old } = await movedTo(t, rename, true);
      await t.start(guest, '--paused');
      await gone(t, guest, 'live', new RegExp(old));
    },
  },
  {
    name: 'external-image-gone',
    on: withBranches,
    short: ['11.3'],
    async run(t) {
      const { guest } = await chainOfThree(t);
      await rename(t.overlay(guest, 's2'), join(guest.folder, 'elsewhere'));
      const says = await t.says(guest, 's3');
      t.blocked('the image behind it is gone', says, /hda\.s2/);
      if (says.verdict === 'willFail')
        t.expect.soft((await t.revert(guest, 's3')).outcome.result, 'Snapkeel does not try').toBe('refused');
      t.libvirt('the guest before', await guest.state(), 'running');
      t.libvirt('revert', await t.libvirtRevertsAgain(guest, 's3'), errorCode.CONFIG_UNSUPPORTED);
      t.libvirt('the guest', await guest.state(), 'shut off');
    },
  },
  {
    // The one below that is gone.
    name: 'external-middle-gone',
    on: withBranches,
    short: [],
    async run(t) {
      const { guest } = await chainOfThree(t);
      await rename(t.overlay(guest, 's1'), join(guest.folder, 'elsewhere'));
      t.blocked('an image below it is gone', await t.says(guest, 's3'), /hda\.s1/);
      t.expect(await t.libvirtRevertsAgain(guest, 's3'), 'libvirt').toBeTypeOf('number');
      t.libvirt('the guest', await guest.state(), 'shut off');
    },
  },
  {
    // Off, a missing image is found out too, and nothing is lost.
    name: 'external-image-gone-off',
    on: withBranches,
    short: [],
    async run(t) {
      const { guest } = await chainOfThree(t);
      await guest.destroy();
      await rename(t.overlay(guest, 's2'), join(guest.folder, 'elsewhere'));
      t.blocked('the image behind it is gone', await t.says(guest, 's3'), /hda\.s2/);
      t.expect(await t.libvirtRevertsAgain(guest, 's3'), 'libvirt').toBeTypeOf('number');
    },
  },
  {
    name: 'non-file-cd',
    on: withBranches,
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest();
      await t.add(
        guest,
        "<disk type='block' device='cdrom'><driver name='qemu' type='raw'/><source dev='/dev/sr0'/><target dev='hdc' bus='ide'/><readonly/></disk>",
      );
      await nonFile(t, guest);
    },
  },
  {
    name: 'network-cd',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.add(
        guest,
        "<disk type='network' device='cdrom'><driver name='qemu' type='raw'/><source protocol='http' name='/d.iso'><host name='127.0.0.1' port='9'/></source><target dev='hdc' bus='ide'/><readonly/></disk>",
      );
      await nonFile(t, guest);
    },
  },
  {
    // A drive without a disc is a file disk without a source.
    name: 'empty-cd',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.add(guest, "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>");
      await t.put(guest, 'early');
      await t.external(guest, 's1');
      await t.put(guest, 'later');
      const { plan, outcome } = await t.revert(guest, 's1');
      t.expect.soft(plan.choices['as-saved'].verdict, 'Snapkeel').not.toBe('willFail');
      t.done('revert', outcome);
      t.libvirt('bytes', await t.got(guest), 'early');
    },
  },
  {
    name: 'comma-folder',
    on: withBranches,
    short: ['12.8'],
    async run(t) {
      const guest = await inFolder(t, 'a,b');
      await t.external(guest, 's1', { others: {} });
      await t.start(guest, '--paused');
      t.blocked('a comma in the folder', await t.says(guest, 's1'), /comma|a,b/);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), errorCode.INTERNAL_ERROR);
      t.libvirt('the guest', await guest.state(), 'shut off');
    },
  },
  {
    name: 'comma-folder-off',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await inFolder(t, 'a,b');
      await t.external(guest, 's1');
      t.blocked('a comma in the folder', await t.says(guest, 's1'), /comma|a,b/);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), errorCode.INTERNAL_ERROR);
    },
  },
  {
    // qemu-img is not told of the path of an internal snapshot by option.
    name: 'comma-folder-internal',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await inFolder(t, 'a,b');
      await t.put(guest, 'early');
      await guest.snapshot('s1');
      await t.put(guest, 'later');
      const { plan, outcome } = await t.revert(guest, 's1');
      t.expect.soft(plan.choices['as-saved'].verdict, 'Snapkeel').not.toBe('willFail');
      t.done('revert', outcome);
      t.libvirt('bytes', await t.got(guest), 'early');
    },
  },
  {
    name: 'odd-folder',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await inFolder(t, `it's "a" (b) ä=%s`);
      await t.put(guest, 'early');
      await t.external(guest, 's1');
      await t.put(guest, 'later');
      const { plan, outcome } = await t.revert(guest, 's1');
      t.expect.soft(plan.choices['as-saved'].verdict, 'Snapkeel').not.toBe('willFail');
      t.expect.soft(outcome, 'Snapkeel').toMatchObject({ result: 'done', differences: [] });
      t.libvirt('bytes', await t.got(guest), 'early');
    },
  },
  {
    name: 'memory-gone',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      await t.external(guest, 'm', { memory: true });
      await rm(t.memoryFile(guest, 'm'));
      t.blocked('the memory is gone', await t.says(guest, 'm'), /m\.mem/);
      t.libvirt('revert', await t.libvirtReverts(guest, 'm'), errorCode.SYSTEM_ERROR);
      t.libvirt('the guest', await guest.state(), 'shut off');
    },
  },
];

/** The guest runs, and what its snapshot names is gone. */
async function gone(t: Trial, guest: Guest, name: string, what: RegExp): Promise<void> {
  if (t.major < 8) {
    // The process goes on, and opens nothing anew.
    t.expect.soft((await t.says(guest, name)).verdict, 'Snapkeel, in place').not.toBe('willFail');
    t.libvirt('revert in place', await t.libvirtReverts(guest, name), null);
    await guest.destroy();
  }
  t.blocked('what it names is gone', await t.says(guest, name), what);
  t.libvirt('revert', await t.libvirtReverts(guest, name), errorCode.SYSTEM_ERROR);
  t.libvirt('the guest', await guest.state(), 'shut off');
}

async function withDisc(t: Trial, policy = ''): Promise<{ guest: Guest; iso: string }> {
  const guest = await t.guest();
  const iso = join(guest.folder, 'tools.iso');
  await writeFile(iso, Buffer.alloc(64 * 1024));
  await t.add(
    guest,
    `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${iso}'${policy}/><target dev='hdc' bus='ide'/><readonly/></disk>`,
  );
  return { guest, iso };
}

/** A snapshot, and then the image is put somewhere else and the domain defined with it there. */
async function movedTo(t: Trial, put: (from: string, to: string) => Promise<void>, live = false) {
  const guest = await t.guest();
  const old = await guest.diskPath();
  await guest.snapshot('off');
  if (live) {
    await t.start(guest, '--paused');
    await guest.snapshot('live');
    await guest.destroy();
  }
  const copy = join(guest.folder, 'new', 'hda.qcow2');
  await mkdir(join(guest.folder, 'new'));
  await put(old, copy);
  await t.edit(guest, (xml) => xml.replace(old, copy));
  return { guest, old, copy };
}

/** s1 – s2 – s3, the domain back at s1 and running. */
async function chainOfThree(t: Trial): Promise<{ guest: Guest }> {
  const guest = await t.guest();
  for (const name of ['s1', 's2', 's3']) await t.external(guest, name);
  t.libvirt('back at s1', await t.libvirtReverts(guest, 's1'), null);
  await t.start(guest);
  return { guest };
}

async function nonFile(t: Trial, guest: Guest): Promise<void> {
  await t.external(guest, 's1');
  t.blocked('a drive that is no file', await t.says(guest, 's1'), /hdc/);
  const { outcome } = await t.revert(guest, 's1', { safety: true });
  t.expect.soft(outcome.result, 'Snapkeel does not try').toBe('refused');
  t.expect.soft(await guest.snapshots(), 'Snapkeel takes no safety snapshot first').toEqual(['s1']);
  t.libvirt('revert', await t.libvirtReverts(guest, 's1'), errorCode.OPERATION_UNSUPPORTED);
}

/** Its disk, and what is made beside it, lie in a folder of this name. */
async function inFolder(t: Trial, folder: string): Promise<Guest> {
  const guest = await t.guest();
  const path = join(guest.folder, folder);
  await mkdir(path);
  const image = join(path, 'hda.qcow2');
  await createDisk(image, 64);
  const escaped = image.replaceAll('&', '&amp;').replaceAll("'", '&apos;').replaceAll('"', '&quot;');
  await t.edit(guest, (xml) => xml.replace(/<source file='[^']*'/, `<source file='${escaped}'`));
  if (!existsSync(await guest.diskPath())) throw new Error(`no disk in ${path}`);
  return guest;
}
