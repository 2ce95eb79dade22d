import { describe, expect, it } from 'vitest';
import {
  Assessment,
  domainStates,
  type RevertChoice,
  type SafetyOffer,
  type SnapshotState,
  type StartState,
} from '../../schema.ts';
import { assessRevert, predictRevert } from './assess.ts';
import {
  damage,
  disk,
  type Facts,
  facts,
  graphicsChange,
  memoryChange,
  merge,
  overlay,
  storedDisk,
  storedImage,
} from './fixtures.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { revertNeeds } from './needs.ts';
import { outcomeOf } from './outcome.ts';
import { refusalRules } from './refusals.ts';
import { flagsOf, isLive } from './rule.ts';
import { warningRules } from './warnings.ts';

const old = 7_000_000;
const off: Facts = { domain: { state: 'shutoff', active: false } };
const external: Facts = {
  snapshot: { kind: 'external', disks: [{ target: 'vda', kind: 'external' }] },
  stored: { disks: [storedDisk({ kind: 'external', now: overlay.file })] },
};
const choice = (startState: StartState, change: Partial<RevertChoice> = {}): RevertChoice => ({
  startState,
  safetySnapshot: false,
  removeManagedSave: false,
  resetNvram: false,
  ...change,
});
const assess = (change: Facts, startState: StartState = 'as-saved') => assessRevert(facts(change), choice(startState));
const predict = (change: Facts, startState: StartState = 'as-saved') =>
  predictRevert(facts(change), flagsOf(startState));

it('nothing is wrong with a plain revert of an inactive domain', () => {
  expect(assess(merge(off, { snapshot: { state: 'running', memory: 'internal' } }))).toEqual({
    verdict: 'safe',
    outcome: 'running',
    outcomeReason: 'from snapshot',
    losses: [
      { code: 'DISKS', text: 'Everything written to vda since the snapshot (libvirt does not report how much)' },
    ],
    warnings: [],
    requirements: [],
    blockers: [],
  });
});

describe('DISKS', () => {
  const text = (change: Facts) => assess(change).losses.find((each) => each.code === 'DISKS')?.text;

  it('names only the disks that are reverted', () => {
    const disks = [
      storedDisk(),
      storedDisk({ target: 'sda', kind: 'none' }),
      storedDisk({ target: 'vdb' }),
      storedDisk({ target: 'vdc', kind: 'unknown' }),
      storedDisk({ target: 'vdd', attached: false, now: null }),
    ];
    expect(text({ stored: { disks } })).toContain('Everything written to vda and vdb since the snapshot');
  });

  it('does not claim more than is lost when another snapshot is current', () => {
    const sentence = 'Everything written to vda that no other snapshot keeps';
    expect(text({ current: 'later' })).toBe(sentence);
    expect(text({ current: null })).toBe(sentence);
  });

  it('says how much where an overlay holds nothing else', () => {
    const current = merge(external, { overlays: [overlay] });
    expect(text(current)).toBe('Everything written to vda since the snapshot (3 GiB)');
    expect(text({ ...current, current: 'later' })).not.toContain('GiB');
    const unknown = 'libvirt does not report how much';
    expect(text({ ...current, overlays: [{ ...overlay, bytes: null }] })).toContain(unknown);
    expect(text({ ...current, overlays: [{ ...overlay, inUse: false }] })).toContain(unknown);
    const second = merge(current, {
      stored: { disks: ['vda', 'vdb'].map((target) => storedDisk({ target, kind: 'external' })) },
    });
    expect(text(second)).toContain(unknown);
  });
});

