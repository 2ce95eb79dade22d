import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';

const SSHD = '/usr/sbin/sshd';

/** Why a private sshd can't be run here, or undefined. */
export function sshdProblem(): string | undefined {
  if (!existsSync(SSHD)) return `${SSHD} is not installed`;
  const { shell, username } = userInfo();
  return /\/(nologin|false)$/.test(shell ?? '') ? `${username} has no login shell` : undefined;
}

/** A private sshd for tests, reached through a TCP relay that counts and can cut connections. */
export interface TestSshd {
  readonly dir: string;
  /** Port of the relay. */
  readonly port: number;
  /** Port of a relay to a listener that forwards no sockets. */
  readonly execOnlyPort: number;
  /** A private key that may log in. */
  readonly userKey: string;
  /** The host's public keys: "type base64". */
  readonly hostKeys: Readonly<Record<'ed25519' | 'rsa', string>>;
  /** Connections made through the relays so far. */
  connections(): number;
  /** Those that are there now. */
  open(): number;
  /** Drops every connection, as a dying host or network does. */
  cut(): void;
  /** Makes `virt-ssh-helper` over there this shell script; undefined removes it. */
  setHelper(script: string | undefined): void;
  stop(): Promise<void>;
}

/**
 * Starts sshd with keys of its own in a temporary directory.
 * @param banner what it shows whoever logs in
 */
export async function startSshd(banner = ''): Promise<TestSshd> {
  const dir = mkdtempSync(join(tmpdir(), 'sshd-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const userKey = makeKey(dir, 'user', 'ed25519');
  const hostKeys = { ed25519: makeKey(dir, 'host-ed25519', 'ed25519'), rsa: makeKey(dir, 'host-rsa', 'rsa') };
  const [port, execOnlyPort] = [await freePort(), await freePort()];
  const config = join(dir, 'sshd_config');
  writeFileSync(join(dir, 'banner'), banner);
  writeFileSync(
    config,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `ListenAddress 127.0.0.1:${execOnlyPort}`,
      ...Object.values(hostKeys).map((path) => `HostKey ${path}`),
      `AuthorizedKeysFile ${userKey}.pub`,
      `SetEnv PATH=${bin}:/usr/bin:/bin`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
      'RekeyLimit 1M',
      ...(banner === '' ? [] : [`Banner ${join(dir, 'banner')}`]),
      `Match LocalPort ${execOnlyPort}`,
      'AllowStreamLocalForwarding no',
      '',
    ].join('\n'),
  );
  const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  const relays = await Promise.all([relay(port), relay(execOnlyPort)]);
  return {
    dir,
    port: relays[0].port,
    execOnlyPort: relays[1].port,
    userKey,
    hostKeys: { ed25519: publicKey(hostKeys.ed25519), rsa: publicKey(hostKeys.rsa) },
    connections: () => relays.reduce((sum, each) => sum + each.connections(), 0),
    open: () => relays.reduce((sum, each) => sum + each.open(), 0),
    cut: () => {
      for (const each of relays) each.cut();
    },
    setHelper: (script) => {
      const path = join(bin, 'virt-ssh-helper');
      if (script === undefined) rmSync(path, { force: true });
      else writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    stop: async () => {
      for (const each of relays) each.stop();
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Makes a key pair with ssh-keygen and returns the private key's path. */
export function makeKey(dir: string, name: string, type: string, passphrase = ''): string {
  const path = join(dir, name);
  // RSA keys of the usual size take seconds to find.
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', name, '-f', path]);
  return path;
}

/** A key pair for a server in this process. One in two hundred that ssh2 makes it cannot read itself. */
export function newHostKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** "type base64" of a key pair. */
export function publicKey(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.match(/Server listening/g)?.length === 2) resolve();
    });
    child.once('exit', (code) => reject(new Error(`sshd exited with ${code}: ${said}`)));
  });
}

/** Outside the range that the system gives to outgoing connections, so that nobody takes it between here and its use. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

async function relay(to: number) {
  const sockets = new Set<Socket>();
  let count = 0;
  const server: Server = createServer((near) => {
    count += 1;
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    open: () => sockets.size / 2,
    cut,
    stop: () => {
      server.close();
      cut();
    },
  };
}
