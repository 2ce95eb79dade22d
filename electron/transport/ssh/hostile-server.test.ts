import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { SecretQuestion, TransportContext, TransportError } from '../transport.ts';
import { logInTo } from './jump.ts';
import { SshLink } from './link.ts';
import { logIn, type Reach, reachDirectly, type SshSession } from './login.ts';
import { LoginMemory } from './login-secrets.ts';
import { resolveTarget } from './target.ts';
import { makeKey, newHostKey } from './test-sshd.ts';

/** What ssh2 itself keeps from servers that behave. */
interface Raw {
  readonly _protocol: {
    /** Requests that are to be answered. */
    readonly _authsQueue: string[];
    authFailure(methods: string[]): void;
    authInfoReq(name: string, instruction: string, prompts: { prompt: string; echo: boolean }[]): void;
    disconnect(reason: number): void;
    requestFailure(): void;
    channelOpenConfirm(remote: number, local: number, window: number, packet: number): void;
    readonly _packetRW: {
      readonly write: { readonly allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
}

const never = new AbortController().signal;
const patient = { timeout: 20_000 };
let home = '';
let hostKey = '';
/** Questions that wait, with what answers them; `closed` once nobody wants the answer. */
let questions: { question: SecretQuestion; answer(given: string[] | null): void; closed: boolean }[];
let ends: (() => void)[];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'hostile-'));
  hostKey = newHostKey().private;
});
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  [questions, ends, connected] = [[], [], new Set()];
});
afterEach(() => {
  for (const end of ends) end();
});

/** Who is connected to servers of the test. */
let connected: Set<object>;

