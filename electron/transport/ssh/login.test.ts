import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { SecretQuestion, TransportContext, TransportError } from '../transport.ts';
import { logInTo } from './jump.ts';
import type { SshSession } from './login.ts';
import { resolveTarget, type SshTarget } from './target.ts';
import { makeKey, newHostKey } from './test-sshd.ts';

const never = new AbortController().signal;
let home = '';
let hostKey = '';
let asked: SecretQuestion[];
let answers: (string[] | null | Promise<string[] | null>)[];
let ends: (() => void)[];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'login-'));
  hostKey = newHostKey().private;
});
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  [asked, answers, ends] = [[], [], []];
});
afterEach(() => {
  for (const end of ends) end();
});

/** An SSH server that decides by what the test says. */
async function serve(decide: (auth: AuthContext, peer: Connection) => void): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
    peer.on('error', () => {});
    peer.on('authentication', (auth) => decide(auth, peer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const context = (): TransportContext => ({
  env: {},
  home,
  askHostKey: async () => true,
  askSecret: async (question) => {
    asked.push(question);
    return (await answers.shift()) ?? null;
  },
  log: () => {},
});

async function logInAt(port: number, values: Record<string, string[]> = {}): Promise<SshSession> {
  const settings = { values: new Map(Object.entries(values)), unknown: [] };
  const target: SshTarget = resolveTarget({ host: '127.0.0.1', port, user: 'me' }, {}, settings, context());
  const session = await logInTo(target, context(), never);
  ends.push(session.close);
  return session;
}
const failureAt = (port: number, values?: Record<string, string[]>): Promise<TransportError> =>
  logInAt(port, values).then(
    () => Promise.reject(new Error('it let in')),
    (error: TransportError) => error,
  );
const take = (auth: AuthContext, methods: AuthContext['method'][]) => auth.reject(methods);

it('asks for a password, again while it is wrong, and only as often as configured', async () => {
  const port = await serve((auth) => {
    if (auth.method === 'password' && auth.password === 'right') auth.accept();
    else take(auth, ['password']);
  });
  answers = [['wrong'], ['right']];
  await logInAt(port);
  const question = { kind: 'password', user: 'me', host: '127.0.0.1', port };
  expect(asked).toEqual([
    { ...question, retry: false },
    { ...question, retry: true },
  ]);
  answers = [['a'], ['b'], ['right']];
  expect(await failureAt(port, { numberofpasswordprompts: ['2'] })).toMatchObject({
    code: 'AUTH_FAILED',
    detail: { tried: 'password, password', accepts: 'password' },
  });
});

it('answers what a server asks in its own words, several at once and several times', async () => {
  const port = await serve((auth) => {
    if (auth.method !== 'keyboard-interactive') return take(auth, ['keyboard-interactive']);
    const first = [
      { prompt: 'Token: ', echo: true },
      { prompt: 'PIN: ', echo: false },
    ];
    auth.prompt(first, 'Two factors', 'Look at your token', (given) => {
      if (given.join() !== '123456,0000') return take(auth, ['keyboard-interactive']);
      auth.prompt([{ prompt: 'Again: ', echo: false }], (last) =>
        last[0] === 'once more' ? auth.accept() : take(auth, ['keyboard-interactive']),
      );
    });
  });
  answers = [['123456', '0000'], ['once more']];
  await logInAt(port);
  expect(asked).toEqual([
    {
      ...{ kind: 'prompts', user: 'me', host: '127.0.0.1' },
      ...{ title: 'Two factors', instruction: 'Look at your token' },
      prompts: [
        { text: 'Token: ', echo: true },
        { text: 'PIN: ', echo: false },
      ],
    },
    expect.objectContaining({ prompts: [{ text: 'Again: ', echo: false }] }),
  ]);
  answers = [null];
  expect(await failureAt(port)).toMatchObject({ code: 'LOGIN_CANCELLED' });
});

it('goes on to what a server asks for after a key', async () => {
  const path = makeKey(home, 'first', 'ed25519');
  let keys = 0;
  const port = await serve((auth) => {
    if (auth.method === 'publickey' && keys === 0) {
      if (!auth.signature) return auth.accept();
      keys += 1;
      return auth.reject(['password'], true);
    }
    if (auth.method === 'password' && keys === 1 && auth.password === 'and this') return auth.accept();
    return take(auth, keys === 0 ? ['publickey'] : ['password']);
  });
  answers = [['and this']];
  await logInAt(port, { identityfile: [path] });
  expect(asked.map(({ kind }) => kind)).toEqual(['password']);
});

it('takes two keys where two are asked for', async () => {
  const paths = [makeKey(home, 'one', 'ed25519'), makeKey(home, 'two', 'ecdsa')];
  let signed = 0;
  const port = await serve((auth) => {
    if (auth.method !== 'publickey') return take(auth, ['publickey']);
    if (!auth.signature) return auth.accept();
    signed += 1;
    return signed < 2 ? auth.reject(['publickey'], true) : auth.accept();
  });
  await logInAt(port, { identityfile: paths });
  expect(signed).toBe(2);
});

it('a password that is typed after the server has lost patience is good for the next connection', async () => {
  let connections = 0;
  let typed = (_: string[]) => {};
  answers = [new Promise((resolve) => (typed = resolve))];
  const port = await serve((auth, peer) => {
    if (auth.method === 'password' && auth.password === 'late') return auth.accept();
    if (auth.method === 'none') {
      connections += 1;
      if (connections === 1) {
        take(auth, ['password']);
        const wait = setInterval(() => {
          if (asked.length === 0) return;
          clearInterval(wait);
          peer.end();
          typed(['late']);
        }, 5);
        return;
      }
    }
    take(auth, ['password']);
  });
  await logInAt(port);
  expect([connections, asked.length]).toEqual([2, 1]);
});

it('does not ask twice when the person gives up after the server has', async () => {
  let typed = (_: null) => {};
  answers = [new Promise((resolve) => (typed = resolve))];
  const port = await serve((auth, peer) => {
    take(auth, ['password']);
    const wait = setInterval(() => {
      if (asked.length === 0) return;
      clearInterval(wait);
      peer.end();
      typed(null);
    }, 5);
  });
  expect((await failureAt(port)).code).toMatch(/CONNECTION_LOST|LOGIN_CANCELLED/);
  expect(asked).toHaveLength(1);
});

it('uses only what the configuration allows, in its order', async () => {
  const seen: string[] = [];
  const port = await serve((auth) => {
    seen.push(auth.method);
    take(auth, ['publickey', 'password', 'keyboard-interactive']);
  });
  const error = await failureAt(port, {
    identityfile: [makeKey(home, 'unused', 'ed25519')],
    pubkeyauthentication: ['no'],
    preferredauthentications: ['gssapi-with-mic,keyboard-interactive,publickey'],
    gssapiauthentication: ['yes'],
  });
  expect(new Set(seen)).toEqual(new Set(['none', 'keyboard-interactive']));
  expect(error.detail.openSsh).toBe('GSSAPI (Kerberos)');
});

it('is refused at once where only OpenSSH can connect', async () => {
  const port = await serve((auth) => auth.accept());
  expect(await failureAt(port, { proxycommand: ['nc %h %p'] })).toMatchObject({
    code: 'NEEDS_OPENSSH',
    detail: { reason: 'ProxyCommand' },
  });
});

it('refuses an unknown key without asking where the configuration says so', async () => {
  const port = await serve((auth) => auth.accept());
  const error = await failureAt(port, { stricthostkeychecking: ['yes'] });
  expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN', detail: { keyType: 'ssh-ed25519' } });
});

it('a server without any algorithm in common is told as that', async () => {
  const port = await serve((auth) => auth.accept());
  const error = await failureAt(port, { kexalgorithms: ['diffie-hellman-group1-sha1'] });
  expect(error).toMatchObject({ code: 'HANDSHAKE_FAILED' });
  expect(error.detail.reason).toContain('no matching key exchange');
});
