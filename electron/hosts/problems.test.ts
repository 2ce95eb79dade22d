import { describe, expect, it } from 'vitest';
import { type ProblemCode, problems } from '../../shared/errors.ts';
import { errorCode } from '../../shared/libvirt/flags.ts';
import { LibvirtUriError, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Problem } from '../../shared/schema.ts';
import { ConnectionError, type ConnectionErrorCode, LibvirtError } from '../libvirt/errors.ts';
import { AuthenticationError } from '../libvirt/open.ts';
import { XmlError } from '../libvirt/xml.ts';
import { TransportError, type TransportErrorCode } from '../transport/transport.ts';
import { mayPass, ProblemError, toProblem } from './problems.ts';

const gap = /unknown|undefined(?!, or it was)|[[\]{}]|“”|: ?\.|\.\.| {2}| \./;
const textOf = ({ what, effect, next }: Problem) => `${what} ${effect} ${next}`;
const key = { keyType: 'ssh-ed25519', fingerprint: 'SHA256:x' };
const known = { ...key, host: 'kvm-a', knownFile: '~/.ssh/known_hosts', knownLine: '4', knownType: 'ssh-rsa' };

const atServer = { host: 'kvm-a', port: '16514', reason: 'because', ca: '/ca' };

/** Every detail that transport/ gives along, for each place it is thrown. */
const details: Record<TransportErrorCode, readonly Record<string, string>[]> = {
  SOCKET_MISSING: [{ tried: '/a, /b' }, { stderr: 'no such file', tried: '' }],
  SOCKET_DENIED: [
    { path: '/a', reason: 'EACCES', tried: '/a, /b' },
    { stderr: 'permission denied', tried: '/a' },
  ],
  SOCKET_REFUSED: [{ path: '/a', reason: 'ECONNREFUSED', tried: '/a' }],
  HOST_NOT_FOUND: [{ host: 'kvm-a', reason: 'getaddrinfo ENOTFOUND' }],
  LOCAL_NETWORK: [{ host: 'kvm-a', reason: 'EHOSTUNREACH' }],
  HOST_UNREACHABLE: [{ host: 'kvm-a', reason: 'EHOSTUNREACH' }],
  CONNECTION_REFUSED: [{ host: 'kvm-a', reason: 'ECONNREFUSED' }],
  TIMED_OUT: [{}, { path: '/a' }, { host: 'kvm-a', reason: 'timeout' }],
  CONNECTION_LOST: [{}, { host: 'kvm-a' }, { path: '/a', reason: '' }],
  SSH_HUNG_UP: [{ host: 'kvm-a', reason: 'Connection lost before handshake' }],
  HANDSHAKE_FAILED: [
    {},
    { host: 'kvm-a', reason: 'no matching kex', other: 'OpenSSH' },
    { host: 'kvm-a', reason: 'no matching kex' },
  ],
  LOGIN_UNREADABLE: [{}, { host: 'kvm-a', reason: 'Bad packet length' }],
  HOST_KEY_CHANGED: [known, { host: 'kvm-a', ...key }],
  HOST_KEY_REVOKED: [known, { host: 'kvm-a' }],
  HOST_KEY_DECLINED: [{ host: 'kvm-a', ...key }],
  KNOWN_HOSTS_FAILED: [{ file: '/f', reason: 'EACCES' }],
  AUTH_FAILED: [
    { user: 'root', host: 'kvm-a', tried: '~/.ssh/id', skipped: 'ssh-agent: holds no keys', accepts: 'publickey' },
    { user: 'root', host: 'kvm-a', tried: '', skipped: '', accepts: '' },
    { host: 'kvm-a', reason: 'all methods failed' },
  ],
  KEY_UNREADABLE: [{ keyfile: '/k', reason: 'ENOENT' }],
  SSH_MISSING: [{}],
  LOGIN_CANCELLED: [{}],
  SSH_FAILED: [{ reason: 'Cannot specify -N with -s/SessionType' }],
  SSH_FOLDER_MISSING: [{}, { tried: '/a/very/long/path (too long)' }],
  LOGIN_QUESTIONS: [{ reason: 'more than 20 times' }],
  PASSWORD_EXPIRED: [{ user: 'me' }],
  SSH_CONFIG_FAILED: [{ reason: 'Bad configuration option: x' }],
  SSH_CONFIG_TIMED_OUT: [{}],
  NEEDS_OPENSSH: [{ reason: 'ProxyCommand' }],
  JUMP_REFUSED: [{ jump: 'gate', reason: 'Connection refused' }],
  HOST_KEY_UNKNOWN: [
    { host: 'kvm-a', keyType: '', fingerprint: '' },
    { keyType: 'ssh-ed25519', fingerprint: 'SHA256:x' },
  ],
  REMOTE_SOCKET_MISSING: [
    { host: 'kvm-a', tried: '/a' },
    { host: 'kvm-a', stderr: 'no such file', tried: '' },
  ],
  REMOTE_SOCKET_DENIED: [{ host: 'kvm-a', stderr: 'denied', tried: '' }],
  HELPER_MISSING: [
    { host: 'kvm-a', stderr: '', tried: '' },
    { host: 'kvm-a', stderr: 'not found', tried: '/a' },
  ],
  REMOTE_SOCKET_REFUSED: [{ host: 'kvm-a', stderr: 'refused', tried: '' }],
  HELPER_FAILED: [{ stderr: '' }, { host: 'kvm-a', stderr: 'cannot connect', tried: '/a' }],
  STREAM_GARBAGE: [{ text: 'Welcome!' }, { text: '' }],
  LIBVIRT_PORT_REFUSED: [{ host: 'kvm-a', port: '16514', reason: 'ECONNREFUSED' }],
  TLS_CA_MISSING: [{ tried: '/a, /b' }],
  TLS_FILE_UNREADABLE: [{ file: '/f', reason: 'EACCES' }],
  TLS_PAIR_INCOMPLETE: [{ file: '/key', other: '/cert' }],
  TLS_KEY_MISMATCH: [{ file: '/cert', keyfile: '/key' }],
  TLS_OWN_EXPIRED: [{ file: '/cert', from: 'Jan 1', until: 'Feb 1' }],
  TLS_SERVER_UNTRUSTED: [
    { ...atServer, issuer: 'CN=other' },
    { ...atServer, issuer: 'CN=other', from: 'Jan 1', until: 'Feb 1' },
  ],
  TLS_SERVER_EXPIRED: [atServer, { ...atServer, from: 'Jan 1', until: 'Feb 1' }],
  TLS_SERVER_REVOKED: [{ ...atServer, crl: '/crl' }],
  TLS_CRL_UNUSABLE: [{ ...atServer, crl: '/crl' }],
  TLS_SERVER_NAME: [{ ...atServer, names: 'DNS:kvm-b' }, atServer],
  TLS_CLIENT_REFUSED: [
    { host: 'kvm-a', certificate: '/cert', subject: 'CN=me', reason: 'it hung up' },
    { host: 'kvm-a', certificate: '/cert', subject: '', reason: 'it hung up' },
  ],
  TLS_CLIENT_UNKNOWN: [{ host: 'kvm-a', file: '/cert', reason: 'it hung up' }],
  TLS_HUNG_UP: [atServer],
  TLS_HANDSHAKE_FAILED: [atServer],
  CANCELLED: [{}],
  UNSUPPORTED: [{ mode: 'legacy', proxy: 'netcat' }],
};

