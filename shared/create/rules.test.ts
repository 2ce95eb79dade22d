import { expect, it } from 'vitest';
import type { CreateDraft, CreateFacts } from '../schema.ts';
import { assessCreate } from './assess.ts';
import { choiceRules, choiceWarnings } from './choice-rules.ts';
import { fileRules } from './file-rules.ts';
import { disk, draft, facts, offFacts, snapshot } from './fixtures.ts';
import { nameRules } from './name.ts';

const virsh = { uri: null, domain: 'web-01' };
type Case = readonly [code: string, facts: CreateFacts, mode: CreateDraft['mode'], draft?: Partial<CreateDraft>];
const named = (cases: readonly Case[]) => cases.map(([code, of, mode, change = {}]) => ({ code, of, mode, change }));
const included = (target: string, file: string) => ({ disks: [{ target, include: true, file }] });
const without = (...targets: string[]) => ({
  disks: targets.map((target) => ({ target, include: false, file: '' })),
});
const exists = (path: string, there: boolean | null) => ({ exists: { [path]: there }, free: {} });
const internal = [snapshot('old', 'internal')];
const external = [snapshot('old', 'external')];

const refused: readonly Case[] = [
  ['DRIVER', facts({ driver: 'Xen' }), 'memory-internal'],
  ['BLOCK_JOB', facts({ blockJobs: ['vda'] }), 'disks-external'],
  ['SUSPENDED', facts({ state: 'pmsuspended' }), 'memory-internal'],
  ['NO_DISK', facts({ disks: [disk('sda', { writable: false })] }), 'memory-internal'],
  ['NOT_QCOW2', facts({ disks: [disk('vda'), disk('vdb', { format: 'raw' })] }), 'memory-internal'],
  ['UEFI', facts({ nvram: 'other' }), 'memory-internal'],
  ['UEFI', offFacts({ nvram: 'qcow2', libvirtVersion: 9_000_000 }), 'disks-internal'],
  ['HOST_DEVICES', facts({ hostDevices: ['a host device'] }), 'memory-external'],
  ['NO_MEMORY', offFacts(), 'memory-external'],
  ['MEMORY_NEEDED', facts(), 'disks-internal'],
  ['MIXED_CHAIN', facts({ snapshots: internal }), 'disks-external'],
  ['MIXED_CHAIN', facts({ snapshots: external }), 'memory-internal'],
  ['NOTHING_SELECTED', facts(), 'disks-external', without('vda', 'vdb')],
  ['ALL_DISKS', facts(), 'memory-internal', without('vdb')],
  ['LIVE_NOT_HERE', facts(), 'memory-internal', { live: true }],
  ['QUIESCE_WITH_MEMORY', facts(), 'memory-external', { quiesce: true }],
  ['QUIESCE_OFF', offFacts(), 'disks-external', { quiesce: true }],
  ['QUIESCE_PAUSED', facts({ state: 'paused' }), 'disks-external', { quiesce: true }],
  ['AGENT_MISSING', facts({ agent: 'none' }), 'disks-external', { quiesce: true }],
  ['AGENT_AWAY', facts({ agent: 'disconnected' }), 'disks-external', { quiesce: true }],
  ['NAME', facts({ snapshots: [snapshot('fresh', 'internal')] }), 'memory-internal'],
  ['DESCRIPTION', facts(), 'memory-internal', { description: 'a\0b' }],
  ['NAME_JOB', facts(), 'memory-internal', { name: 'grün' }],
  ['NAME_COMMA', offFacts(), 'disks-external', { name: 'a,b' }],
  ['FILE_NEEDED', facts({ disks: [disk('vda', { type: 'block', file: '/dev/vg/vda' })] }), 'disks-external'],
  ['FILE_RELATIVE', facts(), 'disks-external', included('vda', 'here.qcow2')],
  ['FILE_FOLDER', facts(), 'memory-external', { memoryFile: '/tmp/' }],
  ['FILE_ROUNDABOUT', facts(), 'disks-external', included('vda', '/tmp/./x')],
  ['FILE_ROUNDABOUT', facts(), 'memory-external', { memoryFile: '/tmp//x' }],
  ['FILE_UNKNOWN', facts({ files: exists('/srv/m', null) }), 'memory-external', { memoryFile: '/srv/m' }],
  ['FILE_CONTROL', facts(), 'disks-external', included('vda', '/tmp/a\nb')],
  ['FILE_COMMA', offFacts(), 'disks-external', included('vda', '/tmp/a,b')],
  ['FILE_LONG', facts(), 'disks-external', included('vda', `/tmp/${'ä'.repeat(130)}`)],
  ['FILE_TWICE', facts(), 'disks-external', included('vda', '/var/lib/libvirt/images/vdb.fresh')],
  ['FILE_TWICE', facts(), 'memory-external', { memoryFile: '/var/lib/libvirt/images/vda.fresh' }],
  ['FILE_IN_USE', facts(), 'disks-external', included('vda', '/var/lib/libvirt/images/vda.qcow2')],
  ['FOLDER_MISSING', facts({ files: exists('/srv/', false) }), 'disks-external', included('vda', '/srv/x')],
  ['FILE_EXISTS', facts({ files: exists('/srv/m', true) }), 'memory-external', { memoryFile: '/srv/m' }],
];

