import type { Ask, DomainState, MatrixCase } from './kinds.ts';

const states: readonly DomainState[] = ['running', 'paused', 'off'];
const active: readonly DomainState[] = ['running', 'paused'];
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
];

export const qemuCases: readonly MatrixCase[] = blocks.flatMap(({ states, targets, asks, ...rest }) =>
  states.flatMap((state) => targets.flatMap((target) => asks.map((ask) => ({ ...rest, state, target, ask })))),
);
