import { describe, expect, it } from 'vitest';
import {
  assessRevert,
  blockerRules,
  forceRules,
  isLive,
  lossRules,
  revertOutcome,
  staleness,
  version,
  warningRules,
} from './risk.ts';
import {
  Assessment,
  type ConfigChange,
  domainStates,
  type RevertFacts,
  type Snapshot,
  type SnapshotState,
  type StartState,
} from './schema.ts';

const baseDomain: RevertFacts['domain'] = {
  uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01',
  name: 'web-01',
  state: 'running',
  persistent: true,
  managedSave: false,
  blockJobs: [],
  consoles: [],
};
const baseSnapshot: Snapshot = {
  name: 'before-upgrade',
  description: '',
  parent: null,
  createdAt: 1_790_000_000_000,
  state: 'shutoff',
  memory: 'none',
  kind: 'internal',
  disks: [{ target: 'vda', kind: 'internal' }],
};
const memoryChange: ConfigChange = { label: 'Memory', snapshot: '2 GiB', now: '4 GiB', abi: true };
const graphicsChange: ConfigChange = { label: 'Graphics', snapshot: 'vnc', now: 'spice', abi: false };
const old = 7_000_000;

type Change = Partial<Omit<RevertFacts, 'domain' | 'snapshot'>> & {
  domain?: Partial<RevertFacts['domain']>;
  snapshot?: Partial<Snapshot>;
};
/** QEMU on libvirt 11.3; a running, persistent domain; a shut-off internal snapshot that is the current one. */
const facts = ({ domain, snapshot, ...rest }: Change = {}): RevertFacts => ({
  driver: 'QEMU',
  libvirtVersion: 11_003_000,
  hasConfig: true,
  current: 'before-upgrade',
  configChanges: [],
  riskReported: null,
  ...rest,
  domain: { ...baseDomain, ...domain },
  snapshot: { ...baseSnapshot, ...snapshot },
});
const merge = (a: Change, b: Change): Change => ({
  ...a,
  ...b,
  domain: { ...a.domain, ...b.domain },
  snapshot: { ...a.snapshot, ...b.snapshot },
});

/** For each rule: facts that it matches, and what to change for it not to. */
interface Row {
  code: string;
  startState?: StartState;
  matches: Change;
  unless: readonly (Change & { startState?: StartState })[];
  /** More facts that it matches, each with all of `matches`. */
  also?: readonly (Change & { startState?: StartState })[];
  says?: string;
}
const running: Change = { snapshot: { state: 'running', memory: 'internal' } };
const live = [running, { snapshot: { state: 'paused' } }] as const satisfies readonly Change[];