describe('transport errors', () => {
  const rows = Object.entries(details).flatMap(([code, list]) => list.map((detail) => [code, detail] as const));

  it.each(rows)('%s with %j has no gap', (code, detail) => {
    const problem = toProblem(new TransportError(code as TransportErrorCode, 'technical words', detail), 'kvm-a');
    expect(textOf(problem)).not.toMatch(gap);
    expect(problem.code).toBe(code === 'AUTH_FAILED' ? 'SSH_AUTH_FAILED' : code);
    expect(problem.detail).toBe('technical words');
  });

  it('names the host as it is listed unless the transport knows better', () => {
    expect(toProblem(new TransportError('TIMED_OUT', 't'), 'lab').what).toContain('“lab”');
    expect(toProblem(new TransportError('HOST_NOT_FOUND', 't', { host: 'kvm-a' }), 'lab').what).toContain('“kvm-a”');
  });
});

describe('connection errors', () => {
  const codes: Record<ConnectionErrorCode, boolean> = { CLOSED: false, LOST: true, NO_ANSWER: true, PROTOCOL: false };
  it.each(Object.entries(codes))('%s may pass: %s', (code, passes) => {
    const problem = toProblem(new ConnectionError(code as ConnectionErrorCode, 'technical words'), 'kvm-a');
    expect(problem).toMatchObject({ code, detail: 'technical words' });
    expect(textOf(problem)).toContain('“kvm-a”');
    expect(textOf(problem)).not.toMatch(gap);
    expect(mayPass(problem)).toBe(passes);
  });
});

