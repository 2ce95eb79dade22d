import { version } from '../../libvirt/versions.ts';
import { disk, emptyDrive, facts, offFacts, snapshot } from './fixtures.ts';
import { modeRules } from './mode-rules.ts';
import {
  at,
  cp,
  disks,
  eachWay,
  efi,
  gone,
  goneBelow,
  inside,
  off,
  on,
  outside,
  rawEfi,
  test,
  without,
} from './testing.ts';

/** With memory, and its disks left to somebody else. */
const copied = facts({
  state: 'paused',
  reason: 'creating snapshot',
  snapshots: [snapshot('v', 'external', 'external')],
});

eachWay(modeRules, [
  [
    'DRIVER',
    [[facts({ driver: 'Xen' }), 'memory-internal']],
    [
      [on, 'memory-internal'],
      [test, 'memory-internal'],
    ],
  ],
  [
    'TEST_DISKS',
    [
      [test, 'disks-external'],
      [offFacts({ driver: 'TEST' }), 'disks-external'],
    ],
    [
      [test, 'memory-internal'],
      [test, 'memory-external'],
      [on, 'disks-external'],
    ],
  ],
  [
    'SUSPENDED',
    [
      [facts({ state: 'pmsuspended' }), 'memory-internal'],
      [facts({ state: 'pmsuspended' }), 'memory-external'],
      [facts({ state: 'pmsuspended' }), 'disks-external'],
    ],
    [
      [on, 'disks-external'],
      [facts({ state: 'paused' }), 'memory-internal'],
    ],
  ],
  [
    'JOB',
    [[facts({ job: true }), 'disks-external']],
    [
      [on, 'disks-external'],
      [facts({ job: null }), 'disks-external'],
    ],
  ],
  [
    'NO_GUEST_MEMORY',
    [
      [off, 'memory-external'],
      [off, 'memory-internal'],
    ],
    [
      [off, 'disks-external'],
      [on, 'memory-external'],
    ],
  ],
  [
    'MEMORY_NEEDED',
    [[on, 'disks-internal']],
    [
      [off, 'disks-internal'],
      [test, 'disks-internal'],
    ],
  ],
  [
    'NO_DISK',
    [
      [facts(disks(emptyDrive)), 'memory-internal'],
      [facts(disks(disk('sda', { readonly: true }))), 'disks-external'],
      [facts(disks()), 'disks-external'],
    ],
    [
      [on, 'memory-internal'],
      [facts(disks(emptyDrive)), 'memory-external', { memoryFile: '/srv/m' }],
      [on, 'disks-external', without('vda', 'vdb')],
    ],
  ],
  [
    'MIXED_CHAIN',
    [
      [facts({ snapshots: inside }), 'disks-external'],
      [facts({ snapshots: outside }), 'memory-internal'],
    ],
    [
      [facts({ snapshots: inside }), 'memory-internal'],
      [facts({ snapshots: [...inside, ...outside] }), 'memory-internal'],
      [facts({ driver: 'TEST', snapshots: outside }), 'memory-internal'],
    ],
  ],
  [
    'CHECKPOINT_EXTERNAL',
    [[offFacts(cp), 'disks-external']],
    [
      [off, 'disks-external'],
      [facts(cp), 'disks-external'],
      [offFacts(cp), 'disks-internal'],
    ],
  ],
  [
    'CHECKPOINT_INTERNAL',
    [[at(9_000_000, offFacts(cp)), 'disks-internal']],
    [
      [at(version.internalBesideCheckpoints, offFacts(cp)), 'disks-internal'],
      [at(9_000_000, facts(cp)), 'memory-internal'],
      [at(9_000_000, off), 'disks-internal'],
    ],
  ],
  [
    'UEFI',
    [
      [at(9_000_000, offFacts(efi)), 'disks-internal'],
      [at(7_000_000, facts(rawEfi)), 'memory-internal'],
    ],
    [
      [at(version.internalOfUefi, offFacts(efi)), 'disks-internal'],
      [at(9_000_000, facts(efi)), 'disks-external'],
      [at(9_000_000, offFacts({ nvram: 'other' })), 'disks-internal'],
    ],
  ],
  [
    'UEFI_ON',
    [[at(version.internalOfUefi, facts(efi)), 'memory-internal']],
    [
      [at(version.namesJobs, facts(efi)), 'memory-internal'],
      [at(version.internalOfUefi, offFacts(efi)), 'disks-internal'],
    ],
  ],
  [
    'UEFI_RAW',
    [[facts(rawEfi), 'memory-internal']],
    [
      [facts(efi), 'memory-internal'],
      [offFacts(rawEfi), 'disks-internal'],
      [facts(rawEfi), 'memory-external'],
    ],
  ],
  [
    'UEFI_NO_WAY_BACK',
    [
      [at(version.namesJobs, facts(efi)), 'memory-internal'],
      [at(version.internalOfUefi, offFacts(efi)), 'disks-internal'],
    ],
    [
      [at(version.revertsNvram, facts(efi)), 'memory-internal'],
      [at(version.internalOfUefi, offFacts(rawEfi)), 'disks-internal'],
    ],
  ],
  [
    'BLOCK_JOB',
    [
      [facts({ blockJobs: ['vda'] }), 'disks-external'],
      [facts({ blockJobs: ['vdb'] }), 'memory-internal'],
    ],
    [
      [facts({ blockJobs: ['vdb'] }), 'disks-external', without('vdb')],
      [facts({ blockJobs: null }), 'disks-external'],
    ],
  ],
  [
    'BLOCK_JOB_MEMORY',
    [[facts({ blockJobs: ['vdb'] }), 'memory-external', without('vdb')]],
    [
      [facts({ blockJobs: ['vdb'] }), 'disks-external', without('vdb')],
      [facts({ blockJobs: ['vdb'] }), 'memory-external'],
      [on, 'memory-external'],
    ],
  ],
  [
    'STOOD_STILL',
    [[copied, 'memory-external']],
    [
      [{ ...copied, snapshots: outside }, 'memory-external'],
      [facts({ state: 'paused', reason: 'user' }), 'memory-external'],
      [copied, 'disks-external'],
      [facts({ state: 'paused', reason: 'from snapshot' }), 'memory-external'],
    ],
  ],
  [
    'STOOD_STILL_INTERNAL',
    [[copied, 'memory-internal']],
    [
      [facts({ state: 'paused', reason: 'user' }), 'memory-internal'],
      [copied, 'memory-external'],
    ],
  ],
  [
    'IMAGE_MISSING',
    [
      [offFacts(disks(gone)), 'disks-internal'],
      [offFacts(disks(goneBelow)), 'disks-external'],
    ],
    [
      [off, 'disks-internal'],
      [offFacts(disks(disk('vda', { exists: null }))), 'disks-internal'],
      [offFacts(disks(gone, disk('vdb'))), 'disks-external', without('vda')],
    ],
  ],
  [
    'UNLIKE_FORMAT',
    [
      [offFacts(disks(disk('vda', { found: 'raw' }))), 'disks-internal'],
      [offFacts(disks(disk('vda', { found: 'raw' }))), 'disks-external'],
    ],
    [
      [offFacts(disks(disk('vda', { found: 'qcow2' }))), 'disks-internal'],
      [offFacts(disks(disk('vda', { found: 'raw' }), disk('vdb'))), 'disks-external', without('vda')],
      [facts(disks(disk('vda', { found: 'raw' }))), 'disks-external'],
    ],
  ],
  [
    'IMAGE_DELETED',
    [
      [facts(disks(gone)), 'disks-external'],
      [facts(disks(goneBelow)), 'memory-internal'],
    ],
    [
      [on, 'memory-internal'],
      [offFacts(disks(gone)), 'disks-internal'],
    ],
  ],
  [
    'TOO_DEEP',
    [[facts(disks(disk('vda', { depth: 200 }))), 'disks-external']],
    [
      [facts(disks(disk('vda', { depth: 199 }))), 'disks-external'],
      [facts(disks(disk('vda', { depth: 200 }))), 'memory-internal'],
    ],
  ],
]);