async function serve(decide: (auth: AuthContext, peer: Connection & Raw) => void): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
    const there = connected.add(peer);
    peer.on('close', () => there.delete(peer));
    peer.on('error', () => {});
    peer.on('authentication', (auth) => decide(auth, peer as Connection & Raw));
    ends.push(() => peer.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const context = (): TransportContext => ({
  env: {},
  home,
  askHostKey: async () => true,
  askSecret: (question, signal) =>
    new Promise((resolve) => {
      const asked = { question, answer: (_: string[] | null) => {}, closed: false };
      questions.push(asked);
      const close = () => {
        asked.closed = true;
        resolve(null);
      };
      asked.answer = (given) => {
        signal.removeEventListener('abort', close);
        resolve(given);
      };
      signal.addEventListener('abort', close);
    }),
  log: () => {},
});

async function logInAt(port: number, values: Record<string, string[]> = {}, signal = never): Promise<SshSession> {
  const settings = { values: new Map(Object.entries(values)), unknown: [] };
  const target = resolveTarget({ host: '127.0.0.1', port, user: 'me' }, {}, settings, context());
  const session = await logInTo(target, context(), signal);
  ends.push(session.close);
  return session;
}
const failureAt = (port: number, values?: Record<string, string[]>): Promise<TransportError> =>
  logInAt(port, values).then(
    () => Promise.reject(new Error('it let in')),
    (error: TransportError) => error,
  );
const asked = (count: number) => vi.waitFor(() => expect(questions).toHaveLength(count), patient);
/** A refusal of what nobody has asked for. */
const refuse = ({ _protocol: protocol }: Raw, methods: string[]) => {
  protocol._authsQueue.push('none');
  protocol.authFailure(methods);
};
/** A packet as the test makes it. */
const send = ({ _protocol: { _packetRW, _cipher } }: Raw, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  const packet = _packetRW.write.alloc(body.length);
  packet.set(body, _packetRW.write.allocStart);
  _cipher.encrypt(_packetRW.write.finalize(packet));
};
const byte = (value: number) => Buffer.from([value]);
const uint32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const string = (data: Buffer | string) => Buffer.concat([uint32(data.length), Buffer.from(data)]);
/** As OpenSSH's server does after each login: a global request that wants no answer. */
const tellHostKeys = (peer: Raw, key: Buffer) =>
  send(peer, byte(80), string('hostkeys-00@openssh.com'), byte(0), string(key));
const interactive = (peer: Raw, prompts: string[], text = '') =>
  peer._protocol.authInfoReq(
    text,
    text,
    prompts.map((prompt) => ({ prompt, echo: false })),
  );

it('asks no more once the person has said no', async () => {
  const port = await serve((auth, peer) => {
    if (auth.method === 'keyboard-interactive') interactive(peer, ['Again: ']);
    else auth.reject(['keyboard-interactive']);
  });
  const failure = failureAt(port);
  await asked(1);
  questions[0]?.answer(null);
  expect(await failure).toMatchObject({ code: 'LOGIN_CANCELLED' });
  expect(questions).toHaveLength(1);
});

it.each([
  ['a second question before the first is answered', (peer: Raw) => [1, 2].map(() => interactive(peer, ['Code: '])), 1],
  ['65 prompts', (peer: Raw) => interactive(peer, Array(65).fill('x')), 0],
])('gives up on %s, and closes what is open', async (_, ask, open) => {
  const port = await serve((auth, peer) => {
    if (auth.method === 'keyboard-interactive') ask(peer);
    else auth.reject(['keyboard-interactive']);
  });
  expect(await failureAt(port)).toMatchObject({ code: 'LOGIN_QUESTIONS' });
  expect(questions).toHaveLength(open);
  expect(questions.every(({ closed }) => closed)).toBe(true);
});

it('does not go on answering for ever', async () => {
  const port = await serve((auth) => {
    if (auth.method !== 'keyboard-interactive') return auth.reject(['keyboard-interactive']);
    const again = () => auth.prompt('Once more: ', again);
    again();
  });
  const answering = setInterval(() => {
    for (const { answer } of questions) answer(['yes']);
  }, 5);
  ends.push(() => clearInterval(answering));
  expect(await failureAt(port)).toMatchObject({ code: 'LOGIN_QUESTIONS', detail: { reason: 'more than 20 times' } });
  expect(questions).toHaveLength(20);
});

it('sends an answer for each prompt, however many a window gives', async () => {
  let given: string[] = [];
  const port = await serve((auth) => {
    if (auth.method !== 'keyboard-interactive') return auth.reject(['keyboard-interactive']);
    auth.prompt([{ prompt: 'One: ' }, { prompt: 'Two: ' }], (answers) => {
      given = answers;
      auth.accept();
    });
  });
  const session = logInAt(port);
  await asked(1);
  questions[0]?.answer(['1', '2', '3']);
  await session;
  expect(given).toEqual(['1', '2']);
});

it('is not asked for anything by a server that has let in already', async () => {
  let peer: Raw | undefined;
  const port = await serve((auth, at) => {
    peer = at;
    auth.accept();
  });
  const { client } = await logInAt(port);
  for (let times = 0; peer && times < 100; times++) refuse(peer, ['password', 'keyboard-interactive']);
  // What comes after those has been read after them.
  await new Promise((resolve) => client.exec('true', resolve));
  expect(questions).toEqual([]);
});

it('refusals that nobody asked for open one question at a time', async () => {
  const port = await serve((auth, peer) => {
    if (auth.method !== 'none') return auth.accept();
    for (let times = 0; times < 50; times++) refuse(peer, ['password']);
    auth.reject(['password']);
  });
  const session = logInAt(port);
  await asked(1);
  questions[0]?.answer(['right']);
  await session;
  expect(questions).toHaveLength(1);
});

it('what is typed while a server says goodbye is good for the next connection', async () => {
  let connections = 0;
  const port = await serve((auth, peer) => {
    if (auth.method === 'password') return auth.password === 'late' ? auth.accept() : auth.reject(['password']);
    auth.reject(['password']);
    connections += 1;
    if (connections > 1) return;
    const wait = setInterval(() => {
      if (questions.length === 0) return;
      clearInterval(wait);
      peer._protocol.disconnect(2);
      setTimeout(() => questions[0]?.answer(['late']), 50);
    }, 5);
  });
  await logInAt(port, { userknownhostsfile: [join(home, 'known')] });
  // One for the key of the host, and the two.
  expect([connections, questions.length]).toEqual([2, 1]);
  expect(readFileSync(join(home, 'known'), 'utf8').trim().split('\n')).toHaveLength(1);
});

it('a passphrase that is typed after the server has gone breaks nothing', async () => {
  const path = makeKey(home, 'locked', 'ed25519', 'words');
  let connections = 0;
  const port = await serve((auth, peer) => {
    if (auth.method !== 'publickey') {
      connections += 1;
      return auth.reject(['publickey']);
    }
    auth.accept();
    if (auth.signature || connections > 1) return;
    const wait = setInterval(() => {
      if (questions.length === 0) return;
      clearInterval(wait);
      peer.end();
      peer.once('close', () => questions[0]?.answer(['words']));
    }, 5);
  });
  await logInAt(port, { identityfile: [path] });
  expect([connections, questions.length]).toEqual([2, 1]);
});

it('a question that cannot be asked ends the login', async () => {
  const port = await serve((auth) => auth.reject(['password']));
  const settings = { values: new Map(), unknown: [] };
  const target = resolveTarget({ host: '127.0.0.1', port, user: 'me' }, {}, settings, context());
  const askSecret = async () => {
    throw new Error('the window is gone');
  };
  await expect(logInTo(target, { ...context(), askSecret }, never)).rejects.toThrow('the window is gone');
});

it('is brief about what a server says at length', async () => {
  const port = await serve((auth, peer) => {
    if (auth.method === 'none') return auth.reject([`password,${'x'.repeat(9_000)}` as 'password']);
    peer.end();
  });
  const failure = failureAt(port, { preferredauthentications: ['publickey'] });
  const { message, detail } = await failure;
  expect(message.length).toBeLessThan(1_000);
  expect(detail.accepts?.length).toBeLessThan(400);
});

it.each([
  ['before it says anything', {}, async (hang: () => void) => listenRaw((socket) => socket.once('data', hang))],
  [
    'after its version',
    {},
    async (hang: () => void) =>
      listenRaw((socket) => {
        socket.write('SSH-2.0-hangs\r\n');
        socket.once('data', hang);
      }),
  ],
  ['on the first request', {}, (hang: () => void) => serve(hang)],
  [
    'on a password',
    {},
    (hang: () => void) => serve((auth) => (auth.method === 'password' ? hang() : auth.reject(['password']))),
  ],
  [
    'on answers',
    {},
    (hang: () => void) =>
      serve((auth) =>
        auth.method === 'keyboard-interactive' ? auth.prompt('Code: ', hang) : auth.reject(['keyboard-interactive']),
      ),
  ],
  [
    'on a key',
    { identityfile: ['KEY'] },
    (hang: () => void) => serve((auth) => (auth.method === 'publickey' ? hang() : auth.reject(['publickey']))),
  ],
  [
    'on a signature',
    { identityfile: ['KEY'] },
    (hang: () => void) =>
      serve((auth) => {
        if (auth.method !== 'publickey') auth.reject(['publickey']);
        else if (auth.signature) hang();
        else auth.accept();
      }),
  ],
] as [string, Record<string, string[]>, (hang: () => void) => Promise<number>][])(
  'a server that hangs %s is let go of when the login is given up',
  async (_, values, start) => {
    const stop = new AbortController();
    const port = await start(() => setImmediate(() => stop.abort()));
    const key = values.identityfile && makeKey(home, 'hangs', 'ed25519');
    const login = logInAt(port, key === undefined ? {} : { identityfile: [key] }, stop.signal);
    const answering = setInterval(() => questions.at(-1)?.answer(['x']), 5);
    ends.push(() => clearInterval(answering));
    await expect(login).rejects.toMatchObject({ code: 'CANCELLED' });
    if (key !== undefined) for (const file of [key, `${key}.pub`]) rmSync(file);
    await vi.waitFor(() => expect(connected.size).toBe(0), patient);
  },
);

async function listenRaw(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    const there = connected.add(socket);
    socket.on('close', () => there.delete(socket));
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

it('keeps nothing of the host keys that a server tells of', async () => {
  let peer: Raw | undefined;
  const port = await serve((auth, at) => {
    peer = at;
    auth.accept();
  });
  const { client } = await logInAt(port);
  const { _callbacks: waiting } = client as typeof client & { _callbacks: unknown[] };
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error || peer === undefined) throw new Error('no key');
  peer._protocol.requestFailure = () => {};
  for (let times = 0; times < 100; times++) tellHostKeys(peer, key.getPublicSSH());
  await new Promise((resolve) => client.exec('true', resolve));
  expect(waiting).toHaveLength(0);
});

it.each([0, 1])('does not write for ever to a server that takes %s bytes at once', async (most) => {
  const port = await serve((auth, peer) => {
    const { channelOpenConfirm } = peer._protocol;
    peer._protocol.channelOpenConfirm = function (remote, local, window) {
      channelOpenConfirm.call(this, remote, local, window, most);
    };
    peer.on('session', (accept) => accept().on('exec', (run) => void run()));
    auth.accept();
  });
  const link = new SshLink(await logInAt(port), 'h', 20_000);
  const run = { command: 'cat', tried: [], onWorks: () => {}, onFails: () => {} };
  await expect(link.runHelper(run, never)).rejects.toMatchObject({ code: 'HANDSHAKE_FAILED' });
});

it('what comes after the end of a channel ends nothing else', async () => {
  const port = await serve((auth, peer) => {
    // Before anybody has the channel, and once it is there.
    const end = () => {
      send(peer, byte(96), uint32(0));
      send(peer, byte(95), uint32(0), uint32(1), string('on standard error'));
      send(peer, byte(94), uint32(0), string('on standard output'));
    };
    peer.on('session', (accept) => {
      const session = accept();
      session.on('exec', (run) => {
        end();
        run();
        end();
      });
    });
    auth.accept();
  });
  const session = await logInAt(port);
  const link = new SshLink(session, 'h', 20_000);
  const run = { command: 'cat', tried: [], onWorks: () => {}, onFails: () => {} };
  const stream = await link.runHelper(run, never);
  stream.on('error', () => {});
  await vi.waitFor(() => expect(connected.size).toBe(1), patient);
  expect(link.alive).toBe(true);
});

it('lets go of a server that asks for answers and reads none', async () => {
  const port = await serve((auth) => auth.reject(['password']));
  const settings = { values: new Map(), unknown: [] };
  const target = resolveTarget({ host: '127.0.0.1', port, user: 'me' }, {}, settings, context());
  const reach: Reach = async (...given) =>
    Object.defineProperty(await reachDirectly(...given), 'writableLength', { value: 64 * 1024 * 1024 });
  const login = logIn(target, context(), never, reach, new LoginMemory());
  await expect(login).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});
