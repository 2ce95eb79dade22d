import { describe, expect, it } from 'vitest';
import { Domain } from '../../shared/schema.ts';
import { activeBlockJobs, countSnapshots, domainRef, domainXml, listDomains, readDomain } from './domains.ts';
import { ConnectionError } from './errors.ts';
import { type Answers, FakeCaller, refusal } from './fake-caller.ts';
import type { WireDomain } from './procedures.ts';
import { formatUuid, parseUuid } from './uuid.ts';

const uuidOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const wire = (n: number, id = -1): WireDomain => ({ name: `vm${n}`, uuid: parseUuid(uuidOf(n)), id });
const list = (...domains: WireDomain[]) => ({ domains, count: domains.length });
const state = (domain: WireDomain, state: number, reason: number) => ({
  domain,
  params: [
    { field: 'state.state', value: { tag: 1, value: state } },
    { field: 'state.reason', value: { tag: 1, value: reason } },
  ],
});

/** Two domains: vm1 runs and has three snapshots, vm2 is transient, off and saved. */
const host: Answers = {
  connectListAllDomains: ({ flags }) =>
    ({ 4: list(wire(1, 7)), 256: list(wire(2)), 4096: list(wire(1, 7)) })[flags] ?? list(wire(1, 7), wire(2)),
  connectGetAllDomainStats: () => ({ records: [state(wire(1), 1, 4), state(wire(2), 5, 2)] }),
  domainSnapshotNum: () => ({ count: 3 }),
};
const first = { uuid: uuidOf(1), name: 'vm1', id: 7, state: 'running', reason: 'from snapshot', persistent: true };
const second = { uuid: uuidOf(2), name: 'vm2', id: null, state: 'shutoff', reason: 'destroyed', persistent: false };
const listed = [
  { ...first, managedSave: false, snapshotCount: null },
  { ...second, managedSave: true, snapshotCount: 0 },
];

describe('listDomains', () => {
  it('joins libvirt’s lists', async () => {
    const caller = new FakeCaller(host);
    const records = await listDomains(caller);
    expect(records).toEqual(listed);
    for (const record of records) expect(Domain.safeParse({ ...record, hostId: 'h' }).success).toBe(true);
  });

  it('asks alone first, then in one round, and counts nothing', async () => {
    const caller = new FakeCaller(host);
    await listDomains(caller);
    expect(caller.calls.map((call) => call.name)).toEqual([
      ...Array(4).fill('connectListAllDomains'),
      'connectGetAllDomainStats',
    ]);
    expect(caller.args('connectListAllDomains')).toEqual([0, 4, 256, 4096].map((flags) => ({ needResults: 1, flags })));
    expect(caller.args('connectGetAllDomainStats')).toEqual([{ domains: [], stats: 1, flags: 0 }]);
  });

  it('asks for the state of a domain that the statistics left out', async () => {
    const caller = new FakeCaller({
      ...host,
      connectGetAllDomainStats: () => ({ records: [state(wire(1), 1, 4), { domain: wire(2), params: [] }] }),
      domainGetState: () => ({ state: 5, reason: 2 }),
    });
    expect(await listDomains(caller)).toEqual(listed);
    expect(caller.args('domainGetState')).toHaveLength(1);
  });

  it('does without statistics where a driver has none', async () => {
    const { connectGetAllDomainStats: _, ...poor } = host;
    const states = new Map([
      [uuidOf(1), { state: 1, reason: 4 }],
      [uuidOf(2), { state: 5, reason: 2 }],
    ]);
    const caller = new FakeCaller({
      ...poor,
      domainGetState: ({ domain }) => states.get(formatUuid(domain.uuid)) ?? { state: 0, reason: 0 },
    });
    expect(await listDomains(caller)).toEqual(listed);
  });

  it('leaves out a domain that ends before its state is told', async () => {
    const caller = new FakeCaller({
      ...host,
      connectGetAllDomainStats: () => ({ records: [state(wire(2), 5, 2)] }),
      domainGetState: () => Promise.reject(refusal('NO_DOMAIN')),
    });
    expect((await listDomains(caller)).map((each) => each.name)).toEqual(['vm2']);
  });

  it('a state without a reason, and numbers newer than the tables', async () => {
    const only = { field: 'state.state', value: { tag: 1, value: 1 } };
    const caller = new FakeCaller({
      ...host,
      connectGetAllDomainStats: () => ({ records: [{ domain: wire(1), params: [only] }, state(wire(2), 99, 42)] }),
    });
    expect((await listDomains(caller)).map(({ state, reason }) => [state, reason])).toEqual([
      ['running', 'unknown'],
      ['unknown', 'reason 42'],
    ]);
  });

  it('passes on every other error', async () => {
    const lost = new ConnectionError('LOST', 'gone');
    const cut = { ...host, connectGetAllDomainStats: () => Promise.reject(lost) };
    await expect(listDomains(new FakeCaller(cut))).rejects.toBe(lost);
    const denied = { ...host, connectGetAllDomainStats: () => Promise.reject(refusal('ACCESS_DENIED')) };
    await expect(listDomains(new FakeCaller(denied))).rejects.toMatchObject({ codeName: 'ACCESS_DENIED' });
  });
});

