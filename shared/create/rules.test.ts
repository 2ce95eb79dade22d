import { describe, expect, it } from 'vitest';
import { version } from '../libvirt/versions.ts';
import { holds, type Rule } from '../rule.ts';
import type { CreateDraft, CreateFacts } from '../schema.ts';
import { assessCreate } from './assess.ts';
import { choiceRules } from './choice-rules.ts';
import { diskRules } from './disk-rules.ts';
import { type FileCase, fileRules } from './file-rules.ts';
import { newFiles } from './files.ts';
import { disk, draft, emptyDrive, facts, offFacts, snapshot } from './fixtures.ts';
import { memoryRules } from './memory-rules.ts';
import { modeRules } from './mode-rules.ts';
import { nameRules } from './name.ts';
import type { CreateCase } from './rule.ts';
import { tagRules } from './tag-rules.ts';
import { createWarnings } from './warnings.ts';

const virsh = { uri: null, domain: 'web-01' };
type Case = readonly [facts: CreateFacts, mode: CreateDraft['mode'], draft?: Partial<CreateDraft>];
/** For each rule: cases that it speaks about, and neighbours that it does not. */
type Row = readonly [code: string, matches: readonly Case[], unless: readonly Case[]];

const caseOf = ([of, mode, change]: Case): CreateCase => ({ facts: of, draft: draft(of, mode, change) });
const included = (target: string, file: string) => ({ disks: [{ target, include: true, file }] });
const without = (...targets: string[]) => ({
  disks: targets.map((target) => ({ target, include: false, file: '' })),
});
const exists = (path: string, there: boolean | null) => ({ exists: { [path]: there }, free: {} });
const inside = [snapshot('old', 'internal')];
const outside = [snapshot('old', 'external')];
const on = facts();
const off = offFacts();
const test = facts({ driver: 'TEST' });
const at = (libvirtVersion: number, of: CreateFacts = on): CreateFacts => ({ ...of, libvirtVersion });
const disks = (...all: CreateFacts['disks']) => ({ disks: all });
const raw = disk('vdb', { format: 'raw' });
const network = disk('vdb', { type: 'network', path: 'nbd://host:1/x' });
const volume = disk('vda', { type: 'volume', path: 'default/v.qcow2' });
const vhostuser = disk('vdb', { type: 'vhostuser', path: '/run/x.sock', format: 'raw' });
const shared = disk('vdb', { format: 'raw', shareable: true });
const passing = disk('vdb', { transient: true });
const lun = disk('vdb', { device: 'lun', type: 'block', path: '/dev/sdb', format: 'raw' });
const floppy = disk('fda', { device: 'floppy', path: '/images/drivers.img', format: 'raw' });
const gone = disk('vda', { exists: false });
const goneBelow = disk('vda', { gone: ['/srv/base.qcow2'] });
const deep = disk('vda', { depth: 25 });
const tagged = (id: string, name: string) =>
  disk('vda', { tags: [{ id, name, vmStateBytes: 0, dateSec: 1, diskBytes: null }] });
const cp = { checkpoints: ['cp1'] };
const efi = { pflash: true, nvram: 'qcow2' as const };
const rawEfi = { pflash: true, nvram: 'other' as const };
const peer = { devices: [{ kind: 'shmem-peer' as const, words: 'shared memory' }] };
const pci = { devices: [{ kind: 'pci' as const, words: 'a PCI device of the host' }] };
const halt = { halt: true };

