import { expect, it } from 'vitest';
import type { CreateFacts } from '../../schema.ts';
import { assessCreate } from './assess.ts';
import { draft, facts } from './fixtures.ts';
import { memoryRules } from './memory-rules.ts';
import { pci, peer, virsh } from './testing.ts';

type Kind = CreateFacts['devices'][number]['kind'];
const devices: readonly [kind: Kind, libvirtVersion: number, said: 'refused' | 'unknown'][] = [
  ['pci', 7_000_000, 'refused'],
  ['pci', 9_000_000, 'unknown'],
  ['mdev', 7_000_000, 'refused'],
  ['scsi', 7_000_000, 'refused'],
  ['scsi-host', 7_000_000, 'refused'],
  ['capabilities', 7_000_000, 'refused'],
  ['vdpa', 7_000_000, 'refused'],
  ['vdpa', 11_003_000, 'unknown'],
  ['virtiofs', 9_000_000, 'refused'],
  ['virtiofs', 11_003_000, 'unknown'],
  ['virtiofs-socket', 9_000_000, 'refused'],
  ['shmem-legacy', 9_000_000, 'refused'],
  ['shmem-legacy', 11_003_000, 'unknown'],
  ['shmem-peer', 7_000_000, 'refused'],
  ['shmem-peer', 12_008_000, 'refused'],
  ['dimm', 11_003_000, 'refused'],
  ['invtsc', 11_003_000, 'refused'],
  ['unmigratable', 7_000_000, 'refused'],
  ['unmigratable', 12_008_000, 'refused'],
  ['unknown', 12_008_000, 'unknown'],
];
it.each(devices)('memory beside %s on %d: %s', (kind, libvirtVersion, said) => {
  const of = facts({ libvirtVersion, devices: [{ kind, words: 'a thing' }] });
  for (const mode of ['memory-internal', 'memory-external'] as const) {
    const { blockers, unknown } = assessCreate(of, draft(of, mode), virsh);
    const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code);
    expect(codes(said === 'refused' ? blockers : unknown)).toContain('MEMORY_DEVICE');
    expect(codes(said === 'refused' ? unknown : blockers)).not.toContain('MEMORY_DEVICE');
  }
  const disksOnly = assessCreate(of, draft(of, 'disks-external'), virsh);
  expect([...disksOnly.blockers, ...disksOnly.unknown]).toEqual([]);
});
it('every rule of devices has an answer that libvirt gives', () => {
  expect(memoryRules.every(({ answer }) => answer !== null)).toBe(true);
  expect(assessCreate(facts(peer), draft(facts(peer), 'memory-internal'), virsh).verdict).toBe('willFail');
  expect(assessCreate(facts(pci), draft(facts(pci), 'memory-internal'), virsh).verdict).toBe('risky');
});