describe('countSnapshots', () => {
  it.each([
    ['libvirt counts', { count: 3 }, 3],
    ['the driver knows no snapshots', refusal('NO_SUPPORT'), 0],
    ['the domain is gone', refusal('NO_DOMAIN'), null],
  ] as const)('%s', async (_, answer, count) => {
    const domainSnapshotNum = async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    };
    expect(await countSnapshots(new FakeCaller({ domainSnapshotNum }), uuidOf(1))).toBe(count);
  });

  it('passes on every other error', async () => {
    const domainSnapshotNum = () => Promise.reject(refusal('ACCESS_DENIED'));
    await expect(countSnapshots(new FakeCaller({ domainSnapshotNum }), uuidOf(1))).rejects.toThrow('ACCESS_DENIED');
  });
});

describe('readDomain', () => {
  const one: Answers = {
    domainGetState: () => ({ state: 1, reason: 4 }),
    domainLookupByUuid: () => ({ domain: wire(1, 7) }),
    domainIsPersistent: () => ({ persistent: 1 }),
    domainHasManagedSaveImage: () => ({ present: 0 }),
    domainSnapshotNum: () => ({ count: 3 }),
  };

  it('gives what listDomains gives, and counts', async () => {
    const caller = new FakeCaller(one);
    expect(await readDomain(caller, uuidOf(1))).toEqual({ ...listed[0], snapshotCount: 3 });
    expect(caller.calls[0]?.name).toBe('domainGetState');
  });

  it.each(['domainGetState', 'domainLookupByUuid', 'domainIsPersistent', 'domainSnapshotNum'] as const)(
    'is null when the domain is gone by %s',
    async (name) => {
      const caller = new FakeCaller({ ...one, [name]: () => Promise.reject(refusal('NO_DOMAIN')) });
      expect(await readDomain(caller, uuidOf(1))).toBeNull();
    },
  );

  it('does without managed saves and snapshots where a driver has none', async () => {
    const { domainHasManagedSaveImage: _, domainSnapshotNum: __, ...poor } = one;
    expect(await readDomain(new FakeCaller(poor), uuidOf(1))).toEqual({ ...listed[0], snapshotCount: 0 });
  });

  it('passes on every other error', async () => {
    const caller = new FakeCaller({ ...one, domainIsPersistent: () => Promise.reject(refusal('ACCESS_DENIED')) });
    await expect(readDomain(caller, uuidOf(1))).rejects.toMatchObject({ codeName: 'ACCESS_DENIED' });
  });
});

it('a domain is named by its UUID alone', () => {
  expect(domainRef(uuidOf(3))).toEqual({ name: '', uuid: parseUuid(uuidOf(3)), id: -1 });
});

it('domainXml asks for the configuration in force, or for the next start', async () => {
  const caller = new FakeCaller({ domainGetXmlDesc: ({ flags }) => ({ xml: `<domain flags='${flags}'/>` }) });
  expect(await domainXml(caller, uuidOf(1), false)).toContain("flags='0'");
  expect(await domainXml(caller, uuidOf(1), true)).toContain("flags='2'");
});

describe('activeBlockJobs', () => {
  const job = (found: number) => ({ found, type: found, bandwidth: 0n, current: 0n, end: 0n });

  it('names the targets that have one', async () => {
    const caller = new FakeCaller({ domainGetBlockJobInfo: ({ path }) => job(path === 'vdb' ? 1 : 0) });
    expect(await activeBlockJobs(caller, uuidOf(1), ['vda', 'vdb', 'vdc'])).toEqual(['vdb']);
    expect(await activeBlockJobs(caller, uuidOf(1), [])).toEqual([]);
  });

  it.each(['NO_SUPPORT', 'OPERATION_INVALID', 'INVALID_ARG'] as const)('%s means none', async (name) => {
    const caller = new FakeCaller({ domainGetBlockJobInfo: () => Promise.reject(refusal(name)) });
    expect(await activeBlockJobs(caller, uuidOf(1), ['vda'])).toEqual([]);
  });

  it('passes on every other error', async () => {
    const caller = new FakeCaller({ domainGetBlockJobInfo: () => Promise.reject(refusal('OPERATION_TIMEOUT')) });
    await expect(activeBlockJobs(caller, uuidOf(1), ['vda'])).rejects.toMatchObject({ codeName: 'OPERATION_TIMEOUT' });
  });
});