it.each(named(refused))('$code', ({ code, of, mode, change }) => {
  const { blockers } = assessCreate(of, draft(of, mode, change), virsh);
  expect(blockers.map((blocker) => blocker.code)).toContain(code);
});

it('every rule is among those that were tried', () => {
  const tried = new Set(refused.map(([code]) => code));
  const all = [...choiceRules, ...nameRules, ...fileRules].map(({ code }) => code);
  expect(all.filter((code) => !tried.has(code))).toEqual([]);
});

const allowed: readonly Case[] = [
  ['a running guest', facts(), 'memory-internal'],
  ['a running guest', facts(), 'memory-external'],
  ['a running guest', facts(), 'disks-external'],
  ['memory alone', facts(), 'memory-external', without('vda', 'vdb')],
  ['a comma while it is on', facts(), 'disks-external', included('vda', '/tmp/a,b')],
  ['a name with blanks before 10.9', facts({ libvirtVersion: 9_000_000 }), 'memory-internal', { name: 'ä b' }],
  ['a name with blanks, external', facts(), 'memory-external', { name: 'ä b' }],
  ['a guest that is off', offFacts(), 'disks-internal'],
  ['a raw disk', offFacts({ disks: [disk('vda', { format: 'raw' })] }), 'disks-external'],
  ['a kind that is there', facts({ snapshots: external }), 'disks-external'],
  [
    'a block device with a file',
    facts({ disks: [disk('vda', { type: 'block' })] }),
    'disks-external',
    included('vda', '/srv/x'),
  ],
  ['UEFI since 10.10', facts({ nvram: 'qcow2' }), 'memory-internal'],
];
it.each(named(allowed))('nothing against $code: $mode', ({ of, mode, change }) => {
  expect(assessCreate(of, draft(of, mode, change), virsh).blockers).toEqual([]);
});

const pausedTwice = facts({
  state: 'paused',
  current: 'old',
  snapshots: [{ ...snapshot('old', 'external', 'external'), state: 'paused' }],
});
const warned: readonly Case[] = [
  ['MIXED_ALREADY', facts({ snapshots: [...internal, snapshot('other', 'external')] }), 'memory-internal'],
  ['NO_WAY_BACK', facts({ libvirtVersion: 9_000_000 }), 'disks-external'],
  ['BROKEN_INTERNAL', facts({ libvirtVersion: 9_009_000 }), 'memory-internal'],
  ['NOT_FILES', facts({ disks: [disk('vda', { type: 'block' })] }), 'disks-external'],
  ['PAUSED_TWICE', pausedTwice, 'memory-external'],
  ['MANAGED_SAVE_NOT_KEPT', offFacts({ managedSave: true }), 'disks-internal'],
  ['NOT_QUIESCED', facts(), 'disks-external', { quiesce: false }],
];
it.each(named(warned))('warns: $code', ({ code, of, mode, change }) => {
  expect(assessCreate(of, draft(of, mode, change), virsh).warnings.map((each) => each.code)).toContain(code);
});
it('every warning is among those that were tried', () => {
  expect(choiceWarnings.map(({ code }) => code).sort()).toEqual(warned.map(([code]) => code).sort());
});

it('warns where the memory may not fit', () => {
  const tight = facts({ files: { exists: {}, free: { '/var/lib/libvirt/images/': 2 ** 30 } } });
  for (const mode of ['memory-internal', 'memory-external'] as const)
    expect(assessCreate(tight, draft(tight, mode), virsh).warnings).toMatchObject([{ code: 'MAY_NOT_FIT' }]);
  expect(assessCreate(tight, draft(tight, 'disks-external'), virsh).warnings).toEqual([]);
});
