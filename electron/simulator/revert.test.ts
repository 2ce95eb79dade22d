import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import type { SnapshotState } from '../../shared/schema.ts';
import { procedures } from '../libvirt/procedures.ts';
import { buildDomain, type DomainSpec } from './build.ts';
import type { DomainModel } from './model.ts';
import { findRevertRefusal, type RevertCase, revertRules, rulesOf } from './revert-rules.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { answer, connect, lookup, watch } from './testing.ts';

const uuid = '00000000-0000-4000-8000-000000000001';
const [RUNNING, PAUSED, FORCE] = [1, 2, 4];
const versions = { v70: 7_000_000, v90: 9_000_000, v100: 10_000_000, v113: 11_003_000 } as const;
let simulator: Simulator;
afterEach(() => simulator?.close());

const guest = (spec: Partial<DomainSpec> = {}): DomainModel =>
  buildDomain(
    { name: 'g', uuid, id: 1, snapshots: [{ name: 's', ago: 10, state: 'running' }], ...spec },
    1_700_000_000,
  );

/** One revert over the wire: the answer, the state and the events afterwards. */
async function run(domain: DomainModel, flags: number, version: number = versions.v113) {
  simulator = createSimulator({ domains: [domain], libvirtVersion: version, revertMs: 0 });
  const [connection, listener] = [await connect(simulator), await connect(simulator)];
  const events = await watch(listener);
  const wire = await lookup(connection, 'g');
  const snapshot = { name: 's', domain: wire };
  const said = await answer(connection.call(procedures.domainRevertToSnapshot, { snapshot, flags }));
  if (said === 'LOST') return { said, state: '', events };
  const { state, reason } = await listener.call(procedures.domainGetState, { domain: wire, flags: 0 });
  return { said, state: `${state}/${reason}`, events };
}

describe('every rule', () => {
  /** For each row: a case that it refuses, and the smallest change that lets it through. */
  const cases: Record<string, { domain: DomainModel; flags?: number; version?: number; fixed: Partial<RevertCase> }> = {
    'running-and-paused': { domain: guest(), flags: RUNNING | PAUSED, fixed: { flags: RUNNING } },
    'unknown-flag': { domain: guest(), flags: 16, fixed: { flags: 0 } },
    'block-job': { domain: guest({ state: 'running', blockJobs: ['vda'] }), fixed: { domain: guest() } },
    'no-such-snapshot': { domain: guest({ snapshots: [] }), fixed: { domain: guest() } },
    'transient-would-end': {
      domain: guest({ state: 'running', persistent: false, snapshots: [{ name: 's', ago: 1 }] }),
      fixed: { flags: RUNNING },
    },
    'external-unsupported': {
      domain: guest({ snapshots: [{ name: 's', ago: 1, external: true }] }),
      version: versions.v90,
      fixed: { version: versions.v113 },
    },
    'no-rollback-info-old': {
      domain: guest({ snapshots: [{ name: 's', ago: 1, noConfig: true }] }),
      version: versions.v70,
      fixed: { flags: FORCE },
    },
    'no-rollback-info': {
      domain: guest({ snapshots: [{ name: 's', ago: 1, noConfig: true }] }),
      fixed: { domain: guest() },
    },
    'must-respawn': {
      domain: guest({ state: 'running', snapshots: [{ name: 's', ago: 1 }] }),
      flags: RUNNING,
      version: versions.v70,
      fixed: { version: versions.v90 },
    },
    'managed-save': {
      domain: guest({ managedSave: true, snapshots: [{ name: 's', ago: 1 }] }),
      fixed: { flags: FORCE },
    },
    pmsuspended: {
      domain: guest({ snapshots: [{ name: 's', ago: 1, state: 'pmsuspended' }] }),
      fixed: { domain: guest() },
    },
    'external-without-current': {
      domain: guest({ current: null, snapshots: [{ name: 's', ago: 1, external: true }] }),
      fixed: { domain: guest({ snapshots: [{ name: 's', ago: 1, external: true }] }) },
    },
    'external-disk-only-unsupported': {
      domain: guest({ snapshots: [{ name: 's', ago: 1, state: 'disk-snapshot' }] }),
      version: versions.v100,
      fixed: { version: versions.v113 },
    },
    'external-not-a-file': {
      domain: guest({
        disks: [
          { ...(guest().config.disks[0] as DomainModel['config']['disks'][number]), type: 'block', path: '/dev/vg/g' },
        ],
        snapshots: [{ name: 's', ago: 1, external: true }],
      }),
      fixed: { domain: guest() },
    },
    genid: {
      domain: guest({
        state: 'running',
        snapshots: [{ name: 's', ago: 1, state: 'running', changed: { genid: uuid } }],
      }),
      version: versions.v70,
      fixed: { flags: FORCE },
    },
    abi: {
      domain: guest({ state: 'running', since: { memoryKiB: 4_194_304 } }),
      version: versions.v70,
      fixed: { flags: FORCE },
    },
  };

  it('has a case', () => expect(Object.keys(cases).toSorted()).toEqual(revertRules.map(({ rule }) => rule).toSorted()));

  it.each(revertRules.map((row) => [row.rule, row] as const))('%s refuses, and lets through', async (name, row) => {
    const { domain, flags = 0, version = versions.v113, fixed } = cases[name] as (typeof cases)[string];
    const asked: RevertCase = { version, flags, domain, name: 's', snapshot: domain.snapshots[0] };
    expect(findRevertRefusal(asked)?.rule).toBe(name);
    const after = { ...asked, ...fixed };
    expect(findRevertRefusal({ ...after, snapshot: after.domain.snapshots[0] })).toBeUndefined();
    expect(findRevertRefusal({ ...asked, flags: flags | FORCE })?.rule).toBe(row.forceable ? undefined : name);

    const { said, state, events } = await run(domain, flags, version);
    expect(said).toBe(row.crash ? 'LOST' : `${errorCode[row.code]}/${errorDomain[row.domain]}`);
    if (!row.crash) expect(state).toBe(`${domain.live ? 1 : 5}/${domain.reason}`);
    expect(events).toEqual([]);
  });

  it('is made of risks only twice since 7.10, and only one of them can be forced', () => {
    const risky = rulesOf(versions.v113).filter(({ code }) => code === 'SNAPSHOT_REVERT_RISKY');
    expect(risky.map(({ rule, forceable }) => [rule, forceable === true])).toEqual([
      ['no-rollback-info', false],
      ['managed-save', true],
    ]);
  });
});

