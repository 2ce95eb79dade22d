import { describe, expect, it } from 'vitest';
import { version } from '../libvirt/versions.ts';
import { disk, type Facts, facts, graphicsChange, memoryChange, merge, overlay } from './fixtures.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { blockerRules, forceRules, refusalRules } from './refusals.ts';
import { holds, type RevertFlags, type Rule } from './rule.ts';
import { warningRules } from './warnings.ts';

type Change = Facts & { flags?: Partial<RevertFlags> };
/** For each rule: facts that it matches, and what to change for it not to. */
interface Row {
  code: string;
  matches: Change;
  unless: readonly Change[];
  /** More facts that it matches, each with all of `matches`. */
  also?: readonly Change[];
  says?: string;
}
const old = 7_000_000;
const newer = { libvirtVersion: version.alwaysRestarts };
const test = { driver: 'TEST' };
const running: Facts = { snapshot: { state: 'running', memory: 'internal' } };
const live = [running, { snapshot: { state: 'paused' } }] as const satisfies readonly Facts[];
const off: Facts = { domain: { state: 'shutoff' } };
const external: Facts = { snapshot: { kind: 'external', disks: [{ target: 'vda', kind: 'external' }] } };
const toRun = { flags: { running: true } };
const toPause = { flags: { paused: true } };
const missing: Facts = { domain: { disks: [{ ...disk, missing: true }] } };

