import { afterEach, describe, expect, it } from 'vitest';
import { unsaid } from '../../shared/host-list/details.ts';
import type { Host, HostDetails } from '../../shared/schema.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { TransportError } from '../transport/transport.ts';
import { HostPool, type PoolOptions } from './host-pool.ts';
import type { Watch } from './host-session.ts';
import { Hub } from './hub.ts';

const pools: HostPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

const nowhere = () => ({
  dial: () => Promise.reject(new TransportError('UNSUPPORTED', 'nowhere')),
  describe: () => '',
  close: () => {},
});

/** A pool of remembered hosts, none of which can be reached unless `open` does. */
function poolOf(
  uris: readonly string[],
  open: PoolOptions['openTransport'] = nowhere,
  said: Partial<HostDetails> = {},
): HostPool {
  const hosts = uris.map((uri, at) => ({ ...unsaid, ...said, id: `${at}`, name: uri, key: uri }));
  const pool = new HostPool({
    hub: new Hub(),
    store: { list: () => hosts, keep: async () => {}, arrange: async () => {}, remove: async () => {} },
    openTransport: open,
    openSimulator: nowhere,
    log: () => {},
  });
  pools.push(pool);
  pool.restore();
  return pool;
}

it.each<[string, Host['kind']]>([
  ['qemu:///system', 'local'],
  ['qemu+unix:///system', 'local'],
  ['qemu+ssh://kvm-a/system', 'ssh'],
  ['qemu+libssh2://kvm-a/system', 'ssh'],
  ['qemu://kvm-a/system', 'tls'],
  ['qemu+tls://kvm-a/system', 'tls'],
  ['test+tcp://kvm-a/default', 'tcp'],
])('%s is of the kind %s, and keeps its text', (uri, kind) => {
  expect(poolOf([uri]).hosts).toMatchObject([{ uri, kind }]);
});

it('a remembered host whose URI cannot be used says why, and can be removed', async () => {
  const pool = poolOf(['qemu+ssh://kvm-a/system?no_verify=1', 'qemu:///system']);
  await expect.poll(() => pool.hosts.map(({ connection }) => connection.status)).toEqual(['refused', 'refused']);
  expect(pool.hosts[0]?.connection).toMatchObject({
    problem: { code: 'INVALID_URI', what: expect.stringContaining('no_verify=1') },
  });
  await pool.remove('0');
  expect(pool.hosts).toHaveLength(1);
});

describe('many hosts', () => {
  const uris = Array.from({ length: 20 }, (_, at) => `qemu+ssh://kvm-${at}/system`);
  const steps = (pool: HostPool) =>
    pool.hosts.map(({ connection }) => (connection.status === 'connecting' ? connection.step : connection.status));

  /** Hosts that take their time, each with what it was given to tell how it goes on. */
  function slowPool() {
    const dialled: { watch: Watch; refuse: (error: Error) => void }[] = [];
    const pool = poolOf(uris, (_uri, _host, watch) => ({
      dial: () =>
        new Promise((_, reject) => {
          watch.onStep('connect', 'somewhere');
          dialled.push({ watch, refuse: reject });
        }),
      describe: () => '',
      close: () => {},
    }));
    return { pool, dialled };
  }

  it('are connected to some at a time; one that waits for the person makes room for another', async () => {
    const { pool, dialled } = slowPool();
    // Two dials a host: for reading, and for changing.
    await expect.poll(() => dialled.length).toBe(2 * 16);
    expect(steps(pool).filter((step) => step === 'queued')).toHaveLength(4);
    let answer = () => {};
    const asking = dialled[0]?.watch.asking(() => new Promise<void>((resolve) => (answer = resolve)));
    expect(pool.hosts[0]?.connection).toMatchObject({ status: 'connecting', step: 'connect', asks: true });
    await expect.poll(() => dialled.length).toBe(2 * 17);
    dialled[2]?.refuse(new TransportError('UNSUPPORTED', 'no'));
    dialled[3]?.refuse(new TransportError('UNSUPPORTED', 'no'));
    await expect.poll(() => dialled.length).toBe(2 * 18);
    answer();
    await asking;
    expect(pool.hosts[0]?.connection).toMatchObject({ asks: false });
    dialled[0]?.refuse(new TransportError('UNSUPPORTED', 'no'));
    dialled[1]?.refuse(new TransportError('UNSUPPORTED', 'no'));
    await expect.poll(() => steps(pool)[0]).toBe('refused');
    expect(dialled).toHaveLength(2 * 18);
  });

  it('are all connected in the end: whoever is gives up its turn', async () => {
    const simulator = createSimulator();
    const pool = poolOf(uris, () => ({ dial: simulator.dial, describe: () => '', close: () => {} }));
    await expect.poll(() => steps(pool)).toEqual(Array(uris.length).fill('connected'));
  });

  it('that are disconnected while they wait give nobody’s turn away', async () => {
    const { pool, dialled } = slowPool();
    await expect.poll(() => dialled.length).toBe(2 * 16);
    for (const { id } of pool.hosts.slice(16)) await pool.session(id).disconnect();
    for (const { refuse } of dialled) refuse(new TransportError('UNSUPPORTED', 'no'));
    await expect.poll(() => steps(pool)).toEqual([...Array(16).fill('refused'), ...Array(4).fill('disconnected')]);
    for (const { id } of pool.hosts) pool.session(id).connect();
    await expect.poll(() => dialled.length).toBe(2 * 32);
  });
});

it('a host that is to be connected to when it is opened waits for that', async () => {
  const pool = poolOf(['qemu+ssh://a/system', 'qemu+ssh://b/system'], undefined, { connect: 'when-opened' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(pool.hosts.map(({ connection }) => connection.status)).toEqual(['disconnected', 'disconnected']);
});
