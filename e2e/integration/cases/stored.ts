import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import type { Guest } from '../../lab/lab.ts';
import { everywhere, type FieldCase } from './field-case.ts';
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