const tables: { table: string; rules: readonly Rule[]; rows: readonly Row[] }[] = [
  {
    table: 'refusalRules',
    rules: refusalRules,
    rows: [
      {
        code: 'RUNNING_AND_PAUSED',
        matches: { flags: { running: true, paused: true } },
        unless: [{ flags: { running: false } }, { flags: { paused: false } }],
        also: [test, { libvirtVersion: old }],
      },
      {
        code: 'RESET_NVRAM_UNKNOWN',
        matches: { libvirtVersion: old, flags: { resetNvram: true } },
        unless: [{ libvirtVersion: version.resetsNvram }, { flags: { resetNvram: false } }, test],
        also: [{ libvirtVersion: version.resetsNvram - 1 }],
        says: '7.0.0',
      },
      {
        code: 'RESET_NVRAM_TEST',
        matches: { ...test, flags: { resetNvram: true } },
        unless: [{ driver: 'QEMU' }, { flags: { resetNvram: false } }],
      },
      {
        code: 'BLOCK_JOB',
        matches: { domain: { blockJobs: ['vda', 'vdb'] } },
        unless: [{ domain: { blockJobs: [] } }],
        says: 'vda, vdb',
      },
      {
        code: 'TRANSIENT_NEEDS_STATE',
        matches: { domain: { persistent: false } },
        unless: [{ domain: { persistent: true } }, ...live, toRun, toPause],
        also: [test, { snapshot: { state: 'crashed' } }, { snapshot: { state: 'disk-snapshot' } }],
        says: 'running',
      },
      {
        code: 'EXTERNAL_UNSUPPORTED',
        matches: { snapshot: { kind: 'external' }, libvirtVersion: 9_008_000 },
        unless: [
          { libvirtVersion: version.revertsExternal },
          { snapshot: { kind: 'internal' } },
          { snapshot: { kind: 'none' } },
          test,
        ],
        also: [{ snapshot: { kind: 'mixed' } }, { libvirtVersion: old }],
        says: '9.8.0',
      },
      {
        code: 'NO_CONFIGURATION',
        matches: { hasConfig: false },
        unless: [{ hasConfig: true }, { libvirtVersion: version.alwaysRestarts - 1 }, test],
        also: [newer],
      },
      {
        code: 'NO_CONFIGURATION_TEST',
        matches: { hasConfig: false, ...test },
        unless: [{ hasConfig: true }, { driver: 'QEMU' }],
      },
      {
        code: 'NO_CONFIGURATION_OLD',
        matches: { hasConfig: false, libvirtVersion: old },
        unless: [{ hasConfig: true }, newer, test],
        also: [off],
      },
      {
        code: 'MUST_RESPAWN',
        matches: { libvirtVersion: old, ...toRun },
        unless: [newer, off, { domain: { state: 'crashed' } }, { flags: { running: false } }, ...live],
        also: [
          { flags: { running: false, paused: true } },
          { domain: { state: 'paused' } },
          { snapshot: { state: 'crashed' } },
          { libvirtVersion: version.alwaysRestarts - 1 },
          test,
        ],
        says: '7.0.0',
      },
      {
        code: 'MANAGED_SAVE',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, ...live, test],
        also: [toRun, { snapshot: { state: 'disk-snapshot' } }, { libvirtVersion: old }],
      },
      {
        code: 'GENERATION_ID',
        matches: merge(running, { libvirtVersion: old, stored: { genid: true } }),
        unless: [newer, { stored: { genid: false } }, off, { snapshot: { state: 'shutoff' } }, test],
        also: [{ snapshot: { state: 'paused' } }],
      },
      {
        code: 'CONFIG_MISMATCH',
        matches: merge(running, { libvirtVersion: old, configChanges: [memoryChange, graphicsChange] }),
        unless: [
          newer,
          { configChanges: [] },
          { configChanges: [graphicsChange] },
          off,
          { snapshot: { state: 'shutoff' } },
        ],
        also: [{ snapshot: { state: 'paused' } }, toRun, test],
        says: 'Memory: 2 GiB in the snapshot, 4 GiB now)',
      },
      {
        code: 'SUSPENDED_SNAPSHOT',
        matches: { snapshot: { state: 'pmsuspended' } },
        unless: [{ snapshot: { state: 'shutoff' } }, test],
      },
      {
        code: 'DISK_ONLY_UNSUPPORTED',
        matches: { snapshot: { state: 'disk-snapshot', kind: 'external' }, libvirtVersion: 10_000_000 },
        unless: [
          { libvirtVersion: version.revertsDiskOnly },
          { libvirtVersion: version.revertsExternal - 1 },
          { snapshot: { state: 'shutoff' } },
          test,
        ],
        also: [{ libvirtVersion: version.revertsExternal }, { libvirtVersion: version.revertsDiskOnly - 1 }],
        says: '10.0.0',
      },
      {
        code: 'EXTERNAL_NOT_A_FILE',
        matches: merge(external, { stored: { disks: [{ target: 'vda', type: 'volume' }] } }),
        unless: [
          { stored: { disks: [{ target: 'vda', type: 'file' }] } },
          { stored: { disks: [{ target: 'vdb', type: 'volume' }] } },
          { snapshot: { kind: 'internal', disks: [{ target: 'vda', kind: 'internal' }] } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        also: [
          { stored: { disks: [{ target: 'vda', type: 'network' }] } },
          { stored: { disks: [{ target: 'vda', type: 'block' }] } },
        ],
        says: 'vda is not one',
      },
      {
        code: 'MEMORY_FILE_GONE',
        matches: merge(external, { stored: { memoryFile: { path: '/images/web.mem', exists: false } } }),
        unless: [
          { stored: { memoryFile: { path: '/images/web.mem', exists: true } } },
          { stored: { memoryFile: { path: '/images/web.mem', exists: null } } },
          { stored: { memoryFile: null } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        says: '/images/web.mem',
      },
      {
        code: 'IMAGE_GONE',
        matches: missing,
        unless: [
          { domain: { disks: [disk] } },
          running,
          external,
          { domain: { disks: [{ ...disk, target: 'vdb', missing: true }] } },
          test,
        ],
        also: [toRun, { libvirtVersion: old }],
        says: '/images/web.qcow2',
      },
      {
        code: 'IMAGE_GONE_LIVE',
        matches: merge(running, missing),
        unless: [{ domain: { disks: [disk] } }, { snapshot: { state: 'shutoff' } }, test],
        also: [{ libvirtVersion: old }, { domain: { disks: [{ ...disk, file: null, missing: true }] } }],
        says: 'cannot open',
      },
    ],
  },
  {
    table: 'hazardRules',
    rules: hazardRules,
    rows: [
      {
        code: 'INTERRUPTED_DELETE',
        matches: { interruptedDelete: true },
        unless: [{ interruptedDelete: false }, test],
        says: 'Delete it again',
      },
      {
        code: 'EXTERNAL_WITHOUT_CURRENT',
        matches: { snapshot: { kind: 'external' }, current: null },
        unless: [
          { current: 'other' },
          { snapshot: { kind: 'internal' } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        also: [{ snapshot: { kind: 'mixed' } }, { libvirtVersion: 12_008_000 }],
        says: 'crash',
      },
      {
        code: 'TEST_WITHOUT_CONFIGURATION',
        matches: { ...test, hasConfig: false, libvirtVersion: old },
        unless: [{ hasConfig: true }, { driver: 'QEMU' }, newer],
        says: 'crash',
      },
      {
        code: 'WRONG_OVERLAY',
        matches: merge(external, { overlays: [overlay, { ...overlay, file: '/images/other', inUse: false }] }),
        unless: [
          { overlays: [overlay] },
          { overlays: [{ ...overlay, inUse: null }] },
          { snapshot: { kind: 'internal' } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        says: 'delete /images/other,',
      },
      {
        code: 'RESET_NVRAM_INTERNAL',
        matches: { stored: { nvram: 'qcow2' }, flags: { resetNvram: true } },
        unless: [
          { flags: { resetNvram: false } },
          external,
          { stored: { nvram: null } },
          { libvirtVersion: version.resetsNvram - 1 },
          test,
        ],
      },
    ],
  },
  {
    table: 'lossRules',
    rules: lossRules,
    rows: [
      {
        code: 'MEMORY',
        matches: { domain: { state: 'running' } },
        unless: [off, { domain: { state: 'crashed' } }],
        also: [
          { domain: { state: 'paused' } },
          { domain: { state: 'pmsuspended' } },
          { domain: { state: 'unknown' } },
          toRun,
        ],
      },
      {
        code: 'DISKS',
        matches: { snapshot: { disks: [{ target: 'vda', kind: 'internal' }] } },
        unless: [{ snapshot: { disks: [] } }, { snapshot: { disks: [{ target: 'vda', kind: 'none' }] } }],
        also: [{ snapshot: { disks: [{ target: 'vda', kind: 'external' }] } }, off, { current: null }],
        says: 'vda',
      },
      {
        code: 'OVERLAYS',
        matches: merge(external, { overlays: [overlay, { ...overlay, file: '/images/b', bytes: null }] }),
        unless: [
          { overlays: [] },
          { snapshot: { kind: 'internal' } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        says: '/images/web.1790000000 (3 GiB), /images/b (size unknown)',
      },
      {
        code: 'EXTERNAL_DESCENDANTS',
        matches: { history: { externalDescendants: ['e1', 'e2'] } },
        unless: [{ history: { externalDescendants: [] } }, external, test],
        also: [{ history: { externalDescendants: ['e1'] } }],
        says: '“e1”, “e2”',
      },
      {
        code: 'CONFIGURATION',
        matches: { configChanges: [graphicsChange] },
        unless: [{ configChanges: [] }],
        says: 'Graphics: vnc in the snapshot, spice now',
      },
      {
        code: 'CONSOLES',
        matches: { domain: { consoles: ['spice', 'vnc'] } },
        unless: [
          { domain: { consoles: [] } },
          { domain: { state: 'shutoff', consoles: ['vnc'] } },
          { ...running, libvirtVersion: old },
          { ...running, libvirtVersion: old, configChanges: [graphicsChange] },
        ],
        also: [
          running,
          { libvirtVersion: old },
          { ...running, libvirtVersion: old, configChanges: [memoryChange] },
          { ...running, libvirtVersion: old, stored: { genid: true } },
          { ...running, libvirtVersion: old, driver: 'TEST' },
        ],
        says: 'SPICE and VNC',
      },
    ],
  },
  {
    table: 'warningRules',
    rules: warningRules,
    rows: [
      {
        code: 'STAYS_OFF',
        matches: { snapshot: { state: 'shutoff' } },
        unless: [...live, toRun, toPause, { domain: { persistent: false } }],
        also: [{ snapshot: { state: 'disk-snapshot' } }, { snapshot: { state: 'crashed' } }, test],
        says: 'shut off',
      },
      {
        code: 'COLD_BOOT',
        matches: toRun,
        unless: [{ flags: { running: false } }, ...live, test],
        also: [toPause, { snapshot: { state: 'disk-snapshot' } }],
      },
      {
        code: 'MANAGED_SAVE_SURVIVES',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, test],
        also: [...live, toRun, { domain: { autostart: true } }],
        says: 'virsh managedsave-remove',
      },
      {
        code: 'EXTERNAL_DESCENDANTS_LOST',
        matches: { history: { externalDescendants: ['e1'] } },
        unless: [{ history: { externalDescendants: [] } }, external, test],
        says: '“e1”',
      },
      {
        code: 'NVRAM_STAYS',
        matches: { stored: { nvram: 'raw' }, libvirtVersion: 9_000_000 },
        unless: [
          { stored: { nvram: null } },
          { libvirtVersion: version.revertsNvram, stored: { nvram: 'qcow2' } },
          external,
          test,
        ],
        also: [{ libvirtVersion: version.revertsNvram }, { stored: { nvram: 'qcow2' } }],
        says: '9.0.0',
      },
      {
        code: 'NVRAM_STAYS_EXTERNAL',
        matches: merge(external, { stored: { nvram: 'qcow2' } }),
        unless: [
          { stored: { nvram: null } },
          { snapshot: { kind: 'internal' } },
          { flags: { resetNvram: true } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
      },
      {
        code: 'MEMORY_FILE_UNKNOWN',
        matches: { stored: { memoryFile: { path: '/images/web.mem', exists: null } } },
        unless: [
          { stored: { memoryFile: null } },
          { stored: { memoryFile: { path: '/images/web.mem', exists: true } } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        says: '/images/web.mem',
      },
      {
        code: 'LEFT_BEHIND',
        matches: { history: { leftBehind: { names: ['b', 'c'], count: 12 } } },
        unless: [{ history: { leftBehind: { names: [], count: 0 } } }],
        also: [{ history: { leftBehind: { names: ['b'], count: 1 } } }, test],
        says: '“b”, “c” and 10 more stay',
      },
      {
        code: 'TEST_DRIVER_STAYS_OFF',
        matches: { ...test, ...toRun },
        unless: [{ driver: 'QEMU' }, { flags: { running: false } }, ...live],
        also: [toPause],
      },
      {
        code: 'UNKNOWN_STATE',
        matches: { snapshot: { state: 'unknown' } },
        unless: [{ snapshot: { state: 'shutoff' } }, running],
      },
      {
        code: 'UNTRIED_DRIVER',
        matches: { driver: 'Xen' },
        unless: [{ driver: 'QEMU' }, test],
        also: [{ driver: '' }],
        says: 'Xen',
      },
    ],
  },
];
const all: readonly Rule[] = [...refusalRules, ...hazardRules, ...lossRules, ...warningRules];

const caseOf = ({ flags, ...change }: Change, more: Change = {}) => ({
  facts: facts(merge(change, withoutFlags(more))),
  flags: { running: false, paused: false, resetNvram: false, ...flags, ...more.flags },
});
function withoutFlags({ flags: _, ...rest }: Change): Facts {
  return rest;
}

describe.each(tables)('$table', ({ rules, rows }) => {
  const rule = (code: string) => {
    const found = all.find((each) => each.code === code);
    if (!found) throw new Error(`no rule ${code}`);
    return found;
  };

  it('has a row here for each rule, and a source for each', () => {
    expect(rows.map((row) => row.code)).toEqual(rules.map((each) => each.code));
    for (const { source } of rules) expect(source).toMatch(/\w{4}/);
  });

  it.each(rows)('$code matches', ({ code, matches, also = [], says = '' }) => {
    expect(holds(rule(code), caseOf(matches))).toBe(true);
    expect(rule(code).text(caseOf(matches))).toContain(says);
    for (const more of also) {
      const c = caseOf(matches, more);
      expect(holds(rule(code), c), JSON.stringify(more)).toBe(true);
      expect(rule(code).text(c)).toMatch(/\w/);
    }
  });

  it.each(rows)('$code does not match when one thing differs', ({ code, matches, unless }) => {
    for (const more of unless) expect(holds(rule(code), caseOf(matches, more)), JSON.stringify(more)).toBe(false);
  });
});

it('no two rules have the same code', () => {
  const codes = all.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
});

it('a refusal is a blocker or can be forced', () => {
  expect([...blockerRules, ...forceRules].length).toBe(refusalRules.length);
  expect(forceRules.map(({ answer }) => answer.code).every((code) => code === 77)).toBe(true);
});
