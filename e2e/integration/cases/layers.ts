import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { everywhere, type FieldCase, withBranches } from './field-case.ts';
import { revertFlag, type Trial } from './trial.ts';

/** What lies on what, and whose bytes come back. */
export const layerCases: readonly FieldCase[] = [
  {
    name: 'branch-on-image',
    on: everywhere,
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest();
      const base = await branchOnImage(t, guest);
      t.warned('the image below E is rewritten', await t.says(guest, 'B'), /“E”/);
      const { outcome } = await t.revert(guest, 'B');
      t.expect.soft(outcome.result, 'Snapkeel reverts').toBe('done');
      t.libvirt('below E', await t.gotIn(base), 'bytes of B');
      t.warned('afterwards, E is lost', await t.says(guest, 'E'), /hda|bytes|data|image/);
      if (!t.revertsExternal) return;
      t.libvirt('revert to E', await t.libvirtReverts(guest, 'E'), null);
      t.libvirt('bytes', await t.got(guest), 'bytes of B');
    },
  },
  {
    // A is where E was taken: its bytes are those below E.
    name: 'branch-on-image-same-bytes',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await branchOnImage(t, guest);
      await t.put(guest, 'on E');
      t.warned('E and what is on it', await t.says(guest, 'A'), /“E”/);
      t.libvirt('revert to A', await t.libvirtReverts(guest, 'A'), null);
      t.libvirt('bytes', await t.got(guest), 'bytes of A');
    },
  },
  {
    // The domain goes on in the image that E lies on.
    name: 'written-below',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await branchOnImage(t, guest);
      t.libvirt('revert to A', await t.libvirtReverts(guest, 'A'), null);
      await t.put(guest, 'later');
      t.warned('the domain writes below E', await t.says(guest, 'E'), /hda|bytes|data|image/);
      t.libvirt('revert to E', await t.libvirtReverts(guest, 'E'), null);
      t.libvirt('bytes', await t.got(guest), 'later');
    },
  },
  {
    // Two disks, one of which has an overlay.
    name: 'branch-on-one-disk',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await t.put(guest, 'bytes of A');
      await guest.snapshot('A');
      await t.put(guest, 'bytes of E');
      await t.external(guest, 'E', { others: { hdb: 'no' } });
      t.warned('below E', await t.says(guest, 'A'), /“E”/);
      t.libvirt('revert to A', await t.libvirtReverts(guest, 'A'), null);
      t.libvirt('below E', await t.got(guest), 'bytes of A');
    },
  },
  {
    name: 'manual-with-memory',
    on: withBranches,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest();
      await memoryWith(t, guest, { hda: 'manual' });
      t.warned('the disk stays', await t.says(guest, 'm'), /hda/);
      const { outcome } = await t.revert(guest, 'm');
      t.expect.soft(outcome.result, 'Snapkeel reverts').toMatch(/done|refused/);
      if (outcome.result !== 'done') t.libvirt('revert', await t.libvirtReverts(guest, 'm'), null);
      t.libvirt('the guest', await guest.state(), 'paused');
      t.libvirt('bytes under memory of then', await t.got(guest), 'later');
    },
  },
  {
    name: 'memory-without-disks',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await memoryWith(t, guest, { hda: 'no' });
      t.warned('the disk stays', await t.says(guest, 'm'), /hda/);
      t.libvirt('revert', await t.libvirtReverts(guest, 'm'), null);
      t.libvirt('bytes under memory of then', await t.got(guest), 'later');
    },
  },
  {
    name: 'memory-with-one-disk-left-out',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await t.put(guest, 'early', 'hdb');
      await t.start(guest, '--paused');
      await t.external(guest, 'm', { memory: true, others: { hdb: 'no' } });
      await guest.destroy();
      await t.put(guest, 'later', 'hdb');
      t.warned('hdb stays', await t.says(guest, 'm'), /hdb/);
      t.libvirt('revert', await t.libvirtReverts(guest, 'm'), null);
      t.libvirt('bytes under memory of then', await t.got(guest, 'hdb'), 'later');
    },
  },
  {
    name: 'left-out-disk',
    on: ['host', '11.3', '12.8'],
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await t.external(guest, 's1', { disks: ['hda', 'hdb'] });
      await t.external(guest, 's2', { others: { hdb: 'no' } });
      // 9.0 merges only while the guest is on, where a child was taken with it off.
      if (!t.revertsExternal) await t.start(guest, '--paused');
      const { assessment, blocked } = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(blocked, 'Snapkeel').toBe(false);
      const merged = assessment.merges.map(({ target }) => target).sort();
      t.expect.soft(merged, 'Snapkeel tells what is merged').toEqual(['hda', 'hdb']);
      const outcome = await t.remove(guest, ['s1']);
      t.done('deletion', outcome);
      const left = ['hda', 'hdb'].map((target) => existsSync(t.overlay(guest, 's1', target)));
      t.libvirt('overlays of s1 that are left', left, [false, false]);
    },
  },
  {
    // What was left out gets an overlay at the revert all the same.
    name: 'left-out-disk-reverted',
    on: withBranches,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await t.put(guest, 'early');
      await t.put(guest, 'early', 'hdb');
      await t.external(guest, 's1', { others: { hdb: 'no' } });
      await t.put(guest, 'later');
      await t.put(guest, 'later', 'hdb');
      const says = await t.says(guest, 's1');
      t.expect.soft(says.text, 'Snapkeel').toMatch(/hdb/);
      t.done('revert', (await t.revert(guest, 's1')).outcome);
      t.libvirt('bytes', [await t.got(guest), await t.got(guest, 'hdb')], ['early', 'later']);
    },
  },
  {
    name: 'disk-snapshot-external',
    on: withBranches,
    short: ['11.3'],
    run: safetyByDefault("snapshot='external'"),
  },
  {
    name: 'disk-snapshot-external-9',
    on: ['7.0', 'host'],
    short: ['host'],
    run: safetyByDefault("snapshot='external'"),
  },
  { name: 'disk-snapshot-no', on: everywhere, short: [], run: safetyByDefault("snapshot='no'") },
  { name: 'disk-snapshot-manual', on: ['host', '11.3', '12.8'], short: [], run: safetyByDefault("snapshot='manual'") },
  {
    name: 'disk-snapshot-external-create',
    on: everywhere,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest();
      await t.edit(guest, (xml) => xml.replace("<disk type='file'", "<disk type='file' snapshot='external'"));
      const before = await guest.diskPath();
      await t.put(guest, 'early');
      t.done('internal', await t.take(guest, 'disks-internal', { name: 'i' }));
      t.expect.soft(await guest.diskPath(), 'Snapkeel takes what it was asked for').toBe(before);
      const kept = (await t.tags(before)).map(({ name }) => name);
      t.expect.soft(kept, 'Snapkeel takes what it was asked for').toEqual(['i']);
    },
  },
  {
    name: 'detached-and-safety',
    on: everywhere,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      const hdb = await guest.diskPath('hdb');
      await t.put(guest, 'then', 'hdb');
      await guest.snapshot('s1');
      await t.put(guest, 'written elsewhere', 'hdb');
      await t.virsh(guest, 'detach-disk', 'hdb', '--config');
      t.warned('hdb is rewritten', await t.says(guest, 's1'), /hdb/);
      const safety = await t.saysOfSafety(guest, 's1');
      if (safety.available) t.expect.soft(safety.text, 'Snapkeel, of the safety snapshot').toMatch(/hdb/);
      const { outcome } = await t.revert(guest, 's1', { safety: safety.available });
      t.expect.soft(outcome.result, 'Snapkeel reverts').toBe('done');
      t.libvirt('bytes of hdb', await t.gotIn(hdb), 'then');
      if (!(await t.canUndo(guest))) return;
      t.warned('hdb does not come back', await t.says(guest, { kind: 'undo' }), /hdb/);
    },
  },
  {
    name: 'attached-since',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await guest.snapshot('s1');
      const second = join(guest.folder, 'hdb.qcow2');
      await createDisk(second, 16);
      await t.virsh(guest, 'attach-disk', second, 'hdb', '--subdriver', 'qcow2', '--config');
      await t.put(guest, 'kept', 'hdb');
      const says = await t.says(guest, 's1');
      t.expect.soft(says.text, 'Snapkeel, hdb is detached').toMatch(/hdb/);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), null);
      t.libvirt('disks', (await t.virsh(guest, 'domblklist')).includes('hdb'), false);
      t.libvirt('its bytes', await t.gotIn(second), 'kept');
    },
  },
  {
    name: 'medium-overlaid',
    on: withBranches,
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest();
      const iso = join(guest.folder, 'a.iso');
      await writeFile(iso, Buffer.alloc(64 * 1024));
      await t.add(
        guest,
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${iso}'/><target dev='hdc' bus='ide'/><readonly/></disk>`,
      );
      await t.external(guest, 's1');
      const says = await t.says(guest, 's1');
      t.expect.soft(says.text, 'Snapkeel, the medium gets an overlay').toMatch(/hdc/);
      const { outcome } = await t.revert(guest, 's1');
      t.done('revert', outcome);
      t.expect(await guest.diskPath('hdc'), 'libvirt, the drive').toMatch(/a\.\d+$/);
      await t.virsh(guest, 'change-media', 'hdc', '--eject', '--config');
      const deletion = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(deletion.blocked, `Snapkeel, deletion: ${deletion.text}`).toBe(true);
      t.expect(await t.libvirtDeletes(guest, 's1'), 'libvirt, deletion').toBeTypeOf('number');
    },
  },
  {
    name: 'read-only-disk-overlaid',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      const hdb = await guest.diskPath('hdb');
      await t.put(guest, 'shared', 'hdb');
      await t.edit(guest, (xml) =>
        xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='hdb' bus='virtio'/><readonly/>"),
      );
      await t.external(guest, 's1');
      const says = await t.says(guest, 's1');
      t.expect.soft(says.text, 'Snapkeel, a read-only disk gets an overlay').toMatch(/hdb/);
      t.done('revert', (await t.revert(guest, 's1')).outcome);
      t.expect(await guest.diskPath('hdb'), 'libvirt, hdb').toMatch(/hdb\.\d+$/);
      t.libvirt('bytes', await t.gotIn(hdb), 'shared');
    },
  },
  {
    // The current overlay of another branch is what the revert unlinks.
    name: 'safety-and-undo',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      for (const target of ['hda', 'hdb']) await t.put(guest, 'early', target);
      await t.external(guest, 's1', { disks: ['hda', 'hdb'] });
      for (const target of ['hda', 'hdb']) await t.put(guest, 'later', target);
      const { outcome } = await t.revert(guest, 's1', { safety: true });
      t.done('revert', outcome);
      t.libvirt('bytes', [await t.got(guest), await t.got(guest, 'hdb')], ['early', 'early']);
      t.done('undo', (await t.revert(guest, { kind: 'undo' })).outcome);
      t.expect.soft([await t.got(guest), await t.got(guest, 'hdb')], 'Snapkeel').toEqual(['later', 'later']);
      // And a third time: what the safety snapshot's revert unlinked was not needed.
      t.libvirt('revert again', await t.libvirtRevertsAgain(guest, 's1', revertFlag.running), null);
    },
  },
];