const rows: { table: string; rules: readonly { code: string; when: unknown }[]; rows: readonly Row[] }[] = [
  {
    table: 'blockerRules',
    rules: blockerRules,
    rows: [
      {
        code: 'TRANSIENT_NEEDS_STATE',
        matches: { domain: { persistent: false } },
        unless: [{ domain: { persistent: true } }, ...live, { startState: 'running' }, { startState: 'paused' }],
        also: [{ driver: 'TEST' }, { snapshot: { state: 'crashed' } }, { snapshot: { state: 'disk-snapshot' } }],
        says: 'running',
      },
      {
        code: 'EXTERNAL_UNSUPPORTED',
        matches: { snapshot: { kind: 'external' }, libvirtVersion: 9_008_000 },
        unless: [
          { libvirtVersion: version.revertsExternal },
          { snapshot: { kind: 'internal' } },
          { snapshot: { kind: 'none' } },
          { driver: 'TEST' },
        ],
        also: [{ snapshot: { kind: 'mixed' } }, { libvirtVersion: old }],
        says: '9.8.0',
      },
      {
        code: 'EXTERNAL_WITHOUT_CURRENT',
        matches: { snapshot: { kind: 'external' }, current: null },
        unless: [{ current: 'other' }, { snapshot: { kind: 'internal' } }, { driver: 'TEST' }],
        also: [{ snapshot: { kind: 'mixed' } }],
      },
      {
        code: 'DISK_ONLY_UNSUPPORTED',
        matches: { snapshot: { state: 'disk-snapshot', kind: 'external' }, libvirtVersion: 10_000_000 },
        unless: [
          { libvirtVersion: version.revertsDiskOnly },
          { libvirtVersion: version.revertsExternal - 1 },
          { snapshot: { state: 'shutoff' } },
          { driver: 'TEST' },
        ],
        also: [{ libvirtVersion: version.revertsExternal }, { libvirtVersion: version.revertsDiskOnly - 1 }],
        says: '10.0.0',
      },
      {
        code: 'SUSPENDED_SNAPSHOT',
        matches: { snapshot: { state: 'pmsuspended' } },
        unless: [{ snapshot: { state: 'shutoff' } }, { driver: 'TEST' }],
      },
      {
        code: 'NO_CONFIGURATION',
        matches: { hasConfig: false },
        unless: [{ hasConfig: true }, { libvirtVersion: version.alwaysRestarts - 1 }],
        also: [{ driver: 'TEST' }, { libvirtVersion: version.alwaysRestarts }],
      },
      {
        code: 'BLOCK_JOB',
        matches: { domain: { blockJobs: ['vda', 'vdb'] } },
        unless: [{ domain: { blockJobs: [] } }],
        says: 'vda, vdb',
      },
    ],
  },
  {
    table: 'forceRules',
    rules: forceRules,
    rows: [
      {
        code: 'LIBVIRT_SAID_RISKY',
        matches: { riskReported: 'revert requires force: genid' },
        unless: [{ riskReported: null }],
        also: [{ riskReported: '' }],
        says: 'revert requires force: genid',
      },
      {
        code: 'MUST_RESPAWN',
        startState: 'running',
        matches: { libvirtVersion: old },
        unless: [
          { libvirtVersion: version.alwaysRestarts },
          { domain: { state: 'shutoff' } },
          { domain: { state: 'crashed' } },
          { startState: 'as-saved' },
          ...live,
          { driver: 'TEST' },
        ],
        also: [
          { startState: 'paused' },
          { domain: { state: 'paused' } },
          { snapshot: { state: 'crashed' } },
          { libvirtVersion: version.alwaysRestarts - 1 },
        ],
        says: '7.0.0',
      },
      {
        code: 'CONFIG_MISMATCH',
        matches: merge(running, { libvirtVersion: old, configChanges: [memoryChange, graphicsChange] }),
        unless: [
          { libvirtVersion: version.alwaysRestarts },
          { configChanges: [] },
          { configChanges: [graphicsChange] },
          { domain: { state: 'shutoff' } },
          { snapshot: { state: 'shutoff' } },
          { driver: 'TEST' },
        ],
        also: [{ snapshot: { state: 'paused' } }, { startState: 'running' }],
        says: 'Memory: 2 GiB in the snapshot, 4 GiB now)',
      },
      {
        code: 'NO_CONFIGURATION_OLD',
        matches: { hasConfig: false, libvirtVersion: old },
        unless: [{ hasConfig: true }, { libvirtVersion: version.alwaysRestarts }, { driver: 'TEST' }],
        also: [{ domain: { state: 'shutoff' } }],
      },
      {
        code: 'MANAGED_SAVE',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, ...live, { driver: 'TEST' }],
        also: [{ startState: 'running' }, { snapshot: { state: 'disk-snapshot' } }, { libvirtVersion: old }],
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
        unless: [{ domain: { state: 'shutoff' } }, { domain: { state: 'crashed' } }],
        also: [
          { domain: { state: 'paused' } },
          { domain: { state: 'pmsuspended' } },
          { domain: { state: 'unknown' } },
          { startState: 'running' },
        ],
      },
      {
        code: 'DISKS',
        matches: { snapshot: { disks: [{ target: 'vda', kind: 'internal' }] } },
        unless: [{ snapshot: { disks: [] } }, { snapshot: { disks: [{ target: 'vda', kind: 'none' }] } }],
        also: [
          { snapshot: { disks: [{ target: 'vda', kind: 'external' }] } },
          { domain: { state: 'shutoff' } },
          { current: null },
        ],
        says: 'vda',
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
        unless: [...live, { startState: 'running' }, { startState: 'paused' }, { domain: { persistent: false } }],
        also: [{ snapshot: { state: 'disk-snapshot' } }, { snapshot: { state: 'crashed' } }, { driver: 'TEST' }],
        says: 'shut off',
      },
      {
        code: 'COLD_BOOT',
        startState: 'running',
        matches: {},
        unless: [{ startState: 'as-saved' }, ...live, { driver: 'TEST' }],
        also: [{ startState: 'paused' }, { snapshot: { state: 'disk-snapshot' } }],
      },
      {
        code: 'MANAGED_SAVE_SURVIVES',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, { driver: 'TEST' }],
        also: [...live, { startState: 'running' }],
        says: 'virsh managedsave-remove',
      },
      {
        code: 'TEST_DRIVER_STAYS_OFF',
        startState: 'running',
        matches: { driver: 'TEST' },
        unless: [{ driver: 'QEMU' }, { startState: 'as-saved' }, ...live],
        also: [{ startState: 'paused' }],
      },
      {
        code: 'UNKNOWN_STATE',
        matches: { snapshot: { state: 'unknown' } },
        unless: [{ snapshot: { state: 'shutoff' } }, running],
      },
    ],
  },
];
const all = [...blockerRules, ...forceRules, ...lossRules, ...warningRules];
const virsh = (force: boolean) => `virsh snapshot-revert${force ? ' --force' : ''}`;