const tables: { table: string; rules: readonly Rule<CreateCase>[]; rows: readonly Row[] }[] = [
  {
    table: 'modeRules',
    rules: modeRules,
    rows: [
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
          [test, 'memory-external'],
        ],
        [
          [test, 'memory-internal'],
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
        'NO_MEMORY',
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
          [facts({ blockJobs: ['vdb'] }), 'memory-external', without('vdb')],
        ],
        [
          [facts({ blockJobs: ['vdb'] }), 'disks-external', without('vdb')],
          [facts({ blockJobs: null }), 'disks-external'],
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
    ],
  },
  {
    table: 'diskRules',
    rules: diskRules,
    rows: [
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
    ],
  },
  {
    table: 'tagRules',
    rules: tagRules,
    rows: [
      [
        'NAME_IN_IMAGE',
        [[facts(disks(tagged('1', 'fresh'))), 'memory-internal']],
        [
          [facts(disks(tagged('1', 'other'))), 'memory-internal'],
          [facts(disks(tagged('1', 'fresh'))), 'disks-external'],
          [facts(disks(disk('vda', { tags: null }))), 'memory-internal'],
        ],
      ],
      [
        'ID_IS_A_NAME',
        [
          [facts(disks(tagged('1', '2'))), 'memory-internal'],
          [offFacts(disks(disk('vdb'), tagged('7', '8'))), 'disks-internal'],
        ],
        [
          [facts(disks(tagged('1', '3'))), 'memory-internal'],
          [facts(disks(tagged('2', '2'))), 'memory-internal'],
          [facts(disks(tagged('1', '2'))), 'disks-external'],
        ],
      ],
    ],
  },
  {
    table: 'choiceRules',
    rules: choiceRules,
    rows: [
      [
        'NOTHING_SELECTED',
        [[on, 'disks-external', without('vda', 'vdb')]],
        [
          [on, 'disks-external', without('vda')],
          [on, 'memory-external', without('vda', 'vdb')],
          [facts(disks()), 'disks-external'],
        ],
      ],
      [
        'ALL_DISKS',
        [[on, 'memory-internal', without('vdb')]],
        [
          [on, 'memory-internal'],
          [on, 'memory-external', without('vdb')],
        ],
      ],
      ['LIVE_NOT_HERE', [[on, 'memory-internal', { live: true }]], [[on, 'memory-external', { live: true }]]],
      [
        'QUIESCE_WITH_MEMORY',
        [[on, 'memory-external', { quiesce: true }]],
        [
          [on, 'disks-external', { quiesce: true }],
          [off, 'memory-external', { quiesce: true }],
        ],
      ],
      ['QUIESCE_OFF', [[off, 'disks-external', { quiesce: true }]], [[on, 'disks-external', { quiesce: true }]]],
      [
        'QUIESCE_PAUSED',
        [[facts({ state: 'paused' }), 'disks-external', { quiesce: true }]],
        [
          [on, 'disks-external', { quiesce: true }],
          [off, 'disks-external', { quiesce: true }],
        ],
      ],
      [
        'AGENT_MISSING',
        [[facts({ agent: 'none' }), 'disks-external', { quiesce: true }]],
        [
          [facts({ agent: 'none' }), 'disks-external', { quiesce: false }],
          [on, 'disks-external', { quiesce: true }],
        ],
      ],
      [
        'AGENT_AWAY',
        [[facts({ agent: 'disconnected' }), 'disks-external', { quiesce: true }]],
        [[on, 'disks-external', { quiesce: true }]],
      ],
      [
        'HALT_TRANSIENT',
        [[facts({ persistent: false }), 'memory-internal', halt]],
        [
          [on, 'memory-internal', halt],
          [facts({ persistent: false }), 'memory-internal'],
        ],
      ],
      [
        'HALT_OFF',
        [[off, 'disks-internal', halt]],
        [
          [on, 'memory-internal', halt],
          [off, 'disks-internal'],
        ],
      ],
    ],
  },
  {
    table: 'nameRules',
    rules: nameRules,
    rows: [
      [
        'NAME_COMMA',
        [[off, 'disks-external', { name: 'a,b' }]],
        [
          [on, 'disks-external', { name: 'a,b' }],
          [off, 'disks-internal', { name: 'a,b' }],
        ],
      ],
      [
        'NAME_JOB',
        [
          [on, 'memory-internal', { name: 'grün' }],
          [on, 'memory-internal', { name: 'a b' }],
        ],
        [
          [at(9_000_000), 'memory-internal', { name: 'ä b' }],
          [on, 'memory-external', { name: 'ä b' }],
          [off, 'disks-internal', { name: 'ä b' }],
          [on, 'memory-internal', { name: 'a.b_c-1' }],
        ],
      ],
    ],
  },
  {
    table: 'createWarnings',
    rules: createWarnings,
    rows: [
      [
        'MIXED_ALREADY',
        [[facts({ snapshots: [...inside, snapshot('other', 'external')] }), 'memory-internal']],
        [[facts({ snapshots: inside }), 'memory-internal']],
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
            facts(
              disks(disk('vda'), disk('sda', { device: 'cdrom', type: 'block', path: '/dev/sr0', readonly: true })),
            ),
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
        'COMMA_FOLDER',
        [[facts(disks(disk('vda', { path: '/a,b/v.qcow2' }))), 'disks-external']],
        [
          [facts(disks(disk('vda', { path: '/a,b/v.qcow2' }))), 'memory-external'],
          [facts(disks(disk('vda', { path: '/ab/v,.qcow2' }))), 'disks-external'],
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
      [
        'PAUSED_TWICE',
        [
          [
            facts({
              state: 'paused',
              current: 'old',
              snapshots: [{ ...snapshot('old', 'external', 'external'), state: 'paused' }],
            }),
            'memory-external',
          ],
        ],
        [
          [
            facts({ state: 'paused', current: 'old', snapshots: [snapshot('old', 'external', 'external')] }),
            'memory-external',
          ],
          [facts({ state: 'paused' }), 'memory-external'],
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
    ],
  },
];

describe.each(tables)('$table', ({ rules, rows }) => {
  it('each rule has cases both ways', () => {
    expect(rows.map(([code]) => code)).toEqual(rules.map(({ code }) => code));
    for (const [, matches, unless] of rows) expect([matches.length > 0, unless.length > 0]).toEqual([true, true]);
  });
  it.each(rows)('%s', (code, matches, unless) => {
    const rule = rules.find((each) => each.code === code);
    if (!rule) throw new Error(code);
    const found = (each: Case) => ({ facts: each[0], mode: each[1], holds: holds(rule, caseOf(each)) });
    expect(matches.map(found).filter((each) => !each.holds)).toEqual([]);
    expect(unless.map(found).filter((each) => each.holds)).toEqual([]);
    for (const each of matches) expect(rule.text(caseOf(each))).toMatch(/^[A-Z““\w].*[.]$/s);
  });
});

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

type FileRow = readonly [code: string, matches: Case, unless: Case];
const fileRows: readonly FileRow[] = [
  [
    'FILE_NEEDED',
    [facts({ disks: [disk('vda', { type: 'block', path: '/dev/vg/vda' })] }), 'disks-external'],
    [on, 'disks-external'],
  ],
  [
    'FILE_RELATIVE',
    [on, 'disks-external', included('vda', 'here.qcow2')],
    [on, 'disks-external', included('vda', '/srv/here.qcow2')],
  ],
  ['FILE_FOLDER', [on, 'memory-external', { memoryFile: '/tmp/' }], [on, 'memory-external', { memoryFile: '/tmp/x' }]],
  [
    'FILE_ROUNDABOUT',
    [on, 'disks-external', included('vda', '/tmp/./x')],
    [on, 'disks-external', included('vda', '/tmp/.x')],
  ],
  [
    'FILE_ROUNDABOUT',
    [on, 'memory-external', { memoryFile: '/tmp//x' }],
    [on, 'memory-external', { memoryFile: '/tmp/..x' }],
  ],
  [
    'FILE_CONTROL',
    [on, 'disks-external', included('vda', '/tmp/a\nb')],
    [on, 'disks-external', included('vda', '/tmp/a b')],
  ],
  [
    'FILE_COMMA',
    [off, 'disks-external', included('vda', '/tmp/a,b')],
    [on, 'disks-external', included('vda', '/tmp/a,b')],
  ],
  [
    'FILE_LONG',
    [on, 'disks-external', included('vda', `/tmp/${'ä'.repeat(130)}`)],
    [on, 'disks-external', included('vda', `/tmp/${'ä'.repeat(127)}`)],
  ],
  [
    'FILE_TWICE',
    [on, 'disks-external', included('vda', '/var/lib/libvirt/images/vdb.fresh')],
    [on, 'disks-external', included('vda', '/srv/vdb.fresh')],
  ],
  ['FILE_TWICE', [on, 'memory-external', { memoryFile: '/var/lib/libvirt/images/vda.fresh' }], [on, 'memory-external']],
  ['FILE_IN_USE', [on, 'disks-external', included('vda', '/var/lib/libvirt/images/vda.qcow2')], [on, 'disks-external']],
  [
    'FILE_IN_USE',
    [
      facts(disks(disk('vda', { below: [{ path: '/srv/base', type: 'file', format: 'qcow2' }] }))),
      'disks-external',
      included('vda', '/srv/base'),
    ],
    [on, 'disks-external', included('vda', '/srv/base')],
  ],
  [
    'FOLDER_MISSING',
    [facts({ files: exists('/srv/', false) }), 'disks-external', included('vda', '/srv/x')],
    [facts({ files: exists('/srv/', null) }), 'disks-external', included('vda', '/srv/x')],
  ],
  [
    'FILE_EXISTS',
    [facts({ files: exists('/srv/m', true) }), 'memory-external', { memoryFile: '/srv/m' }],
    [facts({ files: exists('/srv/m', false) }), 'memory-external', { memoryFile: '/srv/m' }],
  ],
  [
    'FILE_UNKNOWN',
    [facts({ files: exists('/srv/m', null) }), 'memory-external', { memoryFile: '/srv/m' }],
    [facts({ files: exists('/srv/m', null) }), 'disks-external', included('vda', '/srv/m')],
  ],
];
it.each(fileRows)('%s', (code, matches, unless) => {
  const codes = ([of, mode, change]: Case) =>
    assessCreate(of, draft(of, mode, change), virsh).blockers.map((each) => each.code);
  expect(codes(matches)).toContain(code);
  expect(codes(unless)).not.toContain(code);
});
it('every rule of files is among those that were tried', () => {
  const tried = new Set(fileRows.map(([code]) => code));
  expect(fileRules.filter(({ code }) => !tried.has(code))).toEqual([]);
  const c: FileCase = {
    ...caseOf([on, 'disks-external']),
    file: '',
    what: 'memory',
    all: newFiles(on, draft(on, 'disks-external')),
  };
  expect(fileRules[0]?.text(c)).toContain('memory');
});

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
