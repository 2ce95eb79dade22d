import { afterEach, expect, it } from 'vitest';
import { type Host, unsaid } from '../../shared/schema.ts';
import { TransportError } from '../transport/transport.ts';
import { HostPool } from './host-pool.ts';
import { Hub } from './hub.ts';

const pools: HostPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

/** A pool of remembered hosts, none of which can be reached. */
function poolOf(...uris: string[]): HostPool {
  const hosts = uris.map((uri, at) => ({ ...unsaid, id: `${at}`, name: uri, key: uri }));
  const nowhere = () => ({
    dial: () => Promise.reject(new TransportError('UNSUPPORTED', 'nowhere')),
    describe: () => '',
    close: () => {},
  });
  const pool = new HostPool({
    hub: new Hub(),
    store: { list: () => hosts, keep: async () => {}, arrange: async () => {}, remove: async () => {} },
    openTransport: nowhere,
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
  expect(poolOf(uri).hosts).toMatchObject([{ uri, kind }]);
});

it('a remembered host whose URI cannot be used says why, and can be removed', async () => {
  const pool = poolOf('qemu+ssh://kvm-a/system?no_verify=1', 'qemu:///system');
  await expect.poll(() => pool.hosts.map(({ connection }) => connection.status)).toEqual(['refused', 'refused']);
  expect(pool.hosts[0]?.connection).toMatchObject({
    problem: { code: 'INVALID_URI', what: expect.stringContaining('no_verify=1') },
  });
  await pool.remove('0');
  expect(pool.hosts).toHaveLength(1);
});