describe.each(rows)('$table', ({ rules, rows }) => {
  const rule = (code: string) => {
    const found = all.find((each) => each.code === code);
    if (!found) throw new Error(`no rule ${code}`);
    return found;
  };

  it('has a row here for each rule', () => {
    expect(rows.map((row) => row.code)).toEqual(rules.map((each) => each.code));
  });

  it.each(rows)('$code matches', ({ code, matches, also = [], startState = 'as-saved', says = '' }) => {
    const found = { facts: facts(matches), startState };
    expect(rule(code).when(found)).toBe(true);
    expect(rule(code).text(found)).toContain(says);
    for (const { startState: other = startState, ...change } of also) {
      const c = { facts: facts(merge(matches, change)), startState: other };
      expect(rule(code).when(c), JSON.stringify({ ...change, other })).toBe(true);
      expect(rule(code).text(c)).toMatch(/\w/);
    }
  });

  it.each(rows)('$code does not match when one thing differs', ({ code, matches, unless, startState = 'as-saved' }) => {
    for (const { startState: other = startState, ...change } of unless)
      expect(
        rule(code).when({ facts: facts(merge(matches, change)), startState: other }),
        JSON.stringify({ ...change, other }),
      ).toBe(false);
  });
});

it('no two rules have the same code', () => {
  const codes = all.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
});

it('nothing is wrong with a plain revert of an inactive domain', () => {
  const plain = facts({ domain: { state: 'shutoff' }, snapshot: { state: 'running' } });
  expect(assessRevert(plain, 'as-saved', virsh)).toEqual({
    outcome: 'running',
    losses: [{ code: 'DISKS', text: 'Everything written to vda since the snapshot' }],
    warnings: [],
    requirements: [],
    blockers: [],
    virsh: 'virsh snapshot-revert',
  });
});

describe('DISKS', () => {
  const text = (change: Change) =>
    assessRevert(facts(change), 'as-saved', virsh).losses.find((each) => each.code === 'DISKS')?.text;
  const disks: Snapshot['disks'] = [
    { target: 'vda', kind: 'internal' },
    { target: 'sda', kind: 'none' },
    { target: 'vdb', kind: 'external' },
    { target: 'vdc', kind: 'unknown' },
  ];

  it('names only the disks that are reverted', () => {
    expect(text({ snapshot: { disks } })).toBe('Everything written to vda, vdb since the snapshot');
  });

  it('does not claim more than is lost when another snapshot is current', () => {
    const sentence = 'Everything written to vda that is not kept by another snapshot';
    expect(text({ current: 'later' })).toBe(sentence);
    expect(text({ current: null })).toBe(sentence);
  });
});

