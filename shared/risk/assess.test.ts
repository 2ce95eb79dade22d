import { describe, expect, it } from 'vitest';
import { Assessment, domainStates, type SnapshotState, type StartState } from '../schema.ts';
import { assessRevert, predictRevert } from './assess.ts';
import { disk, type Facts, facts, graphicsChange, memoryChange, merge, overlay } from './fixtures.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { outcomeOf } from './outcome.ts';
import { refusalRules } from './refusals.ts';
import { flagsOf, isLive } from './rule.ts';
import { warningRules } from './warnings.ts';

const old = 7_000_000;
const external: Facts = { snapshot: { kind: 'external', disks: [{ target: 'vda', kind: 'external' }] } };
const assess = (change: Facts, startState: StartState = 'as-saved') => assessRevert(facts(change), startState);
const predict = (change: Facts, startState: StartState = 'as-saved') =>
  predictRevert(facts(change), flagsOf(startState));

it('nothing is wrong with a plain revert of an inactive domain', () => {
  expect(assess({ domain: { state: 'shutoff' }, snapshot: { state: 'running' } })).toEqual({
    verdict: 'safe',
    outcome: 'running',
    outcomeReason: 'from snapshot',
    losses: [
      { code: 'DISKS', text: 'Everything written to vda since the snapshot; how much that is, libvirt cannot tell' },
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
      { target: 'vda', kind: 'internal' },
      { target: 'sda', kind: 'none' },
      { target: 'vdb', kind: 'external' },
      { target: 'vdc', kind: 'unknown' },
    ] as const;
    expect(text({ snapshot: { disks: [...disks] } })).toContain('Everything written to vda, vdb since the snapshot');
  });

  it('does not claim more than is lost when another snapshot is current', () => {
    const sentence = 'Everything written to vda that is not kept by another snapshot';
    expect(text({ current: 'later' })).toBe(sentence);
    expect(text({ current: null })).toBe(sentence);
  });

  it('says how much where an overlay holds nothing else', () => {
    const current = merge(external, { overlays: [overlay] });
    expect(text(current)).toBe('Everything written to vda since the snapshot; it takes up 3 GiB');
    expect(text({ ...current, current: 'later' })).not.toContain('GiB');
    const unknown = 'how much that is, libvirt cannot tell';
    expect(text({ ...current, overlays: [{ ...overlay, bytes: null }] })).toContain(unknown);
    expect(text({ ...current, overlays: [{ ...overlay, inUse: false }] })).toContain(unknown);
    const second = merge(current, {
      snapshot: { disks: ['vda', 'vdb'].map((target) => ({ target, kind: 'external' })) },
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
    for (const active of domainStates.filter((each) => each !== 'shutoff' && each !== 'crashed'))
      expect(outcomes({ snapshot: { state }, domain: { state: active } })).toEqual(expected);
  });

  it('keeps the reason of a domain that was off already', () => {
    expect(outcomes({ domain: { state: 'shutoff', reason: 'destroyed' } })).toEqual(['shutoff (destroyed)', ...cold]);
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
    expect(outcomes(merge(test, { domain: { state: 'shutoff' } }))).toEqual([running, running, paused]);
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
    const moved = merge(external, { overlays: [{ ...overlay, inUse: false }] });
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

  it('writes whole sentences for every combination of facts', () => {
    const choices: readonly (readonly Facts[])[] = [
      [{}, { driver: 'TEST' }, { driver: 'Xen' }],
      [
        {},
        { libvirtVersion: 0 },
        { libvirtVersion: old },
        { libvirtVersion: 9_000_000 },
        { libvirtVersion: 10_000_000 },
      ],
      [
        {},
        { interruptedDelete: true },
        { current: null },
        { overlays: [overlay, { ...overlay, inUse: false, bytes: null }] },
      ],
      [{}, { hasConfig: false, riskReported: 'because' }],
      [{}, { configChanges: [memoryChange, { ...graphicsChange, snapshot: '' }, { ...memoryChange, now: '' }] }],
      [
        {},
        {
          stored: {
            genid: true,
            nvram: 'raw',
            disks: [{ target: 'vda', type: 'volume' }],
            memoryFile: { path: '/m', exists: false },
          },
        },
        { stored: { memoryFile: { path: '/m', exists: null } } },
      ],
      [{}, { history: { leftBehind: { names: ['a'], count: 2 }, externalDescendants: ['e'] } }],
      [
        {},
        { domain: { state: 'shutoff', disks: [{ ...disk, missing: true }] } },
        { domain: { managedSave: true, persistent: false } },
        { domain: { blockJobs: ['vda'], consoles: ['vnc'] } },
      ],
      [
        {},
        { snapshot: { state: 'running', memory: 'internal' } },
        { snapshot: { state: 'unknown', kind: 'none', disks: [] } },
        { snapshot: { state: 'pmsuspended' } },
        { snapshot: { state: 'disk-snapshot', kind: 'external', disks: [{ target: 'vda', kind: 'external' }] } },
      ],
    ];
    const combined = choices.reduce<Facts[]>((sofar, next) => sofar.flatMap((a) => next.map((b) => merge(a, b))), [{}]);
    const seen = new Set<string>();
    for (const change of combined)
      for (const flags of [
        flagsOf('as-saved'),
        flagsOf('running'),
        { running: true, paused: true, resetNvram: true },
        { running: false, paused: false, resetNvram: true },
      ]) {
        const assessment = assessRevert(facts(change), flags);
        const { blockers, requirements, losses, warnings } = assessment;
        for (const { code, text } of [...blockers, ...requirements, ...losses, ...warnings]) {
          seen.add(code);
          if (/undefined|NaN|null|\[object|\(\)|“”| {2}|: ?$/.test(text)) throw new Error(`${code}: ${text}`);
        }
        if (change.libvirtVersion === old) Assessment.parse(assessment);
        const fails = blockers.length > 0;
        expect(assessment.verdict === 'willFail').toBe(fails);
        if (!fails) expect(assessment.verdict === 'needsForce').toBe(requirements.length > 0);
      }
    const all = [...refusalRules, ...hazardRules, ...lossRules, ...warningRules].map(({ code }) => code);
    expect([...seen].sort()).toEqual([...all, 'LIBVIRT_SAID_RISKY'].sort());
  }, 30_000);
});