describe('the decision table', () => {
  const outcome: Record<string, string> = {
    'running 0': '1/4',
    [`running ${RUNNING}`]: '1/4',
    [`running ${PAUSED}`]: '3/7',
    'paused 0': '3/7',
    [`paused ${RUNNING}`]: '1/4',
    [`paused ${PAUSED}`]: '3/7',
    [`shutoff ${RUNNING}`]: '1/1',
    [`shutoff ${PAUSED}`]: '3/1',
    [`disk-snapshot ${RUNNING}`]: '1/1',
    [`disk-snapshot ${PAUSED}`]: '3/1',
  };
  const domains = ['running', 'paused', 'shutoff'] as const;
  const snapshots = ['running', 'paused', 'shutoff', 'disk-snapshot'] as const;
  const flagSets = [0, RUNNING, PAUSED, FORCE];
  const rows = domains.flatMap((state) =>
    snapshots.flatMap((taken) =>
      [false, true]
        .filter((external) => external || taken !== 'disk-snapshot')
        .flatMap((external) => flagSets.map((flags) => [state, taken, external, flags] as const)),
    ),
  );

  it.each(rows)('a domain %s, a snapshot of %s (external %s), flags %i', async (state, taken, external, flags) => {
    const snapshots = [{ name: 's', ago: 10, state: taken, external }];
    const off = state === 'shutoff' ? '5/1' : '5/7';
    const { said, state: found } = await run(guest({ state, snapshots }), flags);
    expect([said, found]).toEqual(['ok', outcome[`${taken} ${flags & ~FORCE}`] ?? off]);
    const after = simulator.hands.domain('g');
    expect(after.current).toBe('s');
    if (external) expect(after.config.disks[0]?.backing).toHaveLength(1);
    if (after.live && state !== 'shutoff') expect(after.id).not.toBe(1);
  });
});

describe('events', () => {
  const row = (state: 'running' | 'shutoff', taken: SnapshotState, spec: Partial<DomainSpec> = {}) =>
    guest({ state, snapshots: [{ name: 's', ago: 10, state: taken }], ...spec });
  it.each([
    ['running → running, 11.3', row('running', 'running'), 0, versions.v113, ['6/2', '5/6', '2/3', '4/2', '0/3']],
    ['running → running, 9.0', row('running', 'running'), 0, versions.v90, ['5/6', '2/3', '4/2', '0/3']],
    ['running → running, 7.0, in place', row('running', 'running'), 0, versions.v70, ['3/5', '4/2', '0/3']],
    ['running → paused, 7.0, in place', row('running', 'paused'), 0, versions.v70, ['3/5', '0/3']],
    ['off → paused', row('shutoff', 'paused'), 0, versions.v113, ['2/3', '3/5', '0/3']],
    ['running → off', row('running', 'shutoff'), 0, versions.v113, ['6/2', '5/6', '0/3']],
    ['off → off', row('shutoff', 'shutoff'), 0, versions.v113, ['0/3']],
    ['off → cold boot', row('shutoff', 'shutoff'), RUNNING, versions.v113, ['4/0', '2/3', '0/3']],
    ['off → cold, paused', row('shutoff', 'shutoff'), PAUSED, versions.v113, ['2/3', '3/5', '0/3']],
    [
      'transient: nothing is defined',
      row('running', 'running', { persistent: false }),
      0,
      versions.v90,
      ['5/6', '2/3', '4/2'],
    ],
  ] as const)('%s', async (_, domain, flags, version, expected) => {
    const { said, events } = await run(domain, flags, version);
    expect([said, events]).toEqual(['ok', expected]);
  });
});