/** int A, int B, back to A, ext E: the overlay of E lies on the image that A and B are inside of. */
async function branchOnImage(t: Trial, guest: Guest): Promise<string> {
  const base = await guest.diskPath();
  await t.put(guest, 'bytes of A');
  await guest.snapshot('A');
  await t.put(guest, 'bytes of B');
  await guest.snapshot('B');
  await guest.revert('A');
  await t.external(guest, 'E');
  return base;
}

/** Paused, memory in a file; the disk is not kept, and has other bytes by now. The guest is off. */
async function memoryWith(t: Trial, guest: Guest, others: Readonly<Record<string, 'no' | 'manual'>>): Promise<void> {
  await t.put(guest, 'early');
  await t.start(guest, '--paused');
  await t.external(guest, 'm', { disks: [], memory: true, others });
  await guest.destroy();
  await t.put(guest, 'later');
}

/** Internal snapshots, and then a disk whose own default is another: the way back must be one. */
function safetyByDefault(attribute: string): (t: Trial) => Promise<void> {
  return async (t) => {
    const guest = await t.guest();
    await t.put(guest, 'early');
    await guest.snapshot('base');
    await t.edit(guest, (xml) => xml.replace("<disk type='file'", `<disk type='file' ${attribute}`));
    await t.put(guest, 'later');
    const { available } = await t.saysOfSafety(guest, 'base');
    const { outcome } = await t.revert(guest, 'base', { safety: available });
    t.done('revert', outcome);
    if (outcome.result !== 'done') return;
    t.libvirt('bytes', await t.got(guest), 'early');
    if (!available) {
      t.expect.soft(await t.canUndo(guest), 'Snapkeel promises no way back').toBe(false);
      return;
    }
    const undone = await t.revert(guest, { kind: 'undo' });
    t.done('undo', undone.outcome);
    t.expect.soft(await t.got(guest), 'Snapkeel, after the undo').toBe('later');
  };
}