describe('libvirt’s errors', () => {
  const error = (code: number) => new LibvirtError({ code, domain: 10, level: 2, message: 'in its own words' });

  it.each([...Object.entries(errorCode), ['ERROR_999', 999] as const])('%s has no gap', (name, code) => {
    const problem = toProblem(error(code), 'kvm-a');
    expect(textOf(problem)).not.toMatch(gap);
    expect(problem.code).toBe(Object.hasOwn(problems, name) ? name : 'LIBVIRT');
    expect(problem.detail).toBe(`in its own words (libvirt error ${code}, ${name})`);
    if (problem.code === 'LIBVIRT') expect(problem.what).toContain(`${code}`);
    expect(mayPass(problem)).toBe(false);
  });

  it('those that a revert may answer have sentences of their own', () => {
    const answers = [1, 8, 9, 29, 38, 42, 55, 67, 68, 71, 72, 77, 78, 84, 88];
    expect(answers.map((code) => toProblem(error(code), 'h').code)).not.toContain('LIBVIRT');
  });

  it('a wrong login is not mistaken for SSH’s', () => {
    expect(toProblem(error(errorCode.AUTH_FAILED), 'h')).toMatchObject({ code: 'AUTH_FAILED' });
  });
});

describe('all others', () => {
  it('keep the sentence they were thrown with', () => {
    const thrown = new ProblemError('SNAPSHOT_GONE', { snapshot: 's' });
    expect(thrown.message).toBe(thrown.problem.what);
    expect(toProblem(thrown, 'h')).toBe(thrown.problem);
  });

  it.each<[unknown, ProblemCode]>([
    [new AuthenticationError('POLKIT_REFUSED', [2]), 'POLKIT_REFUSED'],
    [new AuthenticationError('SASL', [1], ['GSSAPI', 'SCRAM-SHA-256']), 'AUTH_SASL'],
    [new AuthenticationError('UNSUPPORTED', [9]), 'AUTH_UNSUPPORTED'],
    [new AuthenticationError('POLKIT_NO_AGENT', [2]), 'POLKIT_NO_AGENT'],
    [new XmlError('no <domain> in the XML'), 'XML_UNREADABLE'],
    [new TypeError('x is not a function'), 'UNEXPECTED'],
    ['a string', 'UNEXPECTED'],
    [undefined, 'UNEXPECTED'],
  ])('%s is %s', (thrown, code) => {
    const problem = toProblem(thrown, 'h');
    expect(problem.code).toBe(code);
    expect(textOf(problem)).not.toMatch(gap);
    expect(problem.detail).toBeTruthy();
  });

  it('a URI that makes no sense says why', () => {
    const thrown = (() => {
      try {
        return parseLibvirtUri('nonsense');
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(LibvirtUriError);
    expect(toProblem(thrown, 'h')).toMatchObject({
      code: 'INVALID_URI',
      what: expect.stringContaining((thrown as Error).message),
    });
  });
});

it('mayPass: only what can end by itself is tried again', () => {
  const passing = (Object.keys(problems) as ProblemCode[]).filter((code) => mayPass(new ProblemError(code).problem));
  expect(passing.sort()).toEqual([
    'CONNECTION_LOST',
    'CONNECTION_REFUSED',
    'HOST_NOT_FOUND',
    'HOST_UNREACHABLE',
    'JUMP_REFUSED',
    'LIBVIRT_PORT_REFUSED',
    'LOCAL_NETWORK',
    'LOST',
    'NO_ANSWER',
    'REMOTE_SOCKET_REFUSED',
    'SOCKET_MISSING',
    'SOCKET_REFUSED',
    'SSH_CONFIG_TIMED_OUT',
    'SSH_HUNG_UP',
    'TIMED_OUT',
    'TLS_HUNG_UP',
  ]);
});

it.each(['REMOTE_SOCKET_MISSING', 'HELPER_FAILED'] as const)(
  'mayPass: %s, where the host was connected before',
  (code) => {
    const { problem } = new ProblemError(code);
    expect([mayPass(problem), mayPass(problem, true)]).toEqual([false, true]);
  },
);
