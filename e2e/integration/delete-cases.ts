import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from '../lab/guest.ts';
import type { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { mark, type Stage } from './delete-stages.ts';

const write = (guest: Guest, text: string, target = 'hda') => guest.writeBytes(mark.offset, text, target as 'hda');
const at = (guest: Guest, file: string) => join(guest.folder, file);
const part = (guest: Guest, target: string, name: string) => [
  '--diskspec',
  `${target},snapshot=external,file=${at(guest, `${target}.${name}`)}`,
];
const without = (target: string) => ['--diskspec', `${target},snapshot=no`];

/** Snapshots of two disks, each with bytes of its own; those named are left out of the second disk. */
async function onTwoDisks(guest: Guest, names: readonly string[], leftOut: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await write(guest, `${name}-a${index}`.slice(0, mark.length));
    await write(guest, `${name}-b${index}`.slice(0, mark.length), 'hdb');
    const second = leftOut.includes(name) ? without('hdb') : part(guest, 'hdb', name);
    await guest.snapshot(name, '--disk-only', ...part(guest, 'hda', name), ...second);
  }
}

async function layers(guest: Guest, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await write(guest, `${name}--${index}`.slice(0, mark.length));
    await guest.snapshot(name, '--disk-only', ...part(guest, 'hda', name));
  }
  await write(guest, 'here');
}

/** Another disk, of a guest that is off. */
async function plug(lab: Lab, guest: Guest, target = 'hdb', ...more: string[]): Promise<void> {
  const image = at(guest, `${target}.qcow2`);
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', image, '64M']);
  const kind = ['--driver', 'qemu', '--subdriver', 'qcow2', '--config'];
  await lab.virsh('attach-disk', guest.name, image, target, ...kind, ...more);
}

/** A CD drive with a medium, or without one. */
async function drive(lab: Lab, guest: Guest, filled: boolean): Promise<void> {
  const iso = at(guest, 'tools.iso');
  await run(['truncate', '-s', '1M', iso]);
  await lab.virsh('attach-disk', guest.name, iso, 'hdc', '--type', 'cdrom', '--mode', 'readonly', '--config');
  if (!filled) await eject(lab, guest);
}
const eject = (lab: Lab, guest: Guest) => lab.virsh('change-media', guest.name, 'hdc', '--eject', '--config');

/** What virsh shows of a snapshot, with something else in it, given back. */
async function redefine(lab: Lab, guest: Guest, name: string, change: (xml: string) => string): Promise<void> {
  const xml = await lab.virsh('snapshot-dumpxml', guest.name, name, '--security-info');
  const file = at(guest, 'redefined.xml');
  await writeFile(file, change(xml));
  await lab.virsh('snapshot-create', guest.name, file, '--redefine');
}

/** From here on libvirt can be asked what the images lie on, and what is inside them. */
const covered = (lab: Lab, guest: Guest) => lab.virsh('pool-create-as', guest.name, 'dir', '--target', guest.folder);

