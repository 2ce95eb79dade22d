import { describe, expect, it } from 'vitest';
import type { DeleteMode } from '../schema.ts';
import { assessDelete } from './assess.ts';
import { chain, deleteFacts, type History } from './fixtures.ts';
import { deleteRules } from './rules.ts';
import { deleteWarnings } from './warnings.ts';

interface Speaks {
  readonly history: History;
  readonly names: readonly string[];
  readonly mode?: DeleteMode;
  /** Where it has to be silent: one thing is different. */
  readonly not: Partial<History>;
}
const outside = chain('external', 'a', 'b', 'c');
const branches = [...outside, { name: 'd', kind: 'external', parent: 'a' } as const];
const hole = outside.map((row) => (row.name === 'b' ? { ...row, forgotten: true as const } : row));
const running = { state: 'running' } as const;
const old = { libvirtVersion: 9_000_000 };

/** For each rule a deletion of which it speaks. */
const cases: Readonly<Record<string, Speaks>> = {
  PINNED: {
    history: { rows: [{ name: 'a', change: { pinned: true } }, { name: 'b' }] },
    names: ['a'],
    not: { rows: chain('internal', 'a', 'b') },
  },
  TEST_METADATA_ONLY: {
    history: { rows: chain('internal', 'a'), change: { driver: 'TEST' } },
    names: ['a'],
    mode: 'metadata-only',
    not: { change: { driver: 'QEMU' } },
  },
  EXTERNAL_UNSUPPORTED: {
    history: { rows: outside, change: { libvirtVersion: 8_009_000 } },
    names: ['c'],
    not: { change: old },
  },
  BLOCK_JOB: { history: { rows: outside, domain: { blockJobs: ['vda'] } }, names: ['c'], not: { domain: {} } },
  EXTERNAL_WITHOUT_CURRENT: { history: { rows: outside, current: null }, names: ['c'], not: { current: 'c' } },
  DISK_DETACHED: {
    history: { rows: chain('internal', 'a'), domain: { images: [] } },
    names: ['a'],
    not: { domain: {} },
  },
  RUNNING_INTERNAL_BELOW: {
    history: { rows: [{ name: 'i' }, ...outside], domain: running },
    names: ['i'],
    not: { domain: {} },
  },
  CHILD_TAKEN_OFF: { history: { rows: outside, change: old }, names: ['b'], not: { domain: running } },
  PARENT_INTERNAL: {
    history: { rows: [{ name: 'i' }, ...outside] },
    names: ['a'],
    not: { rows: outside },
  },
  TAGS_LOST: {
    history: { rows: [...chain('external', 'a'), { name: 'i' }] },
    names: ['a'],
    not: { rows: chain('external', 'a') },
  },
  SHARED_IMAGE: {
    history: { rows: [...outside, { name: 'd', kind: 'external', parent: null }] },
    names: ['d'],
    not: { rows: [...outside, { name: 'd', kind: 'external' }] },
  },
  SEVERAL_CHILDREN: { history: { rows: branches }, names: ['a'], not: { rows: outside } },
  CURRENT_WITH_CHILDREN: { history: { rows: outside, current: 'b' }, names: ['b'], not: { current: 'c' } },
  OFF_CHAIN_WITH_CHILDREN: { history: { rows: branches }, names: ['b'], not: { rows: outside } },
  BRANCH_ABOVE: {
    history: { rows: [...chain('external', 'root'), ...branches] },
    names: ['root'],
    not: { change: { libvirtVersion: 12_008_000 } },
  },
  HOLE_ABOVE: {
    history: { rows: hole },
    names: ['a'],
    not: { rows: outside },
  },
  HOLE_BELOW: {
    history: {
      rows: hole,
      domain: running,
      change: old,
    },
    names: ['c'],
    not: { rows: outside },
  },
  MANAGED_SAVE: { history: { rows: outside, domain: { managedSave: true } }, names: ['c'], not: { domain: {} } },
  JOB_NAME: {
    history: { rows: chain('internal', 'two words'), domain: running },
    names: ['two words'],
    not: { change: { libvirtVersion: 10_008_000 } },
  },
};

const told: Readonly<Record<string, Speaks>> = {
  WAY_BACK: {
    history: { rows: [{ name: 'a', change: { undoes: true } }] },
    names: ['a'],
    not: { rows: chain('internal', 'a') },
  },
  STARTED_MEANWHILE: { history: { rows: outside }, names: ['c'], not: { domain: running } },
  NOT_CANCELLABLE_WITHOUT_HARM: {
    history: { rows: outside },
    names: ['b'],
    not: { rows: chain('none', 'a', 'b', 'c') },
  },
  MEMORY_FILE_STAYS: {
    history: {
      rows: [{ name: 'a', kind: 'external', change: { memory: 'external', memoryFile: '/i/a.mem' } }],
      change: old,
    },
    names: ['a'],
    not: { change: {} },
  },
  CHILDREN_MISLED: {
    history: { rows: outside, change: old },
    names: ['b'],
    mode: 'metadata-only',
    not: { change: {} },
  },
  DATA_STAYS: {
    history: { rows: outside },
    names: ['b'],
    mode: 'metadata-only',
    not: { rows: chain('none', 'a', 'b', 'c') },
  },
};

const codes = ({ history, names, mode = 'this' }: Speaks, what: 'blockers' | 'warnings') =>
  assessDelete(deleteFacts(history), names, mode)[what].map(({ code }) => code);

describe('each rule', () => {
  it.each(deleteRules.map(({ code, effect, error }) => ({ code, effect, error })))(
    '$code',
    ({ code, effect, error }) => {
      const speaks = cases[code];
      if (!speaks) throw new Error(`no case for ${code}`);
      expect(codes(speaks, 'blockers')).toContain(code);
      expect(codes({ ...speaks, history: { ...speaks.history, ...speaks.not } }, 'blockers')).not.toContain(code);
      expect(error !== undefined).toBe(effect === 'refused');
    },
  );

  it.each(deleteWarnings.map(({ code }) => code))('%s, a warning', (code) => {
    const speaks = told[code];
    if (!speaks) throw new Error(`no case for ${code}`);
    expect(codes(speaks, 'warnings')).toContain(code);
    expect(codes({ ...speaks, history: { ...speaks.history, ...speaks.not } }, 'warnings')).not.toContain(code);
  });

  it('has a code of its own', () => {
    const all = [...deleteRules, ...deleteWarnings].map(({ code }) => code);
    expect(new Set(all).size).toBe(all.length);
    expect([...Object.keys(cases), ...Object.keys(told)].sort()).toEqual([...all].sort());
  });

  it('leaves metadata alone in peace', () => {
    for (const [code, speaks] of Object.entries(cases)) {
      if (code === 'PINNED' || code === 'TEST_METADATA_ONLY') continue;
      expect(codes({ ...speaks, mode: 'metadata-only' }, 'blockers'), code).toEqual([]);
    }
  });
});
