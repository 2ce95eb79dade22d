import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { SecretQuestion, TransportContext, TransportError } from '../transport.ts';
import { logInTo } from './jump.ts';
import type { SshSession } from './login.ts';
import { resolveTarget } from './target.ts';
import { newHostKey } from './test-sshd.ts';

const never = new AbortController().signal;
const patient = { timeout: 20_000 };
let home = '';
let hostKey = '';
let asked: SecretQuestion[];
let keysAsked: string[];
let ends: (() => void)[];

beforeAll(() => {
  hostKey = newHostKey().private;
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'jump-'));
  mkdirSync(join(home, '.ssh'));
  [asked, keysAsked, ends] = [[], [], []];
});
afterEach(() => {
  for (const end of ends) end();
  rmSync(home, { recursive: true });
});

/** An SSH server that passes on to wherever it is asked to, and counts who is there. */
async function serve(decide: (auth: AuthContext) => void, onPeer: (peer: Connection) => void = () => {}) {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
    onPeer(peer);
    peer.on('error', () => {});
    peer.on('authentication', decide);
    peer.on('tcpip', (accept, refuse, { destIP, destPort }) => {
      const far = connect(destPort, destIP);
      far.once('error', () => refuse());
      far.once('connect', () => {
        const near = accept();
        near.on('error', () => {});
        far.on('error', () => {});
        near.pipe(far).pipe(near);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const open = () =>
    new Promise<number>((resolve, reject) => {
      // @ts-expect-error: ssh2's server has it from its net.Server.
      server._srv.getConnections((error: Error | null, count: number) => (error ? reject(error) : resolve(count)));
    });
  return { port: (server.address() as AddressInfo).port, open };
}

const context = (): TransportContext => ({
  env: { PATH: process.env.PATH },
  home,
  askHostKey: async ({ port }) => keysAsked.push(`${port}`) > 0,
  askSecret: async (question) => {
    asked.push(question);
    return ['right'];
  },
  log: () => {},
});

/** Logs in at one server by way of another; `remembers` is where host keys are kept. */
async function logInThrough(hop: number, port: number, remembers: string, signal = never): Promise<SshSession> {
  const file = `UserKnownHostsFile ${remembers}`;
  writeFileSync(join(home, '.ssh', 'config'), `Host gate\n  HostName 127.0.0.1\n  Port ${hop}\n  User me\n  ${file}\n`);
  const values = new Map([
    ['proxyjump', ['gate']],
    ['userknownhostsfile', [remembers]],
  ]);
  const target = resolveTarget({ host: '127.0.0.1', port, user: 'me' }, {}, { values, unknown: [] }, context());
  const session = await logInTo(target, context(), signal);
  ends.push(session.close);
  return session;
}

it.each(['none', 'known'])('asks once for each machine, where keys are kept in: %s', async (file) => {
  const decide = (auth: AuthContext) =>
    auth.method === 'password' && auth.password === 'right' ? auth.accept() : auth.reject(['password']);
  const [hop, far] = [await serve(decide), await serve(decide)];
  await logInThrough(hop.port, far.port, file === 'none' ? file : join(home, file));
  expect(keysAsked).toEqual([`${hop.port}`, `${far.port}`]);
  expect(asked).toMatchObject([{ port: hop.port }, { port: far.port }]);
});

it('lets go of a machine on the way that does not want to, when the login behind it fails', async () => {
  const hop = await serve(
    (auth) => auth.accept(),
    (peer) => {
      // @ts-expect-error: a server that never closes a channel.
      peer._protocol.channelClose = peer._protocol.channelEOF = () => {};
    },
  );
  const far = await serve((auth) => auth.reject(['publickey']));
  await expect(logInThrough(hop.port, far.port, 'none')).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  await vi.waitFor(async () => expect([await hop.open(), await far.open()]).toEqual([0, 0]), patient);
});

it('lets go of all machines when it is closed, or given up', async () => {
  const [hop, far] = [await serve((auth) => auth.accept()), await serve((auth) => auth.accept())];
  const session = await logInThrough(hop.port, far.port, 'none');
  expect([await hop.open(), await far.open()]).toEqual([1, 1]);
  session.close();
  await vi.waitFor(async () => expect([await hop.open(), await far.open()]).toEqual([0, 0]), patient);

  const stop = new AbortController();
  const silent = createServer(() => stop.abort());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  ends.push(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  await expect(logInThrough(hop.port, port, 'none', stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  await vi.waitFor(async () => expect(await hop.open()).toBe(0), patient);
});

it('tells of a machine that does not pass on, and of one that goes', async () => {
  const hop = await serve((auth) => auth.accept());
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  await expect(logInThrough(hop.port, port, 'none')).rejects.toMatchObject({ code: 'JUMP_REFUSED' });

  let peer: Connection | undefined;
  const leaving = await serve(
    (auth) => auth.accept(),
    (at) => {
      peer = at;
    },
  );
  const far = await serve((auth) => (auth.method === 'none' ? peer?.end() : auth.reject()));
  const failure = await logInThrough(leaving.port, far.port, 'none').catch((error: TransportError) => error);
  expect(failure).toMatchObject({ code: 'CONNECTION_LOST' });
  await vi.waitFor(async () => expect([await leaving.open(), await far.open()]).toEqual([0, 0]), patient);
});

it('a way that goes round in circles ends', async () => {
  const [hop, far] = [await serve((auth) => auth.accept()), await serve((auth) => auth.accept())];
  const through = logInThrough(hop.port, far.port, 'none');
  // Read only once the first machine is gone to.
  writeFileSync(join(home, '.ssh', 'config'), `Host gate\n  ProxyJump other\nHost other\n  ProxyJump gate\n`);
  await expect(through).rejects.toMatchObject({ code: 'SSH_CONFIG_FAILED' });
});