describe('outcome', () => {
  const outcomes = (change: Facts) =>
    (['as-saved', 'running', 'paused'] as const).map((startState) => {
      const { state, reason } = outcomeOf({ facts: facts(change), flags: flagsOf(startState) });
      return `${state} (${reason})`;
    });
  const [running, paused, stopped] = ['running', 'paused', 'shutoff'].map((state) => `${state} (from snapshot)`);
  const cold = ['running (booted)', 'paused (user)'];

  it.each<[SnapshotState, (string | undefined)[]]>([
    ['running', [running, running, paused]],
    ['paused', [paused, running, paused]],
    ['shutoff', [stopped, ...cold]],
    ['crashed', [stopped, ...cold]],
    ['disk-snapshot', [stopped, ...cold]],
    ['unknown', ['unknown (null)', 'unknown (null)', 'unknown (null)']],
  ])('of a %s snapshot with QEMU', (state, expected) => {
    for (const active of domainStates)
      expect(outcomes({ snapshot: { state }, domain: { state: active, active: true } })).toEqual(expected);
  });

  it('keeps the reason of a domain that was off already', () => {
    expect(outcomes({ domain: { state: 'shutoff', active: false, reason: 'destroyed' } })).toEqual([
      'shutoff (destroyed)',
      ...cold,
    ]);
  });

  it('with the test driver: stays off where there is no memory', () => {
    const test: Facts = { driver: 'TEST' };
    expect(outcomes(test)).toEqual([stopped, stopped, stopped]);
    expect(outcomes({ ...test, snapshot: { state: 'running' } })).toEqual([running, running, paused]);
  });

  it('with the test driver of old: an active domain is left paused', () => {
    const test: Facts = { driver: 'TEST', libvirtVersion: old, snapshot: { state: 'running' } };
    expect(outcomes(test)).toEqual([paused, paused, paused]);
    expect(outcomes(merge(test, { domain: { state: 'paused', reason: 'user' } }))).toEqual([
      'paused (user)',
      'paused (user)',
      paused,
    ]);
    expect(outcomes(merge(test, { configChanges: [memoryChange] }))).toEqual([running, running, paused]);
    expect(outcomes(merge(test, off))).toEqual([running, running, paused]);
  });
});

it('isLive: only these have memory to resume', () => {
  const states: SnapshotState[] = [...domainStates, 'disk-snapshot'];
  expect(states.filter((state) => isLive({ state }))).toEqual(['running', 'paused']);
});