describe('what is kept and what is lost', () => {
  it('brings the configuration back', async () => {
    for (const state of ['running', 'shutoff'] as const) {
      const domain = guest({ state, snapshots: [{ name: 's', ago: 1, state }], since: { memoryKiB: 4_194_304 } });
      expect((await run(domain, 0)).said).toBe('ok');
      const { config, live: running } = simulator.hands.domain('g');
      expect([config.memoryKiB, running?.memoryKiB]).toEqual([2_097_152, state === 'running' ? 2_097_152 : undefined]);
    }
  });

  it('keeps a managed save, even when forced', async () => {
    const domain = guest({ managedSave: true, reason: 5, snapshots: [{ name: 's', ago: 1 }] });
    expect(await run(domain, FORCE | RUNNING)).toMatchObject({ said: 'ok', state: '1/1' });
    expect(simulator.hands.domain('g').managedSave).toBe(true);
  });

  it('keeps the process of a fitting guest before 7.10, and not of one that does not fit', async () => {
    expect(await run(guest({ state: 'running' }), 0, versions.v70)).toMatchObject({ said: 'ok' });
    expect(simulator.hands.domain('g').id).toBe(1);
    const changed = guest({ state: 'running', since: { memoryKiB: 1 } });
    expect(await run(changed, FORCE, versions.v70)).toMatchObject({ said: 'ok', state: '1/4' });
    expect(simulator.hands.domain('g').id).toBe(2);
  });

  it.each([
    [versions.v113, false, '9/10'],
    [versions.v90, false, '1/10'],
    [versions.v113, true, '38/10'],
  ] as const)('leaves the guest off when the data are gone (%i, external %s)', async (version, external, expected) => {
    const domain = guest({ state: 'running', snapshots: [{ name: 's', ago: 1, state: 'running', external }] });
    const lost = { ...domain, snapshots: domain.snapshots.map((each) => ({ ...each, lost: true })), current: 's' };
    const { said, state, events } = await run(lost, 0, version);
    expect([said, state, events.at(-1)]).toEqual([expected, '5/6', '5/6']);
  });

  it('leaves “current” where it was when it fails', async () => {
    const snapshots = [
      { name: 's', ago: 2, state: 'running' as const },
      { name: 't', ago: 1 },
    ];
    const domain = guest({ snapshots });
    await run({ ...domain, snapshots: domain.snapshots.map((each) => ({ ...each, lost: true })) }, 0);
    expect(simulator.hands.domain('g').current).toBe('t');
  });
});

describe('time', () => {
  it('holds the domain: other calls on it, and lists, wait; other domains do not', async () => {
    const other = buildDomain({ name: 'other', uuid: uuid.replace('1', '2'), state: 'running' }, 1_700_000_000);
    simulator = createSimulator({ domains: [guest({ state: 'running' }), other], revertMs: 500 });
    const [mine, theirs] = [await connect(simulator), await connect(simulator)];
    const domain = await lookup(mine, 'g');
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    await watch(theirs);
    theirs.on('lifecycle', ({ event }) => order.push(`event ${event}`));
    const done = [
      mine
        .call(procedures.domainRevertToSnapshot, { snapshot: { name: 's', domain }, flags: 0 })
        .then(note('reverted')),
    ];
    await vi.waitFor(() => expect(simulator.faults.calls).toContain('domainRevertToSnapshot'), 30_000);
    done.push(
      theirs.call(procedures.domainGetState, { domain, flags: 0 }).then(note('state')),
      theirs.call(procedures.connectListAllDomains, { needResults: 1, flags: 0 }).then(note('list')),
      lookup(theirs, 'other').then(note('other')),
    );
    await Promise.all(done);
    expect(order.slice(0, 3)).toEqual(['other', 'event 6', 'event 5']);
    expect(order.slice(3).toSorted()).toEqual(['event 0', 'event 2', 'event 4', 'list', 'reverted', 'state']);
    expect(order.indexOf('state')).toBeGreaterThan(order.indexOf('event 0'));
  });

  it('serializes reverts of one domain', async () => {
    simulator = createSimulator({ domains: [guest({ state: 'running' })], revertMs: 5 });
    const connection = await connect(simulator);
    const domain = await lookup(connection, 'g');
    const snapshot = { name: 's', domain };
    const reverts = [0, PAUSED, RUNNING].map((flags) =>
      connection.call(procedures.domainRevertToSnapshot, { snapshot, flags }),
    );
    await Promise.all(reverts);
    expect(simulator.hands.domain('g')).toMatchObject({ state: 'running', id: 4 });
  });

  it('is over at once when the simulator closes', async () => {
    simulator = createSimulator({ domains: [guest({ state: 'running' })], revertMs: 60_000 });
    const connection = await connect(simulator);
    const snapshot = { name: 's', domain: await lookup(connection, 'g') };
    const revert = answer(connection.call(procedures.domainRevertToSnapshot, { snapshot, flags: 0 }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    simulator.close();
    expect(await revert).toBe('LOST');
  });
});