describe('revertOutcome', () => {
  it.each<[SnapshotState, string, string, string]>([
    ['running', 'running', 'running', 'paused'],
    ['paused', 'paused', 'running', 'paused'],
    ['shutoff', 'shutoff', 'running', 'paused'],
    ['crashed', 'shutoff', 'running', 'paused'],
    ['disk-snapshot', 'shutoff', 'running', 'paused'],
    ['unknown', 'unknown', 'unknown', 'unknown'],
  ])('of a %s snapshot with QEMU: %s, %s, %s', (state, ...outcomes) => {
    for (const domain of domainStates) {
      const of = facts({ snapshot: { state }, domain: { state: domain } });
      expect([revertOutcome(of, 'as-saved'), revertOutcome(of, 'running'), revertOutcome(of, 'paused')]).toEqual(
        outcomes,
      );
    }
  });

  it.each<[SnapshotState, string, string, string]>([
    ['running', 'running', 'running', 'paused'],
    ['paused', 'paused', 'running', 'paused'],
    ['shutoff', 'shutoff', 'shutoff', 'shutoff'],
    ['disk-snapshot', 'shutoff', 'shutoff', 'shutoff'],
  ])('of a %s snapshot with the test driver: %s, %s, %s', (state, ...outcomes) => {
    const of = facts({ driver: 'TEST', snapshot: { state } });
    expect([revertOutcome(of, 'as-saved'), revertOutcome(of, 'running'), revertOutcome(of, 'paused')]).toEqual(
      outcomes,
    );
  });
});

it('isLive: only these have memory to resume', () => {
  const states: SnapshotState[] = [...domainStates, 'disk-snapshot'];
  expect(states.filter((state) => isLive({ state }))).toEqual(['running', 'paused']);
});