describe('predictRevert', () => {
  const before = { state: 'running', reason: 'booted', current: 'before-upgrade' };

  it('foresees a yes', () => {
    expect(predict({ current: 'later' })).toEqual({
      verdict: 'safe',
      answer: null,
      forced: undefined,
      hazard: null,
      state: 'shutoff',
      reason: 'from snapshot',
      current: 'before-upgrade',
      process: null,
      unlinked: [],
      destroyed: [],
    });
  });

  it('foresees a refusal that changes nothing', () => {
    expect(predict({ domain: { blockJobs: ['vda'] } })).toMatchObject({
      ...before,
      verdict: 'willFail',
      answer: { code: 55 },
      forced: undefined,
    });
  });

  it('foresees that force is asked for, and helps', () => {
    expect(predict({ libvirtVersion: old }, 'running')).toMatchObject({
      verdict: 'needsForce',
      answer: { code: 77 },
      forced: null,
      state: 'running',
      reason: 'booted',
      process: 'new',
    });
  });

  it('foresees that force does not help', () => {
    expect(predict({ hasConfig: false })).toMatchObject({ ...before, verdict: 'willFail', forced: { code: 77 } });
    expect(predict({ domain: { managedSave: true }, snapshot: { state: 'pmsuspended' } })).toMatchObject({
      ...before,
      verdict: 'willFail',
      answer: { code: 77 },
      forced: { code: 84 },
    });
  });

  it('foresees a failure that comes after the guest was stopped', () => {
    const gone = merge(external, {
      snapshot: { state: 'running' },
      stored: { memoryFile: { path: '/m', exists: false } },
    });
    expect(predict(gone)).toMatchObject({
      ...before,
      verdict: 'willFail',
      answer: { code: 38 },
      state: 'shutoff',
      reason: null,
    });
  });

  it.each([
    ['off', 'shutoff', 11_003_000, 1],
    ['running', 'running', 10_008_000, 1],
    ['running', 'running', 10_009_000, 9],
  ] as const)('gives the code of a failure of QEMU: taken %s', (_, state, libvirtVersion, code) => {
    const gone: Facts = {
      snapshot: { state, memory: state === 'running' ? 'internal' : 'none' },
      data: { state: 'gone', why: [damage('tag-gone', 'gone')] },
      libvirtVersion,
    };
    expect(predict(gone)).toMatchObject({ verdict: 'willFail', answer: { code, leaves: 'shutoff' } });
  });

  it.each([
    ['off', {}, 11_003_000, 'gone'],
    ['live, older', { state: 'running', memory: 'internal' }, 11_003_000, 'perhaps-gone'],
    ['live, newer', { state: 'running', memory: 'internal' }, 12_008_000, 'gone'],
    ['off, old', {}, old, 'gone'],
  ] as const)('leaves a transient domain: taken %s', (_, snapshot, libvirtVersion, state) => {
    const failing: Facts = {
      snapshot,
      domain: { persistent: false, state: 'running', active: true, reason: 'booted' },
      data: { state: 'gone', why: [damage('tag-gone', 'gone')] },
      libvirtVersion,
    };
    expect(predict(failing, 'running')).toMatchObject({ verdict: 'willFail', state });
  });

  it('answers in libvirt’s order', () => {
    const both: Facts = { domain: { blockJobs: ['vda'], persistent: false }, snapshot: { kind: 'external' } };
    expect(predict({ ...both, libvirtVersion: old }).answer?.code).toBe(55);
    expect(predict({ snapshot: { kind: 'external' }, hasConfig: false, libvirtVersion: old }).answer?.code).toBe(67);
  });

  it('knows what becomes of the hypervisor process and of overlays', () => {
    const live: Facts = { snapshot: { state: 'running' } };
    expect(predict(live).process).toBe('new');
    expect(predict({ ...live, libvirtVersion: old }).process).toBe('reused');
    expect(predict(merge(external, { overlays: [overlay] })).unlinked).toEqual([overlay.file]);
    expect(predict({ overlays: [overlay] }).unlinked).toEqual([]);
  });

  it('does not ask where that would do harm', () => {
    expect(predict(merge(external, { current: null }))).toMatchObject({ verdict: 'willFail', hazard: 'crash' });
    const moved = merge(external, { overlays: [{ ...overlay, inUse: false, neededBy: ['x'] }] });
    expect(predict(moved)).toMatchObject({ verdict: 'willFail', hazard: 'harm', answer: null });
  });

  it('calls it risky when something may come of it later', () => {
    expect(predict({ domain: { managedSave: true }, snapshot: { state: 'running' } }).verdict).toBe('risky');
  });
});

