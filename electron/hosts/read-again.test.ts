import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDomain } from '../libvirt/domains.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { TransportError } from '../transport/transport.ts';
import { readAgain } from './read-again.ts';

const never = new AbortController().signal;
let bench: Bench;
let reads: number;
const read = () => {
  reads += 1;
  return readDomain(bench.session.reads, uuidOf(1));
};

beforeEach(async () => {
  reads = 0;
  bench = createBench([{ name: 'on', uuid: uuidOf(1), state: 'running', id: 4 }]);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());

it('reads once where nothing happens', async () => {
  expect(await readAgain(bench.session, never, read)).toMatchObject({ name: 'on' });
  expect(reads).toBe(1);
});

it('reads once more when the connection is back', async () => {
  bench.simulator.faults.freeze();
  const reading = readAgain(bench.session, never, read);
  bench.simulator.faults.freeze(false);
  bench.simulator.faults.dropConnections();
  expect(await reading).toMatchObject({ name: 'on' });
  expect(reads).toBeLessThanOrEqual(2);
});

it('waits for a host that is just being connected to', async () => {
  bench.simulator.faults.dropConnections();
  await bench.status('retrying');
  expect(await readAgain(bench.session, never, read)).toMatchObject({ name: 'on' });
  expect(reads).toBe(2);
});

it('does not wait for one that is refused, disconnected, or does not come', async () => {
  bench.simulator.faults.refuseDials(new TransportError('SOCKET_REFUSED', 'no'));
  bench.simulator.faults.dropConnections();
  await bench.status('retrying');
  await expect(readAgain(bench.session, never, read, 20)).rejects.toThrow('not connected');
  await bench.session.disconnect();
  await expect(readAgain(bench.session, never, read)).rejects.toThrow('not connected');
  expect(reads).toBe(2);
});

it('is not kept waiting by whoever no longer wants it', async () => {
  bench.simulator.faults.refuseDials(new TransportError('SOCKET_REFUSED', 'no'));
  bench.simulator.faults.dropConnections();
  await bench.status('retrying');
  const stop = new AbortController();
  const reading = readAgain(bench.session, stop.signal, read);
  stop.abort();
  await expect(reading).rejects.toThrow('not connected');
});

it('passes on what is wrong with what was asked', async () => {
  await expect(readAgain(bench.session, never, () => Promise.reject(new TypeError('no')))).rejects.toThrow('no');
});
