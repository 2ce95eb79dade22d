import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import type { SnapshotNames } from '../../shared/schema.ts';
import { procedures } from '../libvirt/procedures.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { snapshotNames } from './snapshot-names.ts';

let bench: Bench;
const snapshots = (...names: string[]) => names.map((name) => ({ name, ago: 60, state: 'running' as const }));

beforeEach(async () => {
  bench = createBench([
    { name: 'a', uuid: uuidOf(1), state: 'running', snapshots: snapshots('001', '002') },
    { name: 'b', uuid: uuidOf(2), snapshots: snapshots('before-db-split') },
    { name: 'none', uuid: uuidOf(3) },
  ]);
  bench.session.connect();
  await bench.status('connected');
  await bench.until(() => bench.domain('b')?.snapshotCount === 1);
});
afterEach(() => bench.close());

const all = async (signal = new AbortController().signal) => {
  const told: SnapshotNames[] = [];
  for await (const each of snapshotNames(bench.session, signal)) told.push(each);
  return told;
};
/** Domains whose list of snapshots was asked for. */
const asked = () => {
  const spy = vi.spyOn(bench.session.reads, 'call');
  return () => spy.mock.calls.filter(([procedure]) => procedure === procedures.domainListAllSnapshots).length;
};

describe('snapshotNames', () => {
  it('asks each domain that has snapshots once, and tells how many are to come', async () => {
    const count = asked();
    const told = await all();
    expect(told.map(({ left }) => left)).toEqual([2, 0]);
    const byUuid = (one: { uuid: string }, other: { uuid: string }) => one.uuid.localeCompare(other.uuid);
    expect(told.flatMap(({ found }) => found).sort(byUuid)).toEqual([
      { uuid: uuidOf(1), names: ['001', '002'] },
      { uuid: uuidOf(2), names: ['before-db-split'] },
    ]);
    expect(count()).toBe(2);
    expect((await all()).map(({ left, found }) => [left, found.length])).toEqual([[0, 2]]);
    expect(count()).toBe(2);
  });

  it('asks again where the number of snapshots speaks against what is known', async () => {
    await all();
    bench.simulator.hands.createSnapshot('a', '003');
    bench.session.noteSnapshotCount(uuidOf(1), 3);
    const told = await all();
    expect(told[0]?.left).toBe(1);
    expect(told[1]?.found).toEqual([{ uuid: uuidOf(1), names: ['001', '002', '003'] }]);
  });

  it('takes what somebody has looked at, and asks nothing', async () => {
    await bench.session.readSnapshots(uuidOf(1));
    await bench.session.readSnapshots(uuidOf(2));
    const count = asked();
    expect((await all()).map(({ left }) => left)).toEqual([0]);
    expect(count()).toBe(0);
  });

  it('leaves out a domain that libvirt does not tell of', async () => {
    bench.simulator.faults.failNext('domainListAllSnapshots', { code: errorCode.INVALID_ARG, domain: 0 });
    const told = await all();
    expect(told.at(-1)?.left).toBe(0);
    expect(told.flatMap(({ found }) => found)).toHaveLength(1);
  });

  it('asks nothing more once nobody listens', async () => {
    const count = asked();
    const stop = new AbortController();
    stop.abort();
    await all(stop.signal);
    expect(count()).toBe(0);
  });
});
