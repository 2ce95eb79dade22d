import { expect, it } from 'vitest';
import { TransportError } from '../transport.ts';
import { sshError } from './errors.ts';

const error = (props: object) => Object.assign(new Error('because'), props);

it.each([
  [{ code: 'ENOTFOUND', level: 'client-socket' }, 'connecting', 'HOST_NOT_FOUND'],
  [{ code: 'EAI_AGAIN', level: 'client-socket' }, 'connecting', 'HOST_NOT_FOUND'],
  [{ code: 'EHOSTUNREACH', level: 'client-socket' }, 'connecting', 'HOST_UNREACHABLE'],
  [{ code: 'ECONNREFUSED', level: 'client-socket' }, 'connecting', 'CONNECTION_REFUSED'],
  [{ code: 'ETIMEDOUT', level: 'client-socket' }, 'connecting', 'TIMED_OUT'],
  [{ code: 'ECONNRESET', level: 'client-socket' }, 'logging in', 'CONNECTION_LOST'],
  [{ level: 'handshake' }, 'connecting', 'HANDSHAKE_FAILED'],
  [{ level: 'protocol' }, 'connecting', 'HANDSHAKE_FAILED'],
  [{}, 'connecting', 'HANDSHAKE_FAILED'],
  [{}, 'logging in', 'LOGIN_UNREADABLE'],
  [{ level: 'client-authentication' }, 'logging in', 'AUTH_FAILED'],
  [{ code: 2 }, 'logging in', 'AUTH_FAILED'],
  [{ code: 2 }, 'connected', 'CONNECTION_LOST'],
  [{ level: 'client-timeout' }, 'connected', 'CONNECTION_LOST'],
] as const)('%j while %s is %s', (props, stage, code) => {
  expect(sshError(error(props), 'kvm-a', stage)).toMatchObject({ code, detail: { host: 'kvm-a', reason: 'because' } });
});

it('a Mac may keep it out of the local network', () => {
  const unreachable = error({ code: 'EHOSTUNREACH' });
  expect(sshError(unreachable, 'kvm-a', 'connecting', 'darwin')).toMatchObject({ code: 'LOCAL_NETWORK' });
  expect(sshError(unreachable, 'kvm-a', 'connecting', 'linux')).toMatchObject({ code: 'HOST_UNREACHABLE' });
});

it('keeps an error that is already ours', () => {
  const ours = new TransportError('HOST_KEY_CHANGED', 'x');
  expect(sshError(ours, 'h', 'connecting')).toBe(ours);
});
