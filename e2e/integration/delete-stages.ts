import { join } from 'node:path';
import type { DeleteMode } from '../../shared/schema.ts';
import type { Guest } from '../lab/guest.ts';
import type { Lab } from '../lab/lab.ts';

/** Where the bytes are that tell one state of a disk from another. */
export const mark = { offset: 1 << 20, length: 4 } as const;

/** A guest with a history, and what is deleted of it. */
export interface Stage {
  /** Only where external snapshots can be reverted to. */
  readonly reverts?: true;
  readonly states: readonly ('off' | 'running')[];
  build(lab: Lab, name: string): Promise<Guest>;
  /**
   * One after the other on the same guest: names and how they are deleted. What the rules forbid is asked of libvirt,
   * which is to refuse it. Each list gets a guest of its own.
   */
  readonly runs: readonly (readonly (readonly [names: string, mode: DeleteMode])[])[];
}

const write = (guest: Guest, text: string) => guest.writeBytes(mark.offset, text);
const file = ({ folder }: Guest, name: string, suffix: string) => join(folder, `${name}.${suffix}`);
const overlay = (guest: Guest, name: string) => [
  '--diskspec',
  `hda,snapshot=external,file=${file(guest, name, 'qcow2')}`,
];
const disks = (guest: Guest, name: string) => guest.snapshot(name, '--disk-only', ...overlay(guest, name));

/** Off, each with bytes of its own; the domain has others again. */
async function layers(guest: Guest, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await write(guest, `${name}--${index}`.slice(0, mark.length));
    await disks(guest, name);
  }
  await write(guest, 'here');
}

async function live(guest: Guest, take: () => Promise<void>): Promise<void> {
  await guest.start('--paused');
  await take();
  await guest.destroy();
}

export const stages: Readonly<Record<string, Stage>> = {
  /** root(off) – run(running) – leaf, and “two words” on another branch. */
  internal: {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await write(guest, 'one.');
      await guest.snapshot('root');
      await write(guest, 'two.');
      await live(guest, () => guest.snapshot('run'));
      await write(guest, 'thre');
      await guest.snapshot('leaf');
      await guest.revert('root');
      await write(guest, 'four');
      await guest.snapshot('two words');
      return guest;
    },
    runs: [
      [
        ['two words', 'this'],
        ['root,leaf', 'this'],
        ['run', 'metadata-only'],
      ],
      [
        ['root', 'children-only'],
        ['root', 'with-children'],
      ],
    ],
  },
  /** a(off) – b(with memory) – c(disks of a guest that is on). */
  external: {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a']);
      await write(guest, 'two.');
      const memory = `file=${file(guest, 'b', 'mem')},snapshot=external`;
      await live(guest, () => guest.snapshot('b', ...overlay(guest, 'b'), '--memspec', memory));
      await write(guest, 'thre');
      await live(guest, () => disks(guest, 'c'));
      await write(guest, 'four');
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
  /** The same; on 9.0 the child of one that is deleted as metadata only was seen to name another image afterwards. */
  'external, metadata alone': {
    reverts: true,
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a']);
      await write(guest, 'two.');
      const memory = `file=${file(guest, 'b', 'mem')},snapshot=external`;
      await live(guest, () => guest.snapshot('b', ...overlay(guest, 'b'), '--memspec', memory));
      await write(guest, 'thre');
      await live(guest, () => disks(guest, 'c'));
      await write(guest, 'four');
      return guest;
    },
    runs: [
      [
        ['b', 'metadata-only'],
        ['c', 'this'],
        ['a', 'with-children'],
      ],
    ],
  },
  /** a – b – c, all off. */
  'external off': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a', 'b', 'c']);
      return guest;
    },
    runs: [
      [
        ['b', 'this'],
        ['c', 'this'],
        ['a', 'this'],
      ],
    ],
  },
  /** root – a – b – c, and d on a. */
  branched: {
    reverts: true,
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['root', 'a', 'b', 'c']);
      await guest.revert('a');
      await layers(guest, ['d']);
      return guest;
    },
    runs: [
      [
        ['root', 'this'],
        ['a', 'this'],
        ['b', 'this'],
        ['c', 'this'],
        ['b', 'with-children'],
        ['root', 'this'],
        ['d,a', 'this'],
      ],
    ],
  },
  /** root – a – b – c, and the domain is back at b. */
  'current in the middle': {
    reverts: true,
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['root', 'a', 'b', 'c']);
      await guest.revert('b');
      await write(guest, 'here');
      return guest;
    },
    runs: [
      [
        ['a', 'this'],
        ['b', 'this'],
        ['c', 'this'],
        ['a', 'this'],
        ['root', 'children-only'],
      ],
    ],
  },
  /** root – a – b – c, and the domain is back at c. */
  'back at the end': {
    reverts: true,
    states: ['off'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['root', 'a', 'b', 'c']);
      await guest.revert('c');
      await write(guest, 'here');
      return guest;
    },
    runs: [
      [
        ['b', 'this'],
        ['c', 'this'],
        ['root,a', 'this'],
      ],
    ],
  },
  /** i – j inside the base, e – f on top. */
  'external on internal': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await write(guest, 'one.');
      await guest.snapshot('i');
      await write(guest, 'two.');
      await guest.snapshot('j');
      await layers(guest, ['e', 'f']);
      return guest;
    },
    runs: [
      [
        ['i', 'this'],
        ['e', 'this'],
        ['j', 'with-children'],
        ['f', 'this'],
        ['i', 'this'],
      ],
    ],
  },
  /** e – f, i – j inside the overlay that f made. */
  'internal on external': {
    states: ['off', 'running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['e', 'f']);
      await write(guest, 'one.');
      await guest.snapshot('i');
      await write(guest, 'two.');
      await guest.snapshot('j');
      return guest;
    },
    runs: [
      [
        ['f', 'this'],
        ['e', 'this'],
        ['i', 'this'],
        ['f', 'with-children'],
      ],
    ],
  },
  /** a – b – c – d with b taken out of the metadata alone. */
  hole: {
    states: ['running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['a', 'b', 'c', 'd']);
      await lab.virsh('snapshot-delete', name, 'b', '--metadata');
      return guest;
    },
    runs: [
      [
        ['a', 'this'],
        ['c', 'this'],
        ['d', 'this'],
      ],
    ],
  },
  /** e and a block job that waits to be told how to end. */
  job: {
    states: ['running'],
    async build(lab, name) {
      const guest = await lab.guest({ name });
      await layers(guest, ['e']);
      await lab.virsh('start', name);
      const copy = ['--dest', file(guest, 'copy', 'qcow2'), '--format', 'qcow2', '--transient-job', '--wait'];
      await lab.virsh('blockcopy', name, 'hda', ...copy);
      return guest;
    },
    runs: [[['e', 'this']]],
  },
};
