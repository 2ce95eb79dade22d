import { expect, test } from 'vitest';
import { aHost } from '../store/fixtures.ts';
import { hostMeta } from './host-meta.ts';

const problem = { code: '', what: '', effect: '', next: '' };

test('a few words on each connection', () => {
  const { connection } = aHost();
  expect(hostMeta(aHost(), 0)).toBe('libvirt 11.3.0');
  expect(hostMeta(aHost({ kind: 'ssh' }), 0)).toBe('ssh · under 1 ms');
  expect(
    hostMeta(aHost({ kind: 'ssh', connection: { ...connection, roundTripMs: 9.4 } as typeof connection }), 0),
  ).toBe('ssh · 9 ms');
  expect(hostMeta(aHost({ kind: 'tls' }), 0)).toBe('tls · under 1 ms');
  expect(hostMeta(aHost({ kind: 'tcp' }), 0)).toBe('not encrypted');
  expect(hostMeta(aHost({ connection: { status: 'retrying', problem, retryAt: 12_000 } }), 0)).toBe('retry in 12 s');
  expect(hostMeta(aHost({ connection: { status: 'retrying', problem, retryAt: 0 } }), 1)).toBe('retrying…');
});
