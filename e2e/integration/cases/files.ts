import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import { createDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { everywhere, type FieldCase, withBranches } from './field-case.ts';
import type { Trial } from './trial.ts';

/** What external reverts need of files, drives and folders. */
export const fileCases: readonly FieldCase[] = [
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
