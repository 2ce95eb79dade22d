import { diskRules } from './disk-rules.ts';
import { disk, facts, offFacts } from './fixtures.ts';
import {
  at,
  disks,
  eachWay,
  floppy,
  included,
  lun,
  network,
  on,
  passing,
  raw,
  shared,
  vhostuser,
  volume,
  without,
} from './testing.ts';

const marked = disk('vdb', { readonly: true, snapshot: 'external' });
const rawBeside = disk('vdb', { readonly: true, format: 'raw' });

eachWay(diskRules, [
  [
    'NOT_QCOW2',
    [
      [facts(disks(disk('vda'), raw)), 'memory-internal'],
      [facts(disks(disk('vda'), floppy)), 'memory-internal'],
      [
        offFacts(disks(disk('vda'), disk('vdb', { readonly: true, snapshot: 'internal', format: 'raw' }))),
        'disks-internal',
      ],
    ],
    [
      [facts(disks(disk('vda'), disk('vdb', { readonly: true, format: 'raw' }))), 'memory-internal'],
      [facts(disks(disk('vda'), disk('fda', { device: 'floppy', image: null }))), 'memory-internal'],
      [facts(disks(disk('vda'), raw)), 'memory-external'],
      [facts(disks(volume)), 'memory-internal'],
      [facts(disks(disk('vda', { format: null }))), 'memory-internal'],
    ],
  ],
  [
    'READ_ONLY_MARKED',
    [[facts(disks(disk('vda'), marked)), 'memory-internal']],
    [
      [offFacts(disks(disk('vda'), marked)), 'disks-internal'],
      [at(9_000_000, facts(disks(disk('vda'), marked))), 'memory-internal'],
      [facts(disks(disk('vda'), disk('vdb', { readonly: true }))), 'memory-internal'],
      [facts(disks(disk('vda'), marked)), 'disks-external'],
    ],
  ],
  [
    'VHOSTUSER',
    [[facts(disks(disk('vda'), vhostuser)), 'memory-internal']],
    [
      [facts(disks(disk('vda'), vhostuser)), 'disks-external'],
      [on, 'memory-internal'],
    ],
  ],
  [
    'NOT_LOCAL',
    [
      [offFacts(disks(disk('vda'), network)), 'disks-internal'],
      [offFacts(disks(disk('vda'), network)), 'disks-external', included('vdb', '/srv/x')],
    ],
    [
      [facts(disks(disk('vda'), network)), 'disks-external'],
      [offFacts(disks(volume)), 'disks-internal'],
      [offFacts(disks(disk('vda'), network)), 'disks-external', without('vdb')],
    ],
  ],
  [
    'NOT_QCOW2_BESIDE',
    [[at(7_000_000, offFacts(disks(disk('vda'), rawBeside))), 'disks-internal']],
    [
      [at(9_000_000, offFacts(disks(disk('vda'), rawBeside))), 'disks-internal'],
      [at(7_000_000, facts(disks(disk('vda'), rawBeside))), 'memory-internal'],
      [at(7_000_000, offFacts(disks(disk('vda'), rawBeside))), 'disks-external'],
      [at(7_000_000, offFacts(disks(disk('vda'), disk('vdb', { readonly: true })))), 'disks-internal'],
    ],
  ],
  [
    'VOLUME_LEFT_BEHIND',
    [[at(7_000_000, facts(disks(volume))), 'disks-external', included('vda', '/srv/x')]],
    [
      [at(9_000_000, facts(disks(volume))), 'disks-external', included('vda', '/srv/x')],
      [at(7_000_000, offFacts(disks(volume))), 'disks-external', included('vda', '/srv/x')],
      [at(7_000_000, facts(disks(volume))), 'memory-internal'],
    ],
  ],
  [
    'SHAREABLE',
    [
      [facts(disks(disk('vda'), shared)), 'disks-external'],
      [offFacts(disks(disk('vda'), shared)), 'disks-external'],
    ],
    [
      [facts(disks(disk('vda'), shared)), 'disks-external', without('vdb')],
      [facts(disks(disk('vda'), { ...shared, readonly: true })), 'disks-external'],
    ],
  ],
  [
    'TRANSIENT_DISK',
    [
      [facts(disks(disk('vda'), passing)), 'disks-external'],
      [facts(disks(disk('vda'), passing)), 'memory-external'],
    ],
    [
      [facts(disks(disk('vda'), passing)), 'disks-external', without('vdb')],
      [offFacts(disks(disk('vda'), passing)), 'disks-external'],
    ],
  ],
  [
    'TRANSIENT_MEMORY',
    [
      [facts(disks(disk('vda'), passing)), 'memory-internal'],
      [facts(disks(disk('vda'), passing)), 'memory-external', without('vdb')],
    ],
    [
      [facts(disks(disk('vda'), passing)), 'disks-external'],
      [on, 'memory-internal'],
    ],
  ],
  [
    'PASSED_THROUGH',
    [[facts(disks(disk('vda'), lun)), 'disks-external', included('vdb', '/srv/x')]],
    [
      [facts(disks(disk('vda'), lun)), 'disks-external', without('vdb')],
      [offFacts(disks(disk('vda'), lun)), 'disks-external'],
    ],
  ],
  [
    'PASSED_THROUGH_OFF',
    [[offFacts(disks(disk('vda'), lun)), 'disks-external', included('vdb', '/srv/x')]],
    [[offFacts(disks(disk('vda'), lun)), 'disks-external', without('vdb')]],
  ],
]);
