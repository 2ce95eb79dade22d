import type { Ask, DomainState, MatrixCase } from './kinds.ts';

const states: readonly DomainState[] = ['running', 'paused', 'off'];
const active: readonly DomainState[] = ['running', 'paused'];
const ends: readonly DomainState[] = ['off', 'running'];
const live = ['off', 'run'];
const extLive = ['dsk', 'run'];
const two: readonly Ask[] = ['as-saved', 'running'];
const all: readonly Ask[] = ['as-saved', 'running', 'paused'];

/** libvirt reverts to external snapshots from here on; before, it is one and the same refusal over and over. */
const since = 9.9;

interface Block extends Partial<Omit<MatrixCase, 'state' | 'target' | 'ask' | 'guest'>> {
  readonly guest: string;
  readonly states: readonly DomainState[];
  readonly targets: readonly string[];
  readonly asks: readonly Ask[];
}

/** Every combination that can be built, block by block: states × targets × asks. */
const blocks: readonly Block[] = [
  { guest: 'int', states, targets: ['off', 'run', 'pau'], asks: all },
  { guest: 'int', states, targets: ['run'], asks: ['both'] },
  { guest: 'int', states: ['off'], targets: ['off', 'run'], asks: ['reset-nvram'] },
  { guest: 'int', states: ['off'], targets: ['off', 'run', 'pau'], asks: all, managedSave: true },
  { guest: 'int', states: active, targets: ['off', 'run'], asks: ['as-saved', 'running'], managedSave: true },
  { guest: 'int', states, targets: ['off', 'run'], asks: ['as-saved', 'running'], change: 'memory' },
  { guest: 'int', states, targets: ['off', 'run'], asks: ['as-saved', 'running'], change: 'disk' },
  { guest: 'int', states: active, targets: ['off', 'run'], asks: ['as-saved'], change: 'cpu' },
  { guest: 'int', states: active, targets: ['off', 'run', 'pau'], asks: ['as-saved', 'running'], transient: true },
  { guest: 'two', states: ['running', 'off'], targets: ['off', 'run'], asks: ['as-saved', 'running'] },
  { guest: 'ext', states: ['running', 'off'], targets: ['off', 'run', 'pau', 'dsk'], asks: all },
  { guest: 'ext', states: ['paused'], targets: ['off', 'run', 'pau', 'dsk'], asks: ['as-saved'], since },
  {
    guest: 'ext',
    states: ['running'],
    targets: ['off', 'run', 'dsk'],
    asks: ['as-saved', 'running'],
    transient: true,
    since,
  },
  {
    guest: 'ext',
    states: ['off'],
    targets: ['off', 'run', 'dsk'],
    asks: ['as-saved', 'running'],
    managedSave: true,
    since,
  },
  { guest: 'ext', states, targets: ['off', 'run'], asks: ['as-saved'], change: 'memory', since },
  { guest: 'ext', states: ['off'], targets: ['off'], asks: ['reset-nvram', 'both'] },
  { guest: 'ext-mixed', states: ['off'], targets: ['dsk', 'off'], asks: ['as-saved'] },
  { guest: 'ext-gone', states: ['off', 'running'], targets: ['run'], asks: ['as-saved'] },
  { guest: 'ext-moved', states: ['off'], targets: ['second'], asks: ['as-saved'] },
  { guest: 'ext-lone', states, targets: ['dsk'], asks: ['as-saved'] },
  { guest: 'ext-pool', states: ['off'], targets: ['dsk'], asks: ['as-saved'] },
  { guest: 'lone', states: ['off', 'running'], targets: ['off'], asks: ['as-saved'] },
  { guest: 'suspended', states: ['off', 'running'], targets: ['off'], asks: ['as-saved', 'running'] },
  { guest: 'genid', states, targets: ['run'], asks: ['as-saved'] },
  { guest: 'nvram', states: ['off'], targets: ['off'], asks: ['as-saved', 'reset-nvram'] },
  { guest: 'job', states: ['running'], targets: ['off'], asks: ['as-saved', 'running'] },
  { guest: 'image', states: ['off'], targets: ['off', 'run'], asks: ['as-saved', 'running'] },
  { guest: 'bare', states: ['off', 'running'], targets: ['off'], asks: ['as-saved', 'running'] },
  { guest: 'console', states: active, targets: live, asks: ['as-saved'] },
  { guest: 'halt', states: ['off', 'running'], targets: ['run'], asks: all },

  // What the stored configuration of internal snapshots names.
  { guest: 'disc', states, targets: live, asks: all },
  { guest: 'disc', states: ['off'], targets: live, asks: two, managedSave: true },
  { guest: 'disc-gone', states, targets: live, asks: all },
  { guest: 'disc-gone', states: active, targets: live, asks: ['as-saved'], transient: true },
  { guest: 'disc-gone', states: ['off'], targets: live, asks: ['as-saved'], managedSave: true },
  { guest: 'disc-gone', states: active, targets: live, asks: ['running'], transient: true },
  { guest: 'tag-gone', states: active, targets: live, asks: ['running', 'paused'], transient: true },
  { guest: 'ext-disc-gone', states: active, targets: extLive, asks: ['running'], transient: true, since },
  { guest: 'disc-gone-mandatory', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'disc-gone-requisite', states: ends, targets: live, asks: two },
  { guest: 'disc-gone-optional', states: ends, targets: live, asks: two },
  { guest: 'disc-empty', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'disc-next-gone', states: ends, targets: ['run'], asks: ['as-saved'] },
  { guest: 'open-gone', states: active, targets: live, asks: ['as-saved'] },
  { guest: 'floppy-gone', states: ends, targets: live, asks: two },
  { guest: 'kernel', states: ['off'], targets: ['off'], asks: ['as-saved'] },
  { guest: 'kernel-gone', states: ends, targets: ['off'], asks: all },
  { guest: 'initrd-gone', states: ['off'], targets: ['off'], asks: all },
  // Whether libvirt has a template for such firmware is its own configuration.
  { guest: 'nvram-gone', states: ['off'], targets: ['off'], asks: ['as-saved'] },
  { guest: 'copied', states, targets: live, asks: two },
  { guest: 'moved', states, targets: live, asks: two },
  { guest: 'attribute-external', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'attribute-no', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'detached', states, targets: live, asks: ['as-saved'] },
  { guest: 'detached-gone', states: ends, targets: live, asks: two },
  { guest: 'read-only', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'read-only-listed', states: ends, targets: live, asks: two },
  { guest: 'transient-disk', states, targets: ['off', 'before'], asks: two, since: 9 },
  { guest: 'two', states: active, targets: live, asks: ['as-saved'], transient: true },
  { guest: 'two', states: ['off'], targets: live, asks: ['as-saved'], managedSave: true },
  { guest: 'volume', states, targets: live, asks: two },
  { guest: 'volume-since', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'block-disc', states: ['off'], targets: ['off'], asks: ['as-saved'] },

  // Names and folders, and what the images have of them.
  { guest: 'folder-comma', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'folder-space', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'folder-quotes', states: ends, targets: live, asks: ['as-saved'] },
  { guest: 'tag-gone', states: ends, targets: live, asks: two },
  { guest: 'tag-replaced', states: ends, targets: live, asks: two },
  { guest: 'tag-twice', states: ends, targets: ['off'], asks: two },
  { guest: 'digits', states: ends, targets: ['1', '2', '3'], asks: two },
  { guest: 'digits-unread', states: ends, targets: ['1', '2'], asks: ['as-saved'] },
  { guest: 'odd-names', states: ends, targets: ['a b', 'a"b', 'a\\b', 'a,b', '-x', 'ä'], asks: ['as-saved'] },
  { guest: 'odd-live', states: ['running', 'off'], targets: ['a"b', 'a\\b'], asks: ['as-saved'], until: 10.9 },

  // What else there is of a guest.
  { guest: 'checkpoint', states, targets: live, asks: all, since: 9 },
  { guest: 'checkpoint-merged', states, targets: ['run'], asks: all, since: 9 },
  { guest: 'bitmap', states, targets: live, asks: two },
  { guest: 'backup', states: active, targets: live, asks: two, since: 9 },
  { guest: 'panic', states: ['panicked'], targets: ['off'], asks: all },

  // What lies on what.
  { guest: 'branch', states: ends, targets: ['E', 'A', 'B'], asks: ['as-saved'] },
  { guest: 'int-below-ext', states: ends, targets: ['f', 'e', 'i'], asks: ['as-saved'] },
  { guest: 'int-on-ext', states: ends, targets: ['i', 'dsk'], asks: two },
  { guest: 'ext-two', states, targets: extLive, asks: two, since },
  { guest: 'ext-two', states: active, targets: ['run'], asks: ['as-saved'], transient: true, since },
  { guest: 'ext-two', states: ['off'], targets: extLive, asks: ['as-saved'], managedSave: true, since },
  { guest: 'ext-left', states, targets: extLive, asks: two, since },
  { guest: 'ext-manual', states: ends, targets: extLive, asks: two, since },
  { guest: 'ext-memory', states, targets: ['run'], asks: all, since },
  { guest: 'ext-disc', states: ends, targets: extLive, asks: two, since },
  { guest: 'ext-disc-empty', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-disc-gone', states: ends, targets: extLive, asks: two, since },
  { guest: 'ext-disc-block', states: ['off'], targets: ['dsk'], asks: two, since },
  { guest: 'ext-disc-network', states: ['off'], targets: ['dsk'], asks: two, since },
  { guest: 'ext-disc-block-since', states: ['off'], targets: ['dsk'], asks: ['as-saved'], since },
  { guest: 'ext-read-only', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-floppy', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-shareable', states: ends, targets: ['dsk'], asks: two, since },
  { guest: 'ext-same-name', states: ['off'], targets: ['dsk'], asks: ['as-saved'], since },
  { guest: 'ext-deep', states: ['off'], targets: ['s27', 's2'], asks: ['as-saved'], since },
  { guest: 'ext-chain-own', states, targets: ['s3'], asks: two, since },
  { guest: 'ext-chain-below', states, targets: ['s3', 's2'], asks: ['as-saved'], since },
  { guest: 'ext-comma', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-comma-name', states: ['off'], targets: ['dsk'], asks: ['as-saved'], since },
  { guest: 'ext-space', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-quotes', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-attribute-no', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-detached', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-attached', states: ends, targets: extLive, asks: ['as-saved'], since },
  { guest: 'ext-checkpoint', states, targets: ['dsk'], asks: two, since },
  { guest: 'ext-in-progress', states: ends, targets: ['s1', 's2'], asks: ['as-saved'], since },
  { guest: 'ext-branches', states: ends, targets: ['a', 'b', 'c'], asks: two, since },
  { guest: 'ext-copied', states: ends, targets: ['dsk'], asks: ['as-saved'], since },
];

export const qemuCases: readonly MatrixCase[] = blocks.flatMap(({ states, targets, asks, ...rest }) =>
  states.flatMap((state) => targets.flatMap((target) => asks.map((ask) => ({ ...rest, state, target, ask })))),
);