describe('assessRevert', () => {
  it('asks for force exactly when it is needed', () => {
    expect(assess({})).toMatchObject({ verdict: 'safe', requirements: [] });
    const risky = assess({ domain: { managedSave: true } });
    expect(risky).toMatchObject({ verdict: 'needsForce' });
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

  it('asks for force when libvirt did so unforeseen', () => {
    const said = assess({ riskReported: 'revert requires force: genid' });
    expect(said).toMatchObject({ verdict: 'needsForce', requirements: [{ code: 'LIBVIRT_SAID_RISKY' }] });
    expect(said.requirements[0]?.text).toContain('revert requires force: genid');
  });

  it('judges each start state on its own', () => {
    const blockers = (startState: StartState) =>
      assess({ domain: { persistent: false } }, startState).blockers.map((each) => each.code);
    expect(blockers('as-saved')).toEqual(['TRANSIENT_NEEDS_STATE']);
    expect(blockers('running')).toEqual([]);
    expect(blockers('paused')).toEqual([]);
  });

  it('judges by what a safety snapshot and the removal of a managed save image change', () => {
    const internal: SafetyOffer = {
      available: true,
      kind: 'internal',
      memory: true,
      name: 'safe',
      reasons: [],
      notes: [],
      doubts: [],
      virsh: null,
    };
    const saved = facts({ domain: { managedSave: true }, snapshot: { state: 'running', memory: 'internal' } });
    const of = (change: Partial<RevertChoice>, offer = internal) =>
      assessRevert(saved, choice('as-saved', change), offer);
    expect(of({}).verdict).toBe('risky');
    expect(of({ removeManagedSave: true }).verdict).toBe('safe');
    expect(of({}).losses[0]).not.toMatchObject({ kept: true });
    expect(of({ safetySnapshot: true }).losses[0]).toMatchObject({ kept: true });
    expect(assessRevert(saved, choice('as-saved', { safetySnapshot: true }))).toEqual(of({}));
  });

  it('writes whole sentences for every two things that can be so at once', () => {
    const choices: readonly (readonly Facts[])[] = [
      [
        {},
        { libvirtVersion: old },
        { libvirtVersion: 9_000_000 },
        { libvirtVersion: 9_009_000 },
        { libvirtVersion: 10_000_000 },
        { driver: 'TEST' },
        { driver: 'TEST', libvirtVersion: old },
        { driver: 'Xen', libvirtVersion: 0 },
      ],
      [
        {},
        { hasConfig: false, riskReported: 'because', current: null },
        {
          overlays: [
            overlay,
            { ...overlay, inUse: false, bytes: null, neededBy: ['e'] },
            { ...overlay, inUse: false, bytes: null, under: '/images/top', mayNeed: ['e'] },
            { ...overlay, inUse: null },
          ],
        },
        {
          configChanges: [memoryChange, { ...graphicsChange, snapshot: '' }, { ...memoryChange, now: '' }],
          history: {
            leftBehind: { names: ['a'], count: 2 },
            destroyed: { names: ['e'], count: 1 },
            unsure: { names: ['f'], count: 1 },
            spoiled: [
              { path: '/images/left', on: '/images/web.qcow2', usedBy: [] },
              { path: '/images/clone', on: '/images/web.qcow2', usedBy: ['shop', 'mail'] },
            ],
          },
        },
      ],
      [
        {},
        { data: { state: 'unknown', why: [] } },
        {
          data: {
            state: 'gone',
            why: [
              damage('tag-gone', 'gone'),
              damage('tag-without-memory', 'gone'),
              damage('image-gone', 'gone'),
              damage('merge-broken-off', 'mixture'),
              damage('written-to', 'mixture'),
              damage('id-is-another', 'other'),
              damage('tag-twice', 'other'),
              damage('base-unread', 'unknown'),
            ],
          },
        },
      ],
      [
        {},
        { stored: { genid: true, nvram: 'qcow2', tpm: true, files: [{ role: 'nvram', path: '/n', exists: false }] } },
        {
          stored: {
            nvram: 'raw',
            notFiles: ['sda'],
            next: { missing: ['/a'], unseen: ['/b'] },
            memoryFile: { path: '/m', exists: false },
            disks: [
              storedDisk({ missing: ['/images/web.qcow2', '/base'], unseen: ['/x'], shareable: true, kind: 'none' }),
              storedDisk({ target: 'vdb', image: storedImage('/images/web,.raw', 'raw'), attached: false }),
              storedDisk({ target: 'vdc', image: storedImage('rbd://h/x', 'raw', 'network'), type: 'quantum' }),
              storedDisk({ target: 'sda', device: 'cdrom', image: storedImage('/images/web.iso') }),
              storedDisk({ target: 'vdd', kind: 'none', now: '/images/other', related: null }),
              storedDisk({ target: 'vde', below: Array.from({ length: 30 }, (_, index) => storedImage(`/${index}`)) }),
              storedDisk({ target: 'vdf', now: '/images/copy', related: false }),
              storedDisk({ target: 'vdg', missing: ['/images/web.qcow2'] }),
              storedDisk({ target: 'vdi', missing: ['/base'] }),
              storedDisk({ target: 'vdh', image: storedImage('/images/h', null) }),
              storedDisk({ target: 'vdk', found: 'raw' }),
              storedDisk({ target: 'vdl', hasBitmaps: true }),
              storedDisk({ target: 'vdo', readonly: true }),
              storedDisk({ target: 'vdn', kind: 'none', isWhole: false }),
              storedDisk({ target: 'vdm', hasBitmaps: null }),
              storedDisk({ target: 'vdj', image: storedImage('/a,b/web.qcow2') }),
            ],
          },
        },
      ],
      [
        {},
        { domain: { ...off.domain, disks: [{ ...disk, missing: true }], checkpoints: null, job: null } },
        { domain: { managedSave: true, persistent: false, checkpoints: [{ name: 'c', disks: null }], job: true } },
        { domain: { blockJobs: ['vda'], consoles: ['vnc'], disks: [{ ...disk, allocationBytes: null }] } },
        { domain: { state: 'unknown', disks: [{ ...disk, missing: true }] } },
        { domain: { state: 'paused', disks: [{ ...disk, dropped: '/images/web.qcow2.TRANSIENT-web' }] } },
      ],
      [
        {},
        { snapshot: { state: 'running', memory: 'internal' } },
        { snapshot: { name: 'a"b', state: 'running', memory: 'internal' } },
        { snapshot: { state: 'unknown', kind: 'none', disks: [] } },
        { snapshot: { state: 'pmsuspended' } },
        { snapshot: { state: 'nostate' } },
        { snapshot: { state: 'running', memory: 'external', kind: 'external' } },
        { snapshot: { kind: 'mixed' } },
        { snapshot: { state: 'disk-snapshot', kind: 'external', disks: [{ target: 'vda', kind: 'external' }] } },
      ],
    ];
    const product = (lists: readonly (readonly Facts[])[]) =>
      lists.reduce<Facts[]>((sofar, next) => sofar.flatMap((a) => next.map((b) => merge(a, b))), [{}]);
    const [hosts = [], ...others] = choices;
    const combined = others.flatMap((first, index) =>
      others.slice(index + 1).flatMap((second) => product([hosts, first, second])),
    );
    const seen = new Set<string>();
    for (const change of combined)
      for (const chosen of [choice('as-saved'), choice('running', { resetNvram: true })]) {
        const assessment = assessRevert(facts(change), chosen);
        const { blockers, requirements, losses, warnings } = assessment;
        for (const { code, text } of [...blockers, ...requirements, ...losses, ...warnings]) {
          seen.add(code);
          if (/undefined|NaN|null|\[object|\(\)|“”| {2}|: ?$/.test(text)) throw new Error(`${code}: ${text}`);
        }
        if (change.libvirtVersion === old) Assessment.parse(assessment);
        const expected = blockers.length > 0 ? 'willFail' : requirements.length > 0 ? 'needsForce' : null;
        if (expected ? assessment.verdict !== expected : ['willFail', 'needsForce'].includes(assessment.verdict))
          throw new Error(`${assessment.verdict}: ${JSON.stringify(change)}`);
      }
    const all = [...refusalRules, ...hazardRules, ...lossRules, ...warningRules, ...revertNeeds].map(
      ({ code }) => code,
    );
    // Nobody can choose both of its flags, and no safety snapshot is taken here.
    const reachable = all.filter((code) => code !== 'RUNNING_AND_PAUSED' && code !== 'SAFETY_MAY_FAIL');
    expect([...seen].sort()).toEqual([...reachable, 'LIBVIRT_SAID_RISKY'].sort());
  });
});
