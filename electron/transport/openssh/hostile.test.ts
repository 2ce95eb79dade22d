import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import ssh2, { type AuthContext } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import { openTransport } from '../open-transport.ts';
import { newHostKey, sshdProblem, startSshd, type TestSshd } from '../ssh/test-sshd.ts';
import type { SecretQuestion, Transport, TransportContext, TransportError } from '../transport.ts';
import { ASKPASS } from './askpass.ts';
import { makeFolder } from './folder.ts';

const problem = sshdProblem();
if (problem !== undefined) console.info(`hostile.test.ts is skipped: ${problem}.`);

const never = new AbortController().signal;
const patient = { timeout: 30_000 };
const PACKET = Buffer.from([0, 0, 0, 28, 1, 2, 3, 4]);

describe.skipIf(problem !== undefined)('openSshTransport, and those who mean harm', { timeout: 60_000 }, () => {
  let sshd: TestSshd;
  let home = '';
  let wanted: SecretQuestion[];
  let ends: (() => void)[];
  const { TMPDIR } = process.env;

  beforeAll(async () => {
    sshd = await startSshd();
    sshd.setHelper('exec cat');
  });
  afterAll(() => sshd?.stop());
  beforeEach(() => {
    home = mkdtempSync(join(sshd.dir, 'home-'));
    mkdirSync(join(home, '.ssh'));
    [wanted, ends] = [[], []];
  });
  afterEach(() => {
    for (const end of ends) end();
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });

  const know = () =>
    writeFileSync(join(home, '.ssh', 'known_hosts'), `[127.0.0.1]:${sshd.port} ${sshd.hostKeys.ed25519}\n`);
  const placeKey = (passphrase = '') => {
    const path = join(home, '.ssh', 'id_ed25519');
    copyFileSync(sshd.userKey, path);
    chmodSync(path, 0o600);
    if (passphrase !== '') execFileSync('ssh-keygen', ['-p', '-q', '-N', passphrase, '-f', path], { stdio: 'pipe' });
  };
  const temporary = (name: string) => {
    const path = join(home, name);
    mkdirSync(path, { recursive: true });
    process.env.TMPDIR = path;
    return path;
  };
  function open(port: number, context: Partial<TransportContext> = {}, user = '', params = ''): Transport {
    const transport = openTransport(parseLibvirtUri(`qemu+ssh://${user}127.0.0.1:${port}/system?${params}`), {
      sshClient: 'openssh',
      env: { PATH: process.env.PATH },
      home,
      askHostKey: async () => true,
      askSecret: async (question) => {
        wanted.push(question);
        return null;
      },
      log: () => {},
      ...context,
    });
    ends.push(() => transport.close());
    return transport;
  }
  const echo = async (transport: Transport) => {
    const stream = await transport.dial(never);
    stream.write(PACKET);
    const [answer] = await new Promise<[Buffer]>((resolve) => stream.once('data', (data: Buffer) => resolve([data])));
    return answer;
  };

  it.each(['a b', 'x'.repeat(60), '100%d', '$HOME'])('a TMPDIR named %s keeps nobody out', async (name) => {
    know();
    placeKey();
    const path = temporary(name);
    const transport = open(sshd.port);
    expect(await echo(transport)).toEqual(PACKET);
    transport.close();
    await vi.waitFor(() => expect(readdirSync(path)).toEqual([]), patient);
  });

  it('a configuration meant for a terminal is no hindrance', async () => {
    know();
    placeKey();
    const config = 'RemoteCommand tmux attach\nRequestTTY yes\nSessionType none\nStdinNull yes\nLogLevel QUIET\n';
    writeFileSync(join(home, '.ssh', 'config'), config, { mode: 0o600 });
    expect(await echo(open(sshd.port))).toEqual(PACKET);
  });

  it('files and sockets may have any name', async () => {
    know();
    placeKey();
    const odd = join(home, `a "b" c:d %h \\ 'e'`);
    mkdirSync(odd);
    for (const name of ['known_hosts', 'id_ed25519']) renameSync(join(home, '.ssh', name), join(odd, name));
    const daemon = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => daemon.listen(join(odd, 's'), resolve));
    ends.push(() => daemon.close());
    const encoded = encodeURIComponent(odd);
    // In a key's file and in known_hosts tokens are filled in, as ssh does.
    const files = encodeURIComponent(odd.replaceAll('%', '%%'));
    const params = `keyfile=${files}/id_ed25519&known_hosts=${files}/known_hosts&socket=${encoded}/s&netcat=none`;
    expect(await echo(open(sshd.port, { askHostKey: async () => false }, '', params))).toEqual(PACKET);
  });

  it.runIf(existsSync('/proc/net/unix'))('leaves no socket in a connection of the person’s own', async () => {
    know();
    placeKey();
    const path = temporary('t');
    const control = join(home, 'cm');
    const config = join(home, '.ssh', 'config');
    writeFileSync(config, `ControlMaster auto\nControlPath ${control}\n`, { mode: 0o600 });
    const files = [
      '-i',
      join(home, '.ssh', 'id_ed25519'),
      '-o',
      `UserKnownHostsFile=${join(home, '.ssh', 'known_hosts')}`,
    ];
    const theirs = spawn('ssh', ['-F', config, ...files, '-N', '-p', `${sshd.port}`, '127.0.0.1'], { stdio: 'ignore' });
    ends.push(() => theirs.kill());
    await vi.waitFor(() => expect(existsSync(control)).toBe(true), patient);
    const daemon = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => daemon.listen(join(home, 's'), resolve));
    ends.push(() => daemon.close());
    const transport = open(sshd.port, {}, '', `socket=${home}/s&netcat=none`);
    expect(await echo(transport)).toEqual(PACKET);
    expect(readFileSync('/proc/net/unix', 'utf8')).toContain(path);
    transport.close();
    await vi.waitFor(() => expect(readFileSync('/proc/net/unix', 'utf8')).not.toContain(path), patient);
    expect(theirs.exitCode).toBe(null);
  });

  it('a named key that is not there is told, and no other is used', async () => {
    know();
    placeKey();
    const dial = open(sshd.port, {}, '', `keyfile=${home}/none`).dial(never);
    await expect(dial).rejects.toMatchObject({ code: 'KEY_UNREADABLE', detail: { reason: 'ENOENT' } });
  });

  it('says so where no folder is fit', async () => {
    const error = await makeFolder(
      [join(home, 'none'), join(home, 'y'.repeat(80)), join(home, '%')],
      ASKPASS,
      'h',
    ).catch((failure: TransportError) => failure);
    expect(error).toMatchObject({ code: 'SSH_FOLDER_MISSING' });
    expect((error as TransportError).detail.tried).toMatch(/none \(ENOENT\).*too long.*reads as something else/);
  });

  it('leaves no process behind that still asks', async () => {
    know();
    placeKey('secret');
    const path = temporary('t');
    const stop = new AbortController();
    const askSecret = (_: SecretQuestion, signal: AbortSignal) =>
      new Promise<null>((resolve) => {
        signal.addEventListener('abort', () => resolve(null));
        expect(processesNaming(path)).not.toEqual([]);
        stop.abort();
      });
    await expect(open(sshd.port, { askSecret }).dial(stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(processesNaming(path)).toEqual([]), patient);
    expect(readdirSync(path)).toEqual([]);
  });

  it('tells in its own words why an ssh gives up', async () => {
    const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
    const bin = join(home, 'bin');
    mkdirSync(bin);
    const script = `#!/bin/sh\ncase "$1" in -G|-V) exec ${ssh} "$@";; esac\necho 'no luck today' >&2; exit 255\n`;
    writeFileSync(join(bin, 'ssh'), script, { mode: 0o755 });
    const dial = open(sshd.port, { env: { PATH: `${bin}:${process.env.PATH}` } }).dial(never);
    await expect(dial).rejects.toMatchObject({ code: 'SSH_FAILED', detail: { reason: 'no luck today' } });
  });

  it('a question that cannot be asked ends the login', async () => {
    know();
    placeKey('secret');
    const askSecret = async () => {
      throw new Error('the window is gone');
    };
    await expect(open(sshd.port, { askSecret }).dial(never)).rejects.toMatchObject({ code: 'LOGIN_CANCELLED' });
  });

  it('ends an ssh that does not want to', async () => {
    const path = temporary('t');
    const bin = join(home, 'bin');
    mkdirSync(bin);
    const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
    const stubborn = `#!/bin/sh\ncase "$1" in -G|-V) exec ${ssh} "$@";; esac\ntrap '' TERM\n: > '${home}/runs'\nwhile :; do sleep 1; done\n`;
    writeFileSync(join(bin, 'ssh'), stubborn, { mode: 0o755 });
    const stop = new AbortController();
    const dial = open(sshd.port, { env: { PATH: `${bin}:${process.env.PATH}` } }).dial(stop.signal);
    await vi.waitFor(() => expect(readdirSync(home)).toContain('runs'), patient);
    stop.abort();
    await expect(dial).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(processesNaming(path)).toEqual([]), patient);
  });

  it.each([
    "root@prod's password: ",
    "me@127.0.0.1's password: ",
    "Enter passphrase for key '/home/me/.ssh/id_ed25519': ",
    "The authenticity of host 'prod (10.0.0.2)' can't be established.\nED25519 key fingerprint is SHA256:abc.\n",
  ])('what a server asks is not taken for what ssh asks: %s', async (text) => {
    const port = await serve((auth) => {
      if (auth.method === 'keyboard-interactive') auth.prompt(text, () => auth.reject());
      else auth.reject(['keyboard-interactive']);
    });
    await open(port, {}, 'me@')
      .dial(never)
      .catch(() => {});
    expect(wanted).toMatchObject([{ kind: 'prompts' }]);
  });

  it('a banner is no error of ssh’s', async () => {
    const banner = 'REMOTE HOST IDENTIFICATION HAS CHANGED\nOffending RSA key in /etc/passwd:1\n';
    const port = await serve((auth) => auth.reject(['publickey']), banner);
    const error = await open(port, {}, 'me@')
      .dial(never)
      .catch((failure: TransportError) => failure);
    expect(error).toMatchObject({ code: 'AUTH_FAILED' });
    expect(JSON.stringify((error as TransportError).detail)).not.toContain('passwd');
  });

  async function serve(decide: (auth: AuthContext) => void, banner?: string): Promise<number> {
    const hostKeys = [newHostKey().private];
    const server = new ssh2.Server({ hostKeys, ...(banner === undefined ? {} : { banner }) }, (peer) => {
      peer.on('error', () => {});
      peer.on('authentication', decide);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }
});

/** Command lines of what runs, those that hold a text. */
function processesNaming(text: string): string[] {
  const lines = execFileSync('ps', ['axww', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text));
}
