import { expect, it } from 'vitest';
import type { CreateDraft } from '../../schema.ts';
import { assessCreate } from './assess.ts';
import { disk, draft, facts, offFacts, snapshot } from './fixtures.ts';
import {
  type Case,
  caseOf,
  disks,
  efi,
  halt,
  included,
  network,
  off,
  on,
  outside,
  raw,
  test,
  virsh,
  volume,
  without,
} from './testing.ts';

const allowed: readonly (readonly [string, ...Case])[] = [
  ['a running guest', on, 'memory-internal'],
  ['a running guest', on, 'memory-external'],
  ['a running guest', on, 'disks-external'],
  ['a guest that is switched off by it', on, 'memory-internal', halt],
  ['memory alone', on, 'memory-external', without('vda', 'vdb')],
  ['a guest that is off', off, 'disks-internal'],
  ['a raw disk', offFacts(disks(raw)), 'disks-external'],
  ['a volume', offFacts(disks(volume)), 'disks-internal'],
  ['a kind that is there', facts({ snapshots: outside }), 'disks-external'],
  [
    'a block device with a file',
    facts(disks(disk('vda', { type: 'block', path: '/dev/vg/x' }))),
    'disks-external',
    included('vda', '/srv/x'),
  ],
  ['a network disk with a file', facts(disks(network)), 'disks-external', included('vdb', '/srv/x')],
  ['UEFI', facts(efi), 'memory-internal'],
  ['a crashed guest that is kept', facts({ state: 'crashed' }), 'memory-internal'],
  ['libvirt’s test driver', test, 'memory-internal'],
];
it.each(allowed)('nothing against %s: %s', (_, ...each) => {
  const { facts: of, draft: wanted } = caseOf(each as unknown as Case);
  expect(assessCreate(of, wanted, virsh).blockers).toEqual([]);
});

it('what no snapshot can be called or say', () => {
  const codes = (change: Partial<CreateDraft>) => {
    const of = facts({ snapshots: [snapshot('old', 'internal')] });
    return assessCreate(of, draft(of, 'memory-internal', change), virsh).blockers.map(({ code }) => code);
  };
  expect(codes({ name: 'old' })).toEqual(['NAME']);
  expect(codes({ description: 'a\0b' })).toEqual(['DESCRIPTION']);
  expect(codes({ description: 'a <b>' })).toEqual([]);
});

it('warns where the memory may not fit', () => {
  const tight = facts({ files: { exists: {}, free: { '/var/lib/libvirt/images/': 2 ** 30 } } });
  for (const mode of ['memory-internal', 'memory-external'] as const)
    expect(assessCreate(tight, draft(tight, mode), virsh).warnings).toMatchObject([{ code: 'MAY_NOT_FIT' }]);
  expect(assessCreate(tight, draft(tight, 'disks-external'), virsh).warnings).toEqual([]);
});
