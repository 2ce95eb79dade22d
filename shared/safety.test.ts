import { describe, expect, it } from 'vitest';
import {
  type SafetyDisk,
  type SafetyFacts,
  safetyDescription,
  safetyName,
  safetyOffer,
  safetyRequestOf,
  safetyRules,
} from './safety.ts';

const disk = (more: Partial<SafetyDisk> = {}): SafetyDisk => ({
  target: 'vda',
  type: 'file',
  format: 'qcow2',
  writable: true,
  file: '/images/vm.qcow2',
  ...more,
});
const facts = (more: Partial<SafetyFacts> = {}): SafetyFacts => ({
  driver: 'QEMU',
  libvirtVersion: 11_003_000,
  state: 'running',
  active: true,
  managedSave: false,
  nvram: 'none',
  disks: [disk(), disk({ target: 'sda', format: 'raw', writable: false, file: null })],
  hostDevices: [],
  blockJobs: [],
  snapshots: [{ name: 'clean', kind: 'internal', memory: 'internal' }],
  ...more,
});
const external = { snapshots: [{ name: 'clean', kind: 'external', memory: 'none' }] } as const;
const offer = (more: Partial<SafetyFacts> = {}) => safetyOffer(facts(more), 'before-revert {date} {time}', 'clean', 0);
const codes = (more: Partial<SafetyFacts> = {}) => offer(more).reasons.map((reason) => reason.code);

describe('the kind follows the chain', () => {
  it.each([
    ['internal', {}, true],
    ['internal', { snapshots: [] }, true],
    ['internal', { snapshots: [{ name: 'a', kind: 'none', memory: 'none' }] }, true],
    ['internal', { state: 'shutoff', active: false }, false],
    ['external', external, true],
    ['external', { ...external, state: 'shutoff', active: false }, false],
    ['external', { snapshots: [{ name: 'a', kind: 'none', memory: 'external' }] }, true],
    ['internal', { ...external, driver: 'TEST' }, true],
  ] as const)('%s: %j', (kind, more, memory) => {
    expect(offer(more)).toMatchObject({ available: true, kind, memory, reasons: [] });
  });
});

describe('why not', () => {
  const raw = [disk({ format: 'raw' })];
  const block = [disk({ type: 'block', file: '/dev/vg/vm' })];
  const mixed = { snapshots: [...external.snapshots, { name: 'b', kind: 'internal', memory: 'none' }] } as const;
  /** Each rule: what it holds for, and the nearest thing that it does not hold for. */
  const cases: readonly (readonly [string, Partial<SafetyFacts>, Partial<SafetyFacts>])[] = [
    ['DRIVER', { driver: 'LXC' }, { driver: 'TEST', disks: raw }],
    ['MIXED_CHAIN', mixed, { ...mixed, driver: 'TEST' }],
    ['MIXED_CHAIN', { snapshots: [{ name: 'a', kind: 'mixed', memory: 'none' }] }, {}],
    ['BLOCK_JOB', { blockJobs: ['vda'] }, {}],
    ['SUSPENDED', { state: 'pmsuspended' }, { state: 'paused' }],
    ['NO_DISK', { disks: [] }, {}],
    ['NOT_QCOW2', { disks: raw }, { disks: block }],
    ['NOT_QCOW2', { disks: [disk(), ...raw] }, { ...external, disks: raw }],
    ['UEFI', { nvram: 'other' }, { nvram: 'other', ...external }],
    ['UEFI', { nvram: 'qcow2', libvirtVersion: 10_009_000 }, { nvram: 'qcow2', libvirtVersion: 10_010_000 }],
    ['BROKEN_INTERNAL', { libvirtVersion: 9_009_000 }, { libvirtVersion: 9_010_000 }],
    ['EXTERNAL_UNSUPPORTED', { ...external, libvirtVersion: 9_008_000 }, { ...external, libvirtVersion: 9_009_000 }],
    ['NOT_FILES', { ...external, disks: block }, { disks: block }],
    [
      'HOST_DEVICES',
      { hostDevices: ['a host device'] },
      { hostDevices: ['a host device'], active: false, state: 'shutoff' },
    ],
  ];
  it.each(cases)('%s: %j but not %j', (code, holds, not) => {
    const refused = offer(holds);
    expect(refused.reasons.map((reason) => reason.code)).toContain(code);
    expect(refused).toMatchObject({ available: false, kind: null, memory: false, notes: [] });
    expect(refused.reasons.every((reason) => reason.text.endsWith('.'))).toBe(true);
    expect(codes(not)).not.toContain(code);
  });

  it('every rule has a case', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(safetyRules.map((rule) => rule.code)));
  });

  it('is silent where all is well, with what is worth knowing', () => {
    expect(codes()).toEqual([]);
    expect(offer().notes.map((note) => note.code)).toEqual(['PAUSES_GUEST']);
    expect(offer({ active: false, state: 'shutoff', managedSave: true }).notes.map((note) => note.code)).toEqual([
      'MANAGED_SAVE_NOT_KEPT',
    ]);
  });
});

describe('the name', () => {
  const noon = new Date(2026, 10, 23, 12, 4, 5).getTime();
  const name = (pattern: string, target = 'clean', taken: string[] = []) =>
    safetyName(pattern, target, noon, new Set(taken));

  it.each([
    ['before-revert-{date}-{time}', 'clean', 'before-revert-2026-11-23-12-04-05'],
    ['before-revert {date} {time}', 'clean', 'before-revert-2026-11-23-12-04-05'],
    ['{snapshot} {unheard}', 'a/b', 'a-b-unheard-'],
    ['{snapshot}', '..hidden', 'hidden'],
    ['{snapshot}', '...', 'before-revert'],
    [' a\tb\n', 'x', 'a-b'],
    ['{snapshot}', '{date}', 'date-'],
    ['{snapshot}', 'Größe 1', 'Gr-e-1'],
  ])('of %j for %j is %j', (pattern, target, expected) => {
    expect(name(pattern, target)).toBe(expected);
  });

  it('is unique', () => {
    expect(name('safe', 'clean', ['safe', 'safe-2'])).toBe('safe-3');
  });

  it('is told from others by its description', () => {
    expect(safetyRequestOf(safetyDescription('a ] “b”', 'r-1'))).toBe('r-1');
    expect(safetyRequestOf(`${safetyDescription('a', 'r-1')} edited`)).toBeNull();
    expect(safetyRequestOf('')).toBeNull();
  });
});
