import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import { openTransport } from '../open-transport.ts';
import type { HostKeyQuestion, SecretQuestion, Transport, TransportContext, TransportError } from '../transport.ts';
import { makeKey, publicKey, sshdProblem, startSshd, type TestSshd } from './test-sshd.ts';

/** Stands in for the well-known paths, where a real daemon may be listening. */
const remote = vi.hoisted(() => ({ sockets: [] as string[] }));
vi.mock('../socket-names.ts', async (original) => ({
  ...(await original<typeof import('../socket-names.ts')>()),
  remoteSockets: () => remote.sockets,
}));

const problem = sshdProblem();
if (problem !== undefined) console.info(`ssh.test.ts is skipped: ${problem}.`);

const never = new AbortController().signal;
const PACKET = Buffer.from([0, 0, 0, 28, 1, 2, 3, 4]);

describe.skipIf(problem !== undefined)('sshTransport', () => {
  let sshd: TestSshd;
  let daemon: { path: string; server: Server; peers: Set<Socket> };
  let home = '';
  let knownHosts = '';
  let asked: HostKeyQuestion[] = [];
  let logged: string[] = [];
  /** What is asked for, and what is answered then. */
  let wanted: SecretQuestion[] = [];
  let secrets: string[][] = [];
  let transports: Transport[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    daemon = await startEcho(join(sshd.dir, 'daemon'));
  });
  afterAll(async () => {
    daemon?.server.close();
    await sshd?.stop();
  });

  beforeEach(() => {
    home = mkdtempSync(join(sshd.dir, 'home-'));
    mkdirSync(join(home, '.ssh'));
    knownHosts = join(home, '.ssh', 'known_hosts');
    remote.sockets = [];
    [asked, logged, transports, wanted, secrets] = [[], [], [], [], []];
    sshd.setHelper(undefined);
  });
  afterEach(() => {
    for (const transport of transports) transport.close();
  });

  const placeKey = () => copyFileSync(sshd.userKey, join(home, '.ssh', 'id_ed25519'));
  const lock = (name: string, passphrase: string) => {
    const path = join(home, '.ssh', name);
    copyFileSync(sshd.userKey, path);
    chmodSync(path, 0o600);
    execFileSync('ssh-keygen', ['-p', '-q', '-N', passphrase, '-f', path], { stdio: 'pipe' });
    return path;
  };
  const know = (key: string, port = sshd.port) => writeFileSync(knownHosts, `[127.0.0.1]:${port} ${key}\n`);
  const ready = () => {
    placeKey();
    know(sshd.hostKeys.ed25519);
  };

  function open(uri: string, context: Partial<TransportContext> = {}): Transport {
    const transport = openTransport(parseLibvirtUri(uri), {
      env: { PATH: process.env.PATH },
      home,
      askHostKey: async (question) => {
        asked.push(question);
        return true;
      },
      askSecret: async (question) => {
        wanted.push(question);
        return secrets.shift() ?? null;
      },
      log: (line) => logged.push(line),
      ...context,
    });
    transports.push(transport);
    return transport;
  }
  const uriOf = (params = `socket=${daemon.path}`, port = sshd.port, path = '/system') =>
    `qemu+ssh://127.0.0.1:${port}${path}?${params}`;
  const failureOf = async (transport: Transport): Promise<TransportError> => {
    const stream = await transport.dial(never).catch((error: TransportError) => error);
    if (stream instanceof Error) return stream;
    stream.destroy();
    throw new Error('the dial succeeded');
  };

  it('tells its steps, and after a question about the key those of the connection that is made anew', async () => {
    placeKey();
    const steps: string[] = [];
    await open(uriOf(), { onStep: (step, host) => steps.push(`${step} ${host}`) }).dial(never);
    const connected = ['connect', 'host-key'];
    const all = ['configure', ...connected, ...connected, 'authenticate', 'socket'];
    expect(steps).toEqual(all.map((step) => `${step} 127.0.0.1`));
  });

  describe('host keys', () => {
    it('asks about an unknown one, and remembers a yes for the next time', async () => {
      placeKey();
      expect(await echo(await open(uriOf()).dial(never), 'hello')).toBe('hello');
      expect(asked).toEqual([
        {
          host: '127.0.0.1',
          port: sshd.port,
          keyType: 'ssh-ed25519',
          fingerprint: fingerprintOf(join(sshd.dir, 'host-ed25519')),
          knownHostsFile: knownHosts,
        },
      ]);
      expect(readFileSync(knownHosts, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKeys.ed25519}\n`);
      await open(uriOf()).dial(never);
      expect(asked).toHaveLength(1);
    });

    it.each([
      ['no', async () => false],
      ['something that is not yes', async () => 'false' as unknown as boolean],
    ])('takes %s for a no, and remembers nothing', async (_, askHostKey) => {
      placeKey();
      expect(await failureOf(open(uriOf(), { askHostKey }))).toMatchObject({ code: 'HOST_KEY_DECLINED' });
      expect(existsSync(knownHosts)).toBe(false);
    });

    it('does not connect when asking fails', async () => {
      placeKey();
      const askHostKey = async () => {
        throw new Error('the window is gone');
      };
      await expect(open(uriOf(), { askHostKey }).dial(never)).rejects.toThrow('the window is gone');
      expect(existsSync(knownHosts)).toBe(false);
    });

    it('refuses a changed one without asking, and says where the other is', async () => {
      placeKey();
      know(publicKey(sshd.userKey));
      const text = readFileSync(knownHosts, 'utf8');
      expect(await failureOf(open(uriOf()))).toMatchObject({
        code: 'HOST_KEY_CHANGED',
        detail: { knownFile: knownHosts, knownLine: '1', fingerprint: fingerprintOf(join(sshd.dir, 'host-ed25519')) },
      });
      expect(asked).toEqual([]);
      expect(readFileSync(knownHosts, 'utf8')).toBe(text);
    });

    it('refuses a revoked one', async () => {
      ready();
      writeFileSync(knownHosts, `@revoked * ${sshd.hostKeys.ed25519}\n`, { flag: 'a' });
      expect(await failureOf(open(uriOf()))).toMatchObject({ code: 'HOST_KEY_REVOKED', detail: { knownLine: '2' } });
    });

    it('asks the host for the type that is known', async () => {
      placeKey();
      know(sshd.hostKeys.rsa);
      await open(uriOf()).dial(never);
      expect(asked).toEqual([]);
    });

    it('reads and writes the file that known_hosts= names', async () => {
      placeKey();
      know(publicKey(sshd.userKey));
      const other = join(home, 'other');
      await open(uriOf(`socket=${daemon.path}&known_hosts=${other}`)).dial(never);
      expect(asked).toHaveLength(1);
      expect(readFileSync(other, 'utf8')).toContain(sshd.hostKeys.ed25519);
    });

    it('stays connected, though nothing is remembered, when the file can not be written', async () => {
      placeKey();
      symlinkSync(join(home, 'no-such-directory', 'file'), knownHosts);
      await open(uriOf()).dial(never);
      expect(logged.join()).toContain('could not be remembered');
    });

    it('does not connect when the file can not be read', async () => {
      placeKey();
      mkdirSync(knownHosts);
      expect((await failureOf(open(uriOf()))).code).toBe('KNOWN_HOSTS_FAILED');
      expect(asked).toEqual([]);
    });

    it('withdraws the question when the dial is cancelled', async () => {
      placeKey();
      const controller = new AbortController();
      let withdrawn = false;
      const askHostKey = (_: HostKeyQuestion, signal: AbortSignal) =>
        new Promise<boolean>(() => {
          signal.addEventListener('abort', () => {
            withdrawn = true;
          });
          controller.abort();
        });
      await expect(open(uriOf(), { askHostKey }).dial(controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(withdrawn).toBe(true);
    });

    it('gives the person longer than it gives the host', async () => {
      placeKey();
      const started = performance.now();
      await echo(await open(uriOf(), { askHostKey: async () => true }).dial(never), 'first');
      const connectTimeoutMs = Math.max(500, 10 * (performance.now() - started)); // as slow as this machine is now
      const askHostKey = () => new Promise<boolean>((resolve) => setTimeout(resolve, connectTimeoutMs + 200, true));
      expect(await echo(await open(uriOf(), { askHostKey, connectTimeoutMs }).dial(never), 'late')).toBe('late');
    });
  });

  describe('logging in', () => {
    it('says what was tried when nothing is accepted', async () => {
      know(sshd.hostKeys.ed25519);
      const wrong = makeKey(join(home, '.ssh'), 'id_ed25519', 'ed25519');
      const locked = makeKey(join(home, '.ssh'), 'id_ecdsa', 'ecdsa', 'secret');
      const error = await failureOf(open(uriOf()));
      expect(error).toMatchObject({
        code: 'AUTH_FAILED',
        detail: { tried: `${locked}, ${wrong}`, skipped: '', accepts: 'publickey' },
      });
      expect(wanted).toEqual([]);
      expect(error.message).not.toContain('secret');
    });

    it('uses the key file that is named', async () => {
      know(sshd.hostKeys.ed25519);
      makeKey(join(home, '.ssh'), 'id_ed25519', 'ed25519');
      await open(uriOf(`socket=${daemon.path}&keyfile=${sshd.userKey}`)).dial(never);
    });

    it('tells a named key file that is missing, damaged or locked', async () => {
      know(sshd.hostKeys.ed25519);
      const damaged = join(home, 'damaged');
      writeFileSync(damaged, readFileSync(sshd.userKey, 'utf8').slice(0, 120));
      const locked = makeKey(home, 'locked', 'ed25519', 'secret');
      const codeOf = async (keyfile: string) => (await failureOf(open(uriOf(`keyfile=${keyfile}`)))).code;
      expect(await codeOf(join(home, 'missing'))).toBe('KEY_UNREADABLE');
      expect(await codeOf(damaged)).toBe('KEY_UNREADABLE');
      expect(await codeOf(locked)).toBe('AUTH_FAILED');
    });

    it('asks for the passphrase of a key once the server takes it, and again while it is wrong', async () => {
      know(sshd.hostKeys.ed25519);
      const locked = lock('id_ed25519', 'correct horse');
      secrets = [['wrong'], ['correct horse']];
      expect(await echo(await open(uriOf()).dial(never), 'in')).toBe('in');
      expect(wanted).toEqual([
        { kind: 'passphrase', host: '127.0.0.1', keyFile: locked, retry: false },
        { kind: 'passphrase', host: '127.0.0.1', keyFile: locked, retry: true },
      ]);
      wanted = [];
      expect(await failureOf(open(uriOf()))).toMatchObject({ code: 'LOGIN_CANCELLED' });
      expect(wanted).toHaveLength(1);
      secrets = [['a'], ['b'], ['c']];
      const error = await failureOf(open(uriOf()));
      expect(error).toMatchObject({ code: 'AUTH_FAILED' });
      expect(error.detail.tried).toContain(`no passphrase opened ${locked}`);
    });

    it.each([
      ['rsa', 'PEM'],
      ['rsa', 'RFC4716'],
      ['ecdsa', 'RFC4716'],
      ['ed25519', 'RFC4716'],
    ])('takes a %s key in the format %s, with and without passphrase', async (type, format) => {
      know(sshd.hostKeys.ed25519);
      const path = makeKey(home, `${type}-${format}`, type);
      const authorized = readFileSync(`${sshd.userKey}.pub`, 'utf8');
      writeFileSync(`${sshd.userKey}.pub`, readFileSync(`${path}.pub`));
      try {
        await open(uriOf(`socket=${daemon.path}&keyfile=${path}`)).dial(never);
        const change = ['-p', '-q', '-m', format, '-N', 'secret words', '-f', path];
        execFileSync('ssh-keygen', change, { stdio: 'pipe' });
        for (const halves of ['both', 'the private half alone']) {
          secrets = [['secret words']];
          if (halves !== 'both') rmSync(`${path}.pub`);
          expect(await echo(await open(uriOf(`socket=${daemon.path}&keyfile=${path}`)).dial(never), 'in')).toBe('in');
        }
      } finally {
        writeFileSync(`${sshd.userKey}.pub`, authorized);
      }
    });

    it('uses the agent, also for a named key that is locked, and survives one that is gone', async () => {
      know(sshd.hostKeys.ed25519);
      const path = join(home, 'agent');
      const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: 'ignore' });
      try {
        await vi.waitFor(() => expect(existsSync(path)).toBe(true), 30_000);
        const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: path };
        const locked = lock('locked', 'secret');
        expect((await failureOf(open(uriOf(), { env }))).detail.skipped).toContain('holds no keys');
        execFileSync('ssh-add', ['-q', sshd.userKey], { env: { ...process.env, ...env }, stdio: 'pipe' });
        await open(uriOf(), { env }).dial(never);
        await open(uriOf(`socket=${daemon.path}&keyfile=${locked}`), { env }).dial(never);
      } finally {
        agent.kill();
      }
      placeKey();
      await open(uriOf(), { env: { PATH: process.env.PATH, SSH_AUTH_SOCK: join(home, 'no-agent') } }).dial(never);
    });
  });

  describe('machines on the way', () => {
    const configure = (text: string) => writeFileSync(join(home, '.ssh', 'config'), text);
    const hops = () => `Host gate second far\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  HostKeyAlias lab\n`;
    beforeEach(() => {
      placeKey();
      writeFileSync(knownHosts, `lab ${sshd.hostKeys.ed25519}\n`);
    });
    const far = (params = `socket=${daemon.path}`) => `qemu+ssh://far/system?${params}`;

    it('are gone through, two of them, each with its own login', async () => {
      configure(`Host far\n  ProxyJump gate,second\n${hops()}`);
      const before = sshd.connections();
      const transport = open(far());
      const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
      for (const stream of streams) expect(await echo(stream, 'there')).toBe('there');
      expect(asked).toEqual([]);
      expect(sshd.connections() - before).toBe(3);
    });

    it('have machines on their own way', async () => {
      configure(`Host far\n  ProxyJump second\nHost second\n  ProxyJump gate\n${hops()}`);
      expect(await echo(await open(far()).dial(never), 'there')).toBe('there');
    });

    it('break all streams when they go, and are found again', async () => {
      configure(`Host far\n  ProxyJump gate\n${hops()}`);
      const transport = open(far());
      const stream = await transport.dial(never);
      const end = Promise.all([once(stream, 'error'), once(stream, 'close')]);
      sshd.cut();
      expect((await end)[0]?.[0]).toMatchObject({ code: 'CONNECTION_LOST' });
      expect(await echo(await transport.dial(never), 'again')).toBe('again');
    });

    it('are left when the transport is closed', async () => {
      configure(`Host far\n  ProxyJump gate\n${hops()}`);
      const transport = open(far());
      const stream = await transport.dial(never);
      expect(sshd.open()).toBe(2);
      transport.close();
      await once(stream, 'close');
      await vi.waitFor(() => expect(sshd.open()).toBe(0), 30_000);
    });

    it('tell what is not reached from there, and which of them lets nobody in', async () => {
      const closed = await listen(() => undefined);
      const { port } = closed.server.address() as AddressInfo;
      await new Promise((done) => closed.server.close(done));
      configure(`Host gone\n  HostName 127.0.0.1\n  Port ${port}\n  ProxyJump gate\n${hops()}`);
      expect(await failureOf(open('qemu+ssh://gone/system'))).toMatchObject({
        code: 'JUMP_REFUSED',
        detail: { host: '127.0.0.1', jump: '127.0.0.1' },
      });
      configure(`Host far\n  ProxyJump gate\nHost gate\n  IdentityFile none\n  IdentityAgent none\n${hops()}`);
      expect(await failureOf(open(far()))).toMatchObject({ code: 'AUTH_FAILED' });
      configure(`Host far\n  ProxyJump second\nHost second\n  ProxyJump far\n${hops()}`);
      expect(await failureOf(open(far()))).toMatchObject({ code: 'SSH_CONFIG_FAILED' });
    });
  });

  it.each([
    [30_000, 'lets in', null],
    [100_000, 'is told of as what it is, and not as a refused key', 'LOGIN_UNREADABLE'],
  ])('a banner of %i characters %s', async (length, _, code) => {
    const talkative = await startSshd(`${'=\u202e'.repeat(length / 4)}\n`);
    try {
      copyFileSync(talkative.userKey, join(home, '.ssh', 'id_ed25519'));
      const transport = open(uriOf(`socket=${daemon.path}`, talkative.port));
      const end = await transport.dial(never).then(
        (stream) => {
          stream.destroy();
          return null;
        },
        (error: TransportError) => error.code,
      );
      expect(end).toBe(code);
    } finally {
      await talkative.stop();
    }
  });

  describe('streams', () => {
    it('share one connection, made once for dials that come together', async () => {
      ready();
      const before = sshd.connections();
      const transport = open(uriOf());
      const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
      streams.push(await transport.dial(never));
      for (const [index, stream] of streams.entries()) expect(await echo(stream, `${index}`)).toBe(`${index}`);
      expect(sshd.connections() - before).toBe(1);
      expect(transport.describe()).toBe(`SSH to 127.0.0.1:${sshd.port}, ${daemon.path}`);
    });

    it('half-close, and close when the far side does', async () => {
      ready();
      const stream = await open(uriOf()).dial(never);
      const got: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => got.push(chunk));
      stream.end('last words');
      await once(stream, 'close');
      expect(Buffer.concat(got).toString()).toBe('last words');
    });

    it('carry megabytes, across renewals of the session keys', async () => {
      ready();
      const stream = await open(uriOf()).dial(never);
      const sent = Buffer.alloc(6 * 1024 * 1024, 'snapshot');
      stream.end(sent);
      const got: Buffer[] = [];
      for await (const chunk of stream) got.push(chunk as Buffer);
      expect(Buffer.concat(got).equals(sent)).toBe(true);
    });

    it('reach the far side when destroyed', async () => {
      ready();
      const stream = await open(uriOf()).dial(never);
      await echo(stream, 'there');
      expect(daemon.peers.size).toBeGreaterThan(0);
      const others = daemon.peers.size - 1;
      stream.destroy();
      await vi.waitFor(() => expect(daemon.peers.size).toBe(others), 30_000);
    });

    it('all break when the host dies, and the next dial connects again', async () => {
      ready();
      const transport = open(uriOf());
      const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
      const ends = streams.map((stream) => Promise.all([once(stream, 'error'), once(stream, 'close')]));
      sshd.cut();
      for (const [errors] of await Promise.all(ends)) expect(errors?.[0]).toMatchObject({ code: 'CONNECTION_LOST' });
      expect(await echo(await transport.dial(never), 'again')).toBe('again');
    });

    it('close quietly with the transport, which then dials no more', async () => {
      ready();
      const transport = open(uriOf());
      const stream = await transport.dial(never);
      const seen: unknown[] = [];
      stream.on('error', (error) => seen.push(error));
      transport.close();
      await once(stream, 'close');
      expect(seen).toEqual([]);
      await expect(transport.dial(never)).rejects.toMatchObject({ code: 'CANCELLED' });
    });
  });

  describe('ways', () => {
    it('take the next socket when one is missing, and remember it', async () => {
      ready();
      remote.sockets = [join(home, 'missing'), daemon.path];
      const transport = open(uriOf(''));
      expect(await echo(await transport.dial(never), 'found')).toBe('found');
      expect(transport.describe()).toContain(daemon.path);
    });

    it('end in an error that lists the sockets when there is no other', async () => {
      ready();
      remote.sockets = [join(home, 'a'), join(home, 'b')];
      const stream = await open(uriOf('proxy=netcat&netcat=cat')).dial(never);
      expect((await once(stream, 'error'))[0]).toMatchObject({
        code: 'REMOTE_SOCKET_MISSING',
        detail: { tried: remote.sockets.join(', ') },
      });
    });

    it('fall to the helper when sockets are missing', async () => {
      ready();
      remote.sockets = [join(home, 'missing')];
      sshd.setHelper('[ "$1 $2" = "-- qemu:///system" ] && exec cat');
      const transport = open(uriOf(''));
      expect(await echo(await transport.dial(never), PACKET)).toBe(PACKET.toString());
      expect(transport.describe()).toContain('virt-ssh-helper');
    });

    it('fall to netcat when sshd forwards no sockets and there is no helper', async () => {
      placeKey();
      know(sshd.hostKeys.ed25519, sshd.execOnlyPort);
      const nc = join(home, 'nc');
      const relay = `const s = require('net').connect(process.argv.at(-1)); process.stdin.pipe(s).pipe(process.stdout)`;
      writeFileSync(nc, `#!/bin/sh\nexec '${process.execPath}' -e "${relay}" -- "$@"\n`, { mode: 0o755 });
      const transport = open(uriOf(`socket=${daemon.path}&netcat=${nc}`, sshd.execOnlyPort));
      expect(await echo(await transport.dial(never), PACKET)).toBe(PACKET.toString());
    });

    it.each(['direct', 'legacy'])(
      'leave a daemon chosen by mode=%s to no helper, which might not heed it, unless told to',
      async (mode) => {
        ready();
        remote.sockets = [join(home, 'missing')];
        sshd.setHelper('exec cat');
        const stream = await open(uriOf(`mode=${mode}&netcat=cat`)).dial(never);
        expect((await once(stream, 'error'))[0]).toMatchObject({
          code: 'REMOTE_SOCKET_MISSING',
          detail: { tried: remote.sockets[0], mode },
        });
        const native = await open(uriOf(`mode=${mode}&proxy=native`)).dial(never);
        expect(await echo(native, PACKET)).toBe(PACKET.toString());
      },
    );

    it('fall to the helper when sshd forwards no sockets, and with the first byte of a session', async () => {
      placeKey();
      know(sshd.hostKeys.ed25519, sshd.execOnlyPort);
      remote.sockets = [daemon.path];
      sshd.setHelper('exec cat');
      const system = await open(uriOf('', sshd.execOnlyPort)).dial(never);
      expect(await echo(system, PACKET)).toBe(PACKET.toString());
      sshd.setHelper('[ "$1 $2" = "-- qemu:///session" ] && exec cat');
      const session = await open(uriOf('', sshd.execOnlyPort, '/session')).dial(never);
      expect(await echo(session, PACKET)).toBe(PACKET.toString());
    });

    it('tell a helper that is missing, fails, or is talked over by a shell', async () => {
      ready();
      remote.sockets = [join(home, 'missing')];
      const failure = async () => {
        const stream = await open(uriOf('')).dial(never);
        return (await once(stream, 'error'))[0];
      };
      sshd.setHelper("echo 'virt-ssh-helper: cannot connect: Failed to connect socket: Permission denied' >&2; exit 1");
      expect(await failure()).toMatchObject({ code: 'REMOTE_SOCKET_DENIED', detail: { tried: remote.sockets[0] } });
      sshd.setHelper('echo "Welcome to kvm-a!"; exec cat');
      expect(await failure()).toMatchObject({ code: 'STREAM_GARBAGE', detail: { text: 'Welcome to kvm-a!' } });
      sshd.setHelper('kill -9 $$');
      expect(await failure()).toMatchObject({ code: 'HELPER_FAILED' });
      sshd.setHelper('exit 127');
      expect(await failure()).toMatchObject({ code: 'HELPER_MISSING' });
    });

    it('hand the helper nothing a shell could run', async () => {
      ready();
      const proof = join(home, 'proof');
      sshd.setHelper('printf "\\000\\000\\000\\100%s" "$2"');
      const name = `qemu:///system';touch ${proof};'$(touch ${proof})`;
      const stream = await open(uriOf(`proxy=native&name=${encodeURIComponent(name)}`)).dial(never);
      const [data] = await once(stream, 'data');
      expect(String(data).slice(4)).toBe(name);
      expect(existsSync(proof)).toBe(false);
    });

    it('are refused when the URI leaves none', async () => {
      expect((await failureOf(open(uriOf('proxy=netcat', sshd.port, '/session')))).code).toBe('UNSUPPORTED');
    });
  });

  describe('hosts that do not answer', () => {
    const uri = (server: Server) => `qemu+ssh://127.0.0.1:${(server.address() as AddressInfo).port}/system`;

    it('time out, or are given up when every caller does', async () => {
      const silent = await listen(() => undefined);
      expect((await failureOf(open(uri(silent.server), { connectTimeoutMs: 100 }))).code).toBe('TIMED_OUT');
      const transport = open(uri(silent.server));
      const [a, b] = [new AbortController(), new AbortController()];
      const dials = [transport.dial(a.signal), transport.dial(b.signal)];
      const results = Promise.allSettled(dials);
      await vi.waitFor(() => expect(silent.peers.size).toBe(1), 30_000);
      a.abort();
      await expect(dials[0]).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(silent.peers.size).toBe(1);
      b.abort();
      expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected']);
      await vi.waitFor(() => expect(silent.peers.size).toBe(0), 30_000);
      silent.server.close();
    });

    it('are given up when the transport is closed', async () => {
      const silent = await listen(() => undefined);
      const transport = open(uri(silent.server));
      const dialled = transport.dial(never);
      transport.close();
      await expect(dialled).rejects.toMatchObject({ code: 'CANCELLED' });
      silent.server.close();
    });

    it('are told from those that speak something else, hang up or refuse', async () => {
      const web = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      expect((await failureOf(open(uri(web.server)))).code).toBe('SSH_HUNG_UP');
      const mute = await listen((socket) => socket.end());
      expect((await failureOf(open(uri(mute.server)))).code).toBe('SSH_HUNG_UP');
      const gone = uri(mute.server);
      web.server.close();
      await new Promise((closed) => mute.server.close(closed));
      expect((await failureOf(open(gone))).code).toBe('CONNECTION_REFUSED');
    });
  });
});

function fingerprintOf(key: string): string | undefined {
  return execFileSync('ssh-keygen', ['-l', '-f', key], { encoding: 'utf8' }).split(' ')[1];
}

async function startEcho(path: string) {
  const peers = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    peers.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => peers.delete(socket));
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { path, server, peers };
}

async function listen(greet: (socket: Socket) => void) {
  const peers = new Set<Socket>();
  const server = createServer((socket) => {
    peers.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => peers.delete(socket));
    socket.resume();
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, peers };
}

async function echo(stream: Duplex, data: string | Buffer): Promise<string> {
  stream.write(data);
  const [answer] = await once(stream, 'data');
  return String(answer);
}

function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}
