import { expect, test } from 'vitest';
import type { Host } from '../../shared/schema.ts';
import { aHost } from '../store/fixtures.ts';
import { hostMeta, hostReach, isInTrouble } from './host-meta.ts';

const problem = { code: '', what: '', effect: '', next: '' };

test('what is said of a connected host in little room is how it is reached', () => {
  expect(hostReach(aHost())).toBe('libvirt 11.3');
  expect(hostReach(aHost({ kind: 'ssh' }))).toBe('ssh · under 1 ms');
  expect(hostReach(aHost({ kind: 'simulated' }))).toBeNull();
});

test('a few words on each connection that is not simply there', () => {
  const { connection } = aHost();
  const words = (changed: Host['connection'], now = 0) => hostMeta(aHost({ connection: changed }), now);
  expect(words(connection)).toBeNull();
  expect(hostMeta(aHost({ kind: 'tls' }), 0)).toBeNull();
  expect(hostMeta(aHost({ kind: 'tcp' }), 0)).toBe('not encrypted');
  expect(words({ ...connection, silentSince: 0 } as typeof connection, 5_000)).toBe('no answer for 5 s');
  expect(words({ status: 'connecting', since: 0, step: 'connect', at: 'h', asks: false })).toBe('connecting…');
  expect(words({ status: 'retrying', problem, retryAt: 12_000 })).toBe('retry in 12 s');
  expect(words({ status: 'retrying', problem, retryAt: 0 }, 1)).toBe('retrying…');
});

test('what the person did not ask for is a problem', () => {
  const { connection } = aHost();
  const inTrouble = (changed: Host['connection']) => isInTrouble(aHost({ connection: changed }));
  expect(inTrouble(connection)).toBe(false);
  expect(inTrouble({ ...connection, silentSince: 0 } as typeof connection)).toBe(true);
  expect(inTrouble({ status: 'disconnected' })).toBe(false);
  expect(inTrouble({ status: 'refused', problem })).toBe(true);
});
