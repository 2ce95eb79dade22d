import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import { openTransport } from '../open-transport.ts';
import { publicKey, sshdProblem, startSshd, type TestSshd } from '../ssh/test-sshd.ts';
import type { HostKeyQuestion, SecretQuestion, Transport, TransportContext, TransportError } from '../transport.ts';

const problem = sshdProblem();
if (problem !== undefined) console.info(`openssh-transport.test.ts is skipped: ${problem}.`);

const never = new AbortController().signal;
/** ssh may take its time to end. */
const patient = { timeout: 30_000 };

describe.skipIf(problem !== undefined)('openSshTransport', { timeout: 120_000 }, () => {
  const tmp = process.env.TMPDIR;
  let sshd: TestSshd;
  let daemon: { path: string; server: Server };
  let home = '';
  let asked: HostKeyQuestion[];
  let wanted: SecretQuestion[];
  let secrets: (string[] | null)[];
  let transports: Transport[];

  beforeAll(async () => {
    sshd = await startSshd();
    // Others that run meanwhile leave and take away folders of their own.
    process.env.TMPDIR = mkdtempSync(join(sshd.dir, 'tmp-'));
    const path = join(sshd.dir, 'daemon');
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    daemon = { path, server };
  });
  afterAll(async () => {
    if (tmp === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = tmp;
    daemon?.server.close();
    await sshd?.stop();
  });
  beforeEach(() => {
    home = mkdtempSync(join(sshd.dir, 'home-'));
    mkdirSync(join(home, '.ssh'));
    sshd.setHelper('exec cat');
    [asked, wanted, secrets, transports] = [[], [], [], []];
  });
  afterEach(async () => {
    for (const transport of transports) transport.close();
    await vi.waitFor(() => expect(sshd.open()).toBe(0), patient);
  });

  const knownHosts = () => join(home, '.ssh', 'known_hosts');
  const know = (key = sshd.hostKeys.ed25519) => writeFileSync(knownHosts(), `[127.0.0.1]:${sshd.port} ${key}\n`);
  const placeKey = (passphrase = '') => {
    const path = join(home, '.ssh', 'id_ed25519');
    copyFileSync(sshd.userKey, path);
    chmodSync(path, 0o600);
    if (passphrase !== '') execFileSync('ssh-keygen', ['-p', '-q', '-N', passphrase, '-f', path], { stdio: 'pipe' });
    return path;
  };
  const ready = () => {
    placeKey();
    know();
  };
  const configure = (text: string) => writeFileSync(join(home, '.ssh', 'config'), text, { mode: 0o600 });
  function open(uri: string, context: Partial<TransportContext> = {}): Transport {
    const transport = openTransport(parseLibvirtUri(uri), {
      sshClient: 'openssh',
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
      log: () => {},
      ...context,
    });
    transports.push(transport);
    return transport;
  }
  const uriOf = (params = '') => `qemu+ssh://127.0.0.1:${sshd.port}/system?${params}`;
  const failureOf = (transport: Transport): Promise<TransportError> =>
    transport.dial(never).then(
      () => Promise.reject(new Error('the dial succeeded')),
      (error: TransportError) => error,
    );

  it('runs the helper, on one connection for all streams', async () => {
    ready();
    const before = sshd.connections();
    const transport = open(uriOf());
    const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
    for (const [index, stream] of streams.entries()) expect(await echo(stream, packet(index))).toEqual(packet(index));
    expect(sshd.connections() - before).toBe(1);
    expect(transport.describe()).toBe(`ssh to 127.0.0.1:${sshd.port}, virt-ssh-helper`);
  });

  it('has ssh forward the socket where nothing can be run', async () => {
    ready();
    const transport = open(uriOf(`socket=${daemon.path}&netcat=no-such-program`));
    expect(await echo(await transport.dial(never), packet(1))).toEqual(packet(1));
    expect(transport.describe()).toContain(daemon.path);
    const missing = await open(uriOf(`socket=${home}/none&netcat=no-such-program`)).dial(never);
    expect((await once(missing, 'error'))[0]).toMatchObject({ code: 'REMOTE_SOCKET_MISSING' });
  });

  it('asks about an unknown host key, and remembers it where ssh does', async () => {
    placeKey();
    await open(uriOf()).dial(never);
    expect(asked).toEqual([
      {
        host: '127.0.0.1',
        port: sshd.port,
        keyType: 'ssh-ed25519',
        fingerprint: expect.stringMatching(/^SHA256:/),
        knownHostsFile: knownHosts(),
      },
    ]);
    expect(readFileSync(knownHosts(), 'utf8')).toContain(sshd.hostKeys.ed25519);
  });

  it.each(['StrictHostKeyChecking no', 'StrictHostKeyChecking accept-new', 'NoHostAuthenticationForLocalhost yes'])(
    'asks also where the configuration would trust any key: %s',
    async (line) => {
      placeKey();
      configure(`${line}\n`);
      const askHostKey = async () => false;
      expect((await failureOf(open(uriOf(), { askHostKey }))).code).toBe('HOST_KEY_DECLINED');
      expect(existsSync(knownHosts())).toBe(false);
    },
  );

  it('refuses a changed host key, and says where the other is', async () => {
    placeKey();
    know(publicKey(sshd.userKey));
    expect(await failureOf(open(uriOf()))).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      detail: { knownFile: knownHosts(), knownLine: '1', fingerprint: expect.stringMatching(/^SHA256:/) },
    });
    expect(asked).toEqual([]);
  });

  it('asks for a passphrase as ssh does, until it is right', async () => {
    know();
    const keyFile = placeKey('correct horse');
    secrets = [['wrong'], ["cor'rect $(horse)"], ['correct horse']];
    expect(await echo(await open(uriOf()).dial(never), packet(2))).toEqual(packet(2));
    const question = { kind: 'passphrase', host: '127.0.0.1', keyFile };
    expect(wanted).toEqual([
      { ...question, retry: false },
      { ...question, retry: true },
      { ...question, retry: true },
    ]);
    expect(filesHolding('correct horse')).toEqual([]);
    expect((await failureOf(open(uriOf()))).code).toBe('LOGIN_CANCELLED');
  });

  it('uses an agent, and machines on the way', async () => {
    const path = join(home, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: 'ignore' });
    try {
      await vi.waitFor(() => expect(existsSync(path)).toBe(true), patient);
      const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: path };
      execFileSync('ssh-add', ['-q', sshd.userKey], { env: { ...process.env, ...env }, stdio: 'pipe' });
      writeFileSync(knownHosts(), `lab ${sshd.hostKeys.ed25519}\n`);
      const hop = `HostName 127.0.0.1\n  Port ${sshd.port}\n  HostKeyAlias lab\n  UserKnownHostsFile ${knownHosts()}\n`;
      configure(`Host far\n  ProxyJump gate\nHost gate far\n  ${hop}`);
      // ssh gives a machine on the way its own configuration's file alone.
      const transport = open(`qemu+ssh://far/system`, { env });
      expect(await echo(await transport.dial(never), packet(3))).toEqual(packet(3));
    } finally {
      agent.kill();
    }
  });

  it('does what only OpenSSH can: a ProxyCommand', async () => {
    ready();
    const nc = `require('net').connect(process.argv[1], process.argv[2], function () { process.stdin.pipe(this).pipe(process.stdout) })`;
    writeFileSync(
      join(home, 'nc.js'),
      nc.replace('process.argv[1], process.argv[2]', 'process.argv[2], process.argv[3]'),
    );
    configure(`Host *\n  ProxyCommand ${process.execPath} ${join(home, 'nc.js')} %p %h\n`);
    expect((await failureOf(open(uriOf(), { sshClient: 'built-in' }))).code).toBe('NEEDS_OPENSSH');
    expect(await echo(await open(uriOf()).dial(never), packet(4))).toEqual(packet(4));
  });

  it('uses a ControlMaster of the person’s own, and leaves it alone', async () => {
    ready();
    const control = join(mkdtempSync(join(tmpdir(), 'cm-')), 's');
    const file = join(home, '.ssh', 'config');
    configure(`Host *\n  ControlMaster auto\n  ControlPath ${control}\n  ControlPersist yes\n`);
    const files = ['-i', sshd.userKey, '-o', `UserKnownHostsFile=${knownHosts()}`];
    const theirs = ['-F', file, ...files, '-o', 'ControlPersist=no', '-N', '-p', `${sshd.port}`, '127.0.0.1'];
    const master = spawn('ssh', theirs, { stdio: 'ignore' });
    try {
      await vi.waitFor(() => expect(existsSync(control)).toBe(true), patient);
      const before = sshd.connections();
      const transport = open(uriOf());
      expect(await echo(await transport.dial(never), packet(5))).toEqual(packet(5));
      expect(sshd.connections() - before).toBe(0);
      transport.close();
      expect(master.exitCode).toBe(null);
      expect(existsSync(control)).toBe(true);
    } finally {
      master.kill();
    }
  });

  it('breaks all streams when the host dies, and the next dial connects again', async () => {
    ready();
    const transport = open(uriOf());
    const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
    for (const stream of streams) await echo(stream, packet(7));
    const ends = streams.map((stream) => Promise.all([once(stream, 'error'), once(stream, 'close')]));
    sshd.cut();
    for (const [error] of await Promise.all(ends)) expect(error?.[0]).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await echo(await transport.dial(never), packet(8))).toEqual(packet(8));
  });

  it('closes quietly with the transport, and leaves nothing behind', async () => {
    ready();
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('snapkeel-ssh-'));
    const transport = open(uriOf());
    const stream = await transport.dial(never);
    await echo(stream, packet(9));
    const seen: unknown[] = [];
    stream.on('error', (error) => seen.push(error));
    transport.close();
    await once(stream, 'close');
    expect(seen).toEqual([]);
    await vi.waitFor(() => expect(folders()).toEqual([]), patient);
  });

  it('tells names that are not there, hosts that refuse, and keys that nobody takes', async () => {
    know();
    expect((await failureOf(open(uriOf()))).code).toBe('AUTH_FAILED');
    expect((await failureOf(open('qemu+ssh://no-such-host.invalid/system'))).code).toBe('HOST_NOT_FOUND');
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    expect((await failureOf(open(`qemu+ssh://127.0.0.1:${port}/system`))).code).toBe('CONNECTION_REFUSED');
    expect((await failureOf(open(uriOf(), { env: { PATH: '/nowhere' } }))).code).toBe('SSH_MISSING');
  });

  it('tells a helper that fails, or is talked over by a shell', async () => {
    ready();
    const failure = async () => (await once(await open(uriOf()).dial(never), 'error'))[0];
    sshd.setHelper('echo "Welcome!"; exec cat');
    expect(await failure()).toMatchObject({ code: 'STREAM_GARBAGE', detail: { text: 'Welcome!' } });
    sshd.setHelper("echo 'virt-ssh-helper: cannot connect: Failed to connect socket: Permission denied' >&2; exit 1");
    expect(await failure()).toMatchObject({ code: 'REMOTE_SOCKET_DENIED' });
  });

  it('is given up while it asks, and the question with it', async () => {
    know();
    placeKey('secret');
    const stop = new AbortController();
    let withdrawn = false;
    const askSecret = (_: SecretQuestion, signal: AbortSignal) =>
      new Promise<null>((resolve) => {
        signal.addEventListener('abort', () => {
          withdrawn = true;
          resolve(null);
        });
        stop.abort();
      });
    await expect(open(uriOf(), { askSecret }).dial(stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(withdrawn).toBe(true);
  });

  it('ends with whoever started it, whatever way that ended', async () => {
    ready();
    const script = `
      const { openTransport } = await import(${JSON.stringify(new URL('../open-transport.ts', import.meta.url).href)});
      const { parseLibvirtUri } = await import(${JSON.stringify(new URL('../../../shared/libvirt-uri.ts', import.meta.url).href)});
      const context = { sshClient: 'openssh', env: process.env, home: ${JSON.stringify(home)}, log() {},
        askHostKey: async () => false, askSecret: async () => null };
      await openTransport(parseLibvirtUri(${JSON.stringify(uriOf())}), context).dial(new AbortController().signal);
      console.log('connected');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: home },
    });
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toContain('connected');
    expect(sshd.open()).toBe(1);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(sshd.open()).toBe(0), patient);
    await vi.waitFor(() => expect(readdirSync(home)).not.toContainEqual(expect.stringContaining('snapkeel')), patient);
  });

  function filesHolding(text: string): string[] {
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('snapkeel-ssh-'));
    return folders.filter((folder) =>
      readdirSync(join(tmpdir(), folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .some(({ name }) => readFileSync(join(tmpdir(), folder, name), 'utf8').includes(text)),
    );
  }
});

/** The least that passes for libvirt's. */
function packet(index: number): Buffer {
  return Buffer.from([0, 0, 0, 28, 1, 2, 3, index]);
}

async function echo(stream: Duplex, data: Buffer): Promise<Buffer> {
  stream.write(data);
  const [answer] = await once(stream, 'data');
  return answer as Buffer;
}

function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}