/** Guests whose deletions were foretold wrongly once, with neighbours of each kind. */
export const cases: Readonly<Record<string, Stage>> = {
  /** a – (b, c – d): libvirtd dies when children go with one call. */
  'children with children': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      for (const each of ['a', 'b']) await guest.snapshot(each);
      await guest.revert('a');
      for (const each of ['c', 'd']) await guest.snapshot(each);
      return guest;
    },
    runs: [[['a', 'children-only']], [['a', 'with-children']]],
  },
  /** s1, s2 without hdb, s3 with it again. */
  'left-out disk': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, disks: 2 });
      await onTwoDisks(guest, ['s1', 's2', 's3'], ['s2']);
      return guest;
    },
    runs: [
      [
        ['s1', 'this'],
        ['s2', 'this'],
        ['s3', 'this'],
      ],
      [
        ['s3', 'this'],
        ['s1', 'this'],
        ['s2', 'this'],
      ],
    ],
  },
  'managed save': {
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a', 'b', 'c']);
      await lab.virsh('start', name);
      await guest.managedSave();
      return guest;
    },
    runs: [
      [
        ['b', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  'left-out disk, managed save': {
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name, disks: 2 });
      await onTwoDisks(guest, ['s1', 's2'], ['s2']);
      await lab.virsh('start', name);
      await guest.managedSave();
      return guest;
    },
    runs: [[['s1', 'this']]],
  },
  /** i is internal in both disks, and the second is not there any more. */
  'detached disk, internal': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, disks: 2 });
      await guest.snapshot('i');
      await lab.virsh('detach-disk', name, 'hdb', '--config');
      return guest;
    },
    runs: [[['i', 'this']]],
  },
  'detached disk, external': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, disks: 2 });
      await onTwoDisks(guest, ['a', 'b'], []);
      await lab.virsh('detach-disk', name, 'hdb', '--config');
      return guest;
    },
    runs: [
      [
        ['b', 'this'],
        ['a', 'this'],
        ['b', 'metadata-only'],
      ],
    ],
  },
  /** a has no hdb, b is the first that keeps it. */
  'disk plugged in since': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a']);
      await plug(lab, guest);
      await onTwoDisks(guest, ['b', 'c'], []);
      return guest;
    },
    runs: [
      [
        ['b', 'this'],
        ['a', 'this'],
        ['c', 'this'],
      ],
      [
        ['c', 'this'],
        ['b', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  /** A disk that the guest may only read gets an overlay by a revert as well. */
  'read-only disk overlaid': {
    reverts: true,
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await plug(lab, guest, 'vdb', '--mode', 'readonly');
      await layers(guest, ['s']);
      await guest.revert('s');
      await guest.snapshot('t', '--disk-only', ...part(guest, 'hda', 't'), ...without('vdb'));
      return guest;
    },
    runs: [
      [
        ['s', 'this'],
        ['t', 'this'],
      ],
    ],
  },
  /** Every disk that an internal snapshot lists has to be as it was, while the guest runs. */
  'medium changed': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await drive(lab, guest, true);
      await guest.snapshot('i');
      await guest.snapshot('j');
      await eject(lab, guest);
      await guest.snapshot('k');
      return guest;
    },
    runs: [
      [
        ['i', 'this'],
        ['k', 'this'],
      ],
    ],
  },
  /** A revert gives media an overlay, too; a deletion merges it back. */
  'medium overlaid': {
    reverts: true,
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await drive(lab, guest, true);
      await layers(guest, ['s']);
      await guest.revert('s');
      return guest;
    },
    runs: [[['s', 'this']]],
  },
  'medium overlaid and ejected': {
    reverts: true,
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await drive(lab, guest, true);
      await layers(guest, ['s']);
      await guest.revert('s');
      await eject(lab, guest);
      return guest;
    },
    runs: [[['s', 'this']]],
  },
  /** A deletion of b was broken off, says the record of a. */
  'in progress': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a', 'b', 'c']);
      await redefine(lab, guest, 'a', (xml) =>
        xml.replace(/(<disk name='hda'[^>]*>)/, '$1<snapshotDeleteInProgress/>'),
      );
      return guest;
    },
    runs: [
      [
        ['a', 'this'],
        ['c', 'this'],
        ['b', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  /** i – (e, j): e is external and on another branch than the domain. */
  'leaf on internal': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await write(guest, 'one.');
      await guest.snapshot('i');
      await layers(guest, ['e']);
      await guest.revert('i');
      await write(guest, 'two.');
      await guest.snapshot('j');
      return guest;
    },
    runs: [
      [
        ['e', 'this'],
        ['j,i', 'this'],
      ],
    ],
  },
  /** Somebody took b out of the chain with blockpull; then a pool told so, or nobody. */
  'pulled by hand': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, pool: false });
      await layers(guest, ['a', 'b', 'c']);
      await lab.virsh('start', name);
      await lab.virsh('blockpull', name, 'hda', '--base', at(guest, 'hda.a'), '--wait');
      await guest.destroy();
      await covered(lab, guest);
      return guest;
    },
    runs: [
      [
        ['c', 'this'],
        ['b', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  'committed by hand': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, pool: false });
      await layers(guest, ['a', 'b', 'c']);
      await lab.virsh('start', name);
      const range = ['--top', at(guest, 'hda.b'), '--base', at(guest, 'hda.a')];
      await lab.virsh('blockcommit', name, 'hda', ...range, '--wait');
      await guest.destroy();
      await covered(lab, guest);
      return guest;
    },
    runs: [
      [
        ['c', 'this'],
        ['b', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  /** Memory alone, in a file. */
  'memory alone': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await guest.start();
      await guest.snapshot('m', '--memspec', `file=${at(guest, 'm.mem')},snapshot=external`, ...without('hda'));
      await guest.destroy();
      return guest;
    },
    runs: [[['m', 'this']]],
  },
  /** Deletion goes by the name, not by the ID. */
  'digits for names': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name, pool: false });
      for (const each of ['2', '1', 'x']) await guest.snapshot(each);
      await covered(lab, guest);
      return guest;
    },
    runs: [
      [
        ['1', 'this'],
        ['2,x', 'this'],
      ],
    ],
  },
  /** 9.0 says that it is done, and the image still holds it; from 10.9 on it is refused while the guest runs. */
  'names that are misread': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      for (const each of ['a"b', 'a\\b', "a'b"]) await guest.snapshot(each);
      return guest;
    },
    runs: [
      [
        ["a'b", 'this'],
        ['a"b', 'this'],
        ['a\\b', 'this'],
      ],
    ],
  },
  /** root – a – b – (i, c): libvirt stored what the images of i lie on, as it was taken of a guest that was on. */
  'branch above, taken on': {
    reverts: true,
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await guest.start('--paused');
      for (const each of ['root', 'a', 'b', 'i'])
        await guest.snapshot(each, '--disk-only', ...part(guest, 'hda', each));
      await guest.destroy();
      await guest.revert('b');
      await guest.start('--paused');
      await guest.snapshot('c', '--disk-only', ...part(guest, 'hda', 'c'));
      await guest.destroy();
      await write(guest, 'here');
      return guest;
    },
    runs: [[['root', 'this']]],
  },
  /** A file that another disk needs is gone: what is off cannot be started to merge. */
  'cannot start': {
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name, disks: 2 });
      await onTwoDisks(guest, ['a', 'b'], ['a', 'b']);
      await run(['rm', await guest.diskPath('hdb')]);
      return guest;
    },
    runs: [[['b', 'this']]],
  },
};
