import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import type { SnapshotList } from '../../shared/schema.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { watchSnapshots } from './snapshot-watch.ts';

let bench: Bench;
let stop: AbortController;
beforeEach(async () => {
  stop = new AbortController();
  bench = createBench([
    { name: 'on', uuid: uuidOf(1), state: 'running', snapshots: [{ name: '001', ago: 60, state: 'running' }] },
    { name: 'off', uuid: uuidOf(2) },
  ]);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(async () => {
  stop.abort();
  await bench.close();
});

const watch = (uuid = uuidOf(1)) => watchSnapshots(bench.session, uuid, stop.signal);
const names = ({ value }: IteratorResult<SnapshotList>) =>
  (value as SnapshotList | undefined)?.snapshots.map((snapshot) => snapshot.name);

describe('watchSnapshots', () => {
  it('gives the list now, and again when libvirt tells of something', async () => {
    const lists = watch();
    const first = await lists.next();
    expect(first.value).toMatchObject({ current: '001', snapshots: [{ name: '001', state: 'running' }] });
    const next = lists.next();
    bench.simulator.hands.createSnapshot('on', '002');
    const { value } = await next;
    expect(names({ value, done: false })).toEqual(['001', '002']);
    expect((value as SnapshotList).current).toBe('002');
    expect(bench.domain('on')?.snapshotCount).toBe(2);
  });

  it('finds what libvirt does not tell of, and keeps quiet about what did not change', async () => {
    const lists = watch(uuidOf(2));
    expect(names(await lists.next())).toEqual([]);
    const next = lists.next();
    bench.simulator.hands.start('off');
    await bench.until(() => bench.domain('off')?.state === 'running');
    bench.simulator.hands.destroy('off');
    await bench.until(() => bench.domain('off')?.state === 'shutoff');
    bench.simulator.hands.createSnapshot('off', 'silent');
    expect(names(await next)).toEqual(['silent']);
  });

  it('goes on after libvirt stumbled over a snapshot that was being taken', async () => {
    const lists = watch();
    await lists.next();
    const next = lists.next();
    bench.simulator.faults.failNext('domainListAllSnapshots', { code: errorCode.INVALID_ARG, domain: 0 });
    bench.simulator.hands.createSnapshot('on', '002');
    expect(names(await next)).toEqual(['001', '002']);
  });

  it('goes on after the connection was lost', async () => {
    const lists = watch();
    await lists.next();
    const next = lists.next();
    bench.simulator.faults.dropConnections();
    await bench.status('retrying');
    bench.simulator.hands.createSnapshot('on', 'meanwhile');
    bench.session.connect();
    expect(names(await next)).toEqual(['001', 'meanwhile']);
  });

  it('asks nothing while the domain is held', async () => {
    const lists = watch();
    await lists.next();
    const next = lists.next();
    await bench.session.holding(uuidOf(1), async () => {
      const asked = () => bench.simulator.faults.calls.filter((name) => name.startsWith('domain'));
      const before = asked();
      bench.simulator.hands.createSnapshot('on', 'during');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(asked()).toEqual(before);
    });
    expect(names(await next)).toEqual(['001', 'during']);
  });

  it('is an empty list where a driver has no snapshots', async () => {
    bench.simulator.faults.failNext('domainListAllSnapshots', { code: errorCode.NO_SUPPORT, domain: 0 });
    expect((await watch().next()).value).toEqual({ snapshots: [], current: null });
  });

  it('fails when the domain is gone', async () => {
    await expect(watch(uuidOf(8)).next()).rejects.toMatchObject({ codeName: 'NO_DOMAIN' });
  });

  it('ends at the signal, while it waits', async () => {
    const lists = watch();
    await lists.next();
    const next = lists.next();
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it('ends at the signal, while there is no connection', async () => {
    await bench.session.disconnect();
    const next = watch().next();
    stop.abort();
    expect((await next).done).toBe(true);
  });
});
