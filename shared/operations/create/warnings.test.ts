import { version } from '../../libvirt/versions.ts';
import { disk, facts, offFacts, snapshot } from './fixtures.ts';
import {
  at,
  cp,
  deep,
  disks,
  eachWay,
  efi,
  floppy,
  halt,
  included,
  inside,
  off,
  on,
  rawEfi,
  tagged,
  vhostuser,
  volume,
  without,
} from './testing.ts';
import { createWarnings } from './warnings.ts';

const paused = facts({ state: 'paused', reason: 'user' });

eachWay(createWarnings, [
  [
    'MIXED_ALREADY',
    [[facts({ snapshots: [...inside, snapshot('other', 'external')] }), 'memory-internal']],
    [[facts({ snapshots: inside }), 'memory-internal']],
  ],
  [
    'ID_IS_A_TAG',
    [[facts(disks(tagged('1', '2'))), 'memory-internal']],
    [
      [facts({ ...disks(tagged('1', '2')), snapshots: [snapshot('2', 'internal')] }), 'memory-internal'],
      [facts(disks(tagged('1', '3'))), 'memory-internal'],
      [facts(disks(tagged('1', '2'))), 'disks-external'],
    ],
  ],
  [
    'NO_WAY_BACK',
    [[at(9_000_000), 'disks-external']],
    [
      [at(version.revertsExternal), 'disks-external'],
      [at(9_000_000), 'memory-internal'],
    ],
  ],
  [
    'BROKEN_INTERNAL',
    [[at(9_009_000), 'memory-internal']],
    [
      [at(9_010_000), 'memory-internal'],
      [at(9_000_000), 'memory-internal'],
      [at(9_009_000), 'disks-external'],
    ],
  ],
  [
    'NOT_FILES',
    [
      [facts(disks(disk('vda', { type: 'block', path: '/dev/vg/x' }))), 'disks-external'],
      [
        facts(disks(disk('vda'), disk('sda', { device: 'cdrom', type: 'block', path: '/dev/sr0', readonly: true }))),
        'disks-external',
      ],
      [facts(disks(volume)), 'disks-external', included('vda', '/srv/x')],
    ],
    [
      [on, 'disks-external'],
      [facts(disks(volume)), 'memory-internal'],
      [at(9_000_000, facts(disks(volume))), 'disks-external'],
    ],
  ],
  [
    'CHECKPOINTS',
    [
      [facts(cp), 'memory-internal'],
      [offFacts(cp), 'disks-internal'],
    ],
    [
      [facts(cp), 'disks-external'],
      [on, 'memory-internal'],
    ],
  ],
  [
    'COMMA',
    [[facts(disks(disk('vda', { path: '/a,b/v.qcow2' }))), 'disks-external']],
    [
      [facts(disks(disk('vda', { path: '/a,b/v.qcow2' }))), 'memory-external'],
      [facts(disks(disk('vda', { path: '/ab/v.q,cow2' }))), 'disks-external'],
      [at(9_000_000, facts(disks(disk('vda', { path: '/a,b/v.qcow2' })))), 'disks-external'],
    ],
  ],
  [
    'DRIVE_NOT_KEPT',
    [
      [
        offFacts(disks(disk('vda'), { ...floppy, image: { path: '/f', type: 'file', format: 'qcow2' } })),
        'disks-internal',
      ],
    ],
    [
      [facts(disks(disk('vda'), floppy)), 'memory-internal'],
      [offFacts(disks(disk('vda'), floppy)), 'disks-external'],
      [off, 'disks-internal'],
    ],
  ],
  [
    'LEFT_OUT_MEMORY',
    [
      [on, 'memory-external', without('vdb')],
      [facts(disks(disk('vda'), vhostuser)), 'memory-external'],
    ],
    [
      [on, 'memory-external'],
      [on, 'disks-external', without('vdb')],
    ],
  ],
  [
    'LEFT_OUT',
    [[on, 'disks-external', without('vdb')]],
    [
      [on, 'disks-external'],
      [on, 'memory-external', without('vdb')],
    ],
  ],
  [
    'DEEP_CHAIN',
    [[facts(disks(deep)), 'disks-external']],
    [
      [at(version.deepChains, facts(disks(deep))), 'disks-external'],
      [facts(disks(deep)), 'memory-internal'],
      [facts(disks(disk('vda', { depth: 24 }))), 'disks-external'],
    ],
  ],
  [
    'NEXT_START',
    [
      [facts(disks(disk('vda', { next: '/srv/other.qcow2' }))), 'disks-external'],
      [facts(disks(disk('vda', { next: null }))), 'memory-internal'],
    ],
    [
      [on, 'memory-internal'],
      [facts({ persistent: false, ...disks(disk('vda', { next: null })) }), 'memory-internal'],
    ],
  ],
  [
    'MARKED',
    [
      [facts(disks(disk('vda', { snapshot: 'no' }))), 'memory-internal'],
      [facts(disks(disk('vda', { snapshot: 'manual' }))), 'disks-external', included('vda', '')],
    ],
    [
      [facts(disks(disk('vda', { snapshot: 'external' }))), 'memory-internal'],
      [facts(disks(disk('vda'), disk('vdb', { snapshot: 'no' }))), 'disks-external'],
    ],
  ],
  [
    'BLOCK_DEVICE',
    [[facts(disks(disk('vda', { type: 'block', path: '/dev/vg/x' }))), 'memory-internal']],
    [
      [facts(disks(disk('vda', { type: 'block', path: '/dev/vg/x' }))), 'disks-external'],
      [on, 'memory-internal'],
    ],
  ],
  [
    'NOT_RESUMED',
    [[facts({ state: 'crashed' }), 'memory-internal']],
    [
      [facts({ state: 'crashed' }), 'disks-external'],
      [on, 'memory-internal'],
      [facts({ state: 'paused' }), 'memory-internal'],
    ],
  ],
  [
    'NVRAM_NOT_KEPT',
    [
      [facts(rawEfi), 'disks-external'],
      [offFacts(rawEfi), 'disks-internal'],
      [facts(efi), 'memory-external'],
    ],
    [
      [facts(efi), 'memory-internal'],
      [on, 'disks-external'],
    ],
  ],
  [
    'TPM_NOT_KEPT',
    [
      [facts({ tpm: true }), 'disks-external'],
      [offFacts({ tpm: true }), 'disks-internal'],
    ],
    [
      [facts({ tpm: true }), 'memory-internal'],
      [on, 'disks-external'],
    ],
  ],
  ['NAME_INVISIBLE', [[on, 'memory-external', { name: 'a\u202eb' }]], [[on, 'memory-external', { name: 'ä b' }]]],
  [
    'PAUSED_TWICE',
    [
      [paused, 'memory-external'],
      [paused, 'memory-internal'],
      [{ ...paused, reason: 'from snapshot' }, 'memory-external'],
      [{ ...paused, reason: 'creating snapshot' }, 'memory-external'],
    ],
    [
      [on, 'memory-external'],
      [paused, 'disks-external'],
    ],
  ],
  ['MANAGED_SAVE_NOT_KEPT', [[offFacts({ managedSave: true }), 'disks-internal']], [[off, 'disks-internal']]],
  [
    'NOT_QUIESCED',
    [[on, 'disks-external', { quiesce: false }]],
    [
      [on, 'disks-external', { quiesce: true }],
      [off, 'disks-external'],
      [facts({ state: 'paused' }), 'disks-external'],
    ],
  ],
  [
    'HALT_LOSES_MEMORY',
    [[on, 'disks-external', halt]],
    [
      [on, 'memory-external', halt],
      [on, 'disks-external'],
      [off, 'disks-external', halt],
    ],
  ],
]);