describe('assessRevert', () => {
  it('asks for force in the virsh line exactly when it is needed', () => {
    expect(assessRevert(facts(), 'as-saved', virsh).virsh).toBe('virsh snapshot-revert');
    const risky = assessRevert(facts({ domain: { managedSave: true } }), 'as-saved', virsh);
    expect(risky.virsh).toBe('virsh snapshot-revert --force');
    expect(risky.requirements).toEqual([
      {
        code: 'MANAGED_SAVE',
        certainty: 'needed',
        text: expect.stringContaining('managed save image'),
        consent: 'Revert with --force',
        grants: 'force',
      },
    ]);
  });

  it('judges each start state on its own', () => {
    const transient = facts({ domain: { persistent: false } });
    const blockers = (startState: StartState) =>
      assessRevert(transient, startState, virsh).blockers.map((each) => each.code);
    expect(blockers('as-saved')).toEqual(['TRANSIENT_NEEDS_STATE']);
    expect(blockers('running')).toEqual([]);
    expect(blockers('paused')).toEqual([]);
  });

  it('writes whole sentences for every combination of facts', () => {
    const choices: readonly (readonly Change[])[] = [
      [{}, { driver: 'TEST' }, { driver: '' }],
      [
        {},
        { libvirtVersion: 0 },
        { libvirtVersion: old },
        { libvirtVersion: 9_000_000 },
        { libvirtVersion: 10_000_000 },
      ],
      [{}, { current: null }, { current: 'other' }],
      [{}, { hasConfig: false }],
      [{}, { riskReported: 'because' }],
      [{}, { configChanges: [memoryChange, { ...graphicsChange, snapshot: '' }, { ...memoryChange, now: '' }] }],
      [
        {},
        { domain: { state: 'shutoff' } },
        { domain: { managedSave: true, persistent: false } },
        { domain: { blockJobs: ['vda'], consoles: ['vnc'] } },
      ],
      [
        {},
        running,
        { snapshot: { state: 'unknown', kind: 'none', disks: [] } },
        { snapshot: { state: 'pmsuspended' } },
        { snapshot: { state: 'disk-snapshot', kind: 'external', disks: [{ target: 'vda', kind: 'external' }] } },
        { snapshot: { kind: 'mixed' } },
      ],
    ];
    const combined = choices.reduce<Change[]>(
      (sofar, next) => sofar.flatMap((a) => next.map((b) => merge(a, b))),
      [{}],
    );
    const seen = new Set<string>();
    for (const change of combined)
      for (const startState of ['as-saved', 'running', 'paused'] as const) {
        const assessment = assessRevert(facts(change), startState, virsh);
        const { blockers, requirements, losses, warnings } = assessment;
        for (const { code, text } of [...blockers, ...requirements, ...losses, ...warnings]) {
          seen.add(code);
          if (/undefined|NaN|null|\[object|\(\)|“”| {2}|: ?$/.test(text)) throw new Error(`${code}: ${text}`);
        }
        if (change.libvirtVersion === old) Assessment.parse(assessment);
      }
    expect(seen).toEqual(new Set(all.map((rule) => rule.code)));
  });
});

describe('staleness', () => {
  it('is empty while nothing changed, also after libvirt’s answer', () => {
    expect(staleness(facts(), facts({ domain: {}, snapshot: {} }))).toEqual([]);
    expect(staleness(facts(), facts({ riskReported: 'risky' }))).toEqual([]);
  });

  it.each<[string, Change, Change, string, string]>([
    ['state', {}, { domain: { state: 'shutoff' } }, 'shut off now; it was running', 'running now; it was shut off'],
    ['persistence', {}, { domain: { persistent: false } }, 'transient now', 'persistent now'],
    ['managed save', {}, { domain: { managedSave: true } }, 'has a managed save', 'has no managed save'],
    ['current snapshot', {}, { current: 'b' }, '“b” now; it was “before-upgrade”', '“before-upgrade” now; it was “b”'],
    [
      'no current snapshot',
      {},
      { current: null },
      'none now; it was “before-upgrade”',
      '“before-upgrade” now; it was none',
    ],
    [
      'snapshot',
      {},
      { snapshot: { createdAt: 5 } },
      '“before-upgrade” was changed or replaced',
      'was changed or replaced',
    ],
    ['snapshot’s disks', {}, { snapshot: { disks: [] } }, 'was changed or replaced', 'was changed or replaced'],
    [
      'snapshot’s name',
      {},
      { snapshot: { name: 'z' } },
      '“z” was changed or replaced',
      '“before-upgrade” was changed or replaced',
    ],
    [
      'configuration',
      {},
      { configChanges: [memoryChange] },
      'was changed. Memory: 2 GiB in the snapshot, 4 GiB now.',
      'is the snapshot’s again',
    ],
    ['stored configuration', {}, { hasConfig: false }, 'stored with the snapshot', 'stored with the snapshot'],
    ['block jobs', {}, { domain: { blockJobs: ['vda'] } }, 'has started', 'has ended'],
    ['consoles', {}, { domain: { consoles: ['vnc'] } }, 'consoles were changed', 'consoles were changed'],
    ['driver', {}, { driver: 'TEST' }, 'another libvirt', 'another libvirt'],
    ['version', {}, { libvirtVersion: 11_004_000 }, 'another libvirt', 'another libvirt'],
  ])('a change of the %s is told both ways', (_, a, b, there, back) => {
    const [before, after] = [facts(a), facts(b)];
    expect(staleness(before, after)).toEqual([expect.stringContaining(there)]);
    expect(staleness(after, before)).toEqual([expect.stringContaining(back)]);
  });

  it('tells everything that changed', () => {
    expect(staleness(facts(), facts({ current: null, domain: { state: 'paused', managedSave: true } }))).toHaveLength(
      3,
    );
  });
});
