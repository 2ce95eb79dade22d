import { expect, it } from 'vitest';
import { openSshError } from './errors.ts';

const ended = (said: string, jumps: readonly string[] = []) =>
  openSshError({ host: 'kvm-a', user: 'me', said, code: 255, jumps });

it.each([
  ['kex_exchange_identification: Connection closed by remote host', 'SSH_HUNG_UP'],
  ['kex_exchange_identification: read: Connection reset by peer', 'SSH_HUNG_UP'],
  ['banner exchange: Connection to 192.0.2.1 port 22: invalid format', 'HANDSHAKE_FAILED'],
  ['Unable to negotiate with 192.0.2.1 port 22: no matching cipher found. Their offer: x', 'HANDSHAKE_FAILED'],
  [
    'channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host',
    'CONNECTION_REFUSED',
  ],
  [
    'channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host',
    'JUMP_REFUSED',
  ],
  ['Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures', 'AUTH_FAILED'],
  ['Timeout, server 192.0.2.1 not responding.', 'TIMED_OUT'],
])('%j is %s', (said, code) => expect(ended(said).code).toBe(code));

it('names the machines on the way, and that too much was tried', () => {
  const refused = ended('stdio forwarding failed', ['one', 'two']);
  expect(refused.detail).toMatchObject({ jump: 'one, two' });
  const tried = ended('Disconnected: Too many authentication failures');
  expect(tried.detail).toMatchObject({ tooMany: 'Too many authentication failures' });
  expect(ended('Permission denied (publickey).').detail).not.toHaveProperty('tooMany');
});
