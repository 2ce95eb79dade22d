import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isRoot, sshdAvailable } from './available.ts';
import { labEnvironment } from './daemon.ts';
import { freePort } from './free-port.ts';
import { type Lab, startLab } from './lab.ts';
import { CommandError, retry, run } from './run.ts';

export interface SshdOptions {
  /** Whether clients may open the daemon's socket over SSH; without it they need virt-ssh-helper. Default: true. */
  readonly streamLocalForwarding?: boolean;
}

/**
 * Starts an SSH server on a free port of 127.0.0.1, inside a lab: for those who log in, `/run/libvirt` is the lab's.
 * @param lab without one, the server gets its own lab, which stops with it
 * @throws Error when it can't be started here
 */
export async function startSshd(lab?: Lab, options: SshdOptions = {}): Promise<Sshd> {
  const available = sshdAvailable();
  if (!available.ok) throw new Error(`no SSH server can be started here: ${available.reason}`);
  const home = lab ?? (await startLab());
  const port = await freePort();
  const folder = join(home.dir, `ssh-${port}`);
  await mkdir(folder);
  await makeKey(join(folder, 'host_key'));
  await makeKey(join(folder, 'client_key'));
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'client_key.pub')));
  const forwarding = options.streamLocalForwarding === false ? 'no' : 'yes';
  const sshd = new Sshd(home, folder, port, { AllowStreamLocalForwarding: forwarding }, lab === undefined);
  await sshd.start();
  return sshd;
}

/** An SSH server that lets one key in. */
export class Sshd {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly user = userInfo().username;
  readonly lab: Lab;
  /** The private key that may log in, without passphrase, in OpenSSH's format. */
  readonly keyFile: string;
  /** As OpenSSH prints it: 'SHA256:…'. */
  hostKeyFingerprint = '';
  /** A line for a known_hosts file. */
  knownHostsLine = '';
  readonly #folder: string;
  readonly #ownsLab: boolean;
  readonly #options: Map<string, string>;
  readonly #config: string;
  #process: ChildProcess | undefined;

  constructor(lab: Lab, folder: string, port: number, options: Record<string, string>, ownsLab: boolean) {
    this.lab = lab;
    this.port = port;
    this.keyFile = join(folder, 'client_key');
    this.#folder = folder;
    this.#config = join(folder, 'sshd_config');
    this.#ownsLab = ownsLab;
    this.#options = new Map(Object.entries({ ...baseOptions(folder, lab.dir, port), ...options }));
  }

  /** The URI that connects to the lab's libvirt through this server. */
  get uri(): string {
    const mode = isRoot() ? 'system' : 'session';
    return `qemu+ssh://${this.user}@${this.host}:${this.port}/${mode}?keyfile=${this.keyFile}`;
  }

  /** Starts the server and waits until it answers. */
  async start(): Promise<void> {
    await this.#readHostKey();
    await this.#writeConfig();
    const log = openSync(join(this.#folder, 'sshd.log'), 'a');
    this.#process = spawnIn(this.lab, [...sshdArgv, '-D', '-e', '-f', this.#config], log);
    closeSync(log);
    await retry(() => greeting(this.port), 10_000);
  }

  /** Ends the server and all its connections at once; start() brings it back on the same port. */
  async disconnect(): Promise<void> {
    if (this.#process?.pid === undefined) return;
    for (const pid of await processTree(this.#process.pid)) kill(pid);
    this.#process = undefined;
    await retry(() => refused(this.port), 10_000);
  }

  /** Sets an option of sshd_config and restarts the server, which drops all connections. */
  async setOption(keyword: string, value: string): Promise<void> {
    this.#options.set(keyword, value);
    await this.disconnect();
    await this.start();
  }

  /**
   * Lets a password in besides the key, with `how` it is asked for, and restarts the server. Only in labs that run as
   * root: elsewhere it would be the person's own.
   */
  async setPassword(password: string, how: 'password' | 'keyboard-interactive'): Promise<void> {
    await this.lab.run(['sh', '-c', 'printf "%s:%s\\n" "$0" "$1" | chpasswd', this.user, password]);
    this.#options.set('UsePAM', 'yes');
    this.#options.set('PermitRootLogin', 'yes');
    this.#options.set('PasswordAuthentication', how === 'password' ? 'yes' : 'no');
    await this.setOption('KbdInteractiveAuthentication', how === 'password' ? 'no' : 'yes');
  }

  /** Gives the server another host key and restarts it, as if another machine had taken its place. */
  async changeHostKey(): Promise<void> {
    await this.disconnect();
    await Promise.all(['host_key', 'host_key.pub'].map((name) => rm(join(this.#folder, name))));
    await makeKey(join(this.#folder, 'host_key'));
    await this.start();
  }

  /** Ends the server for good, and its lab too if that is its own. */
  async stop(): Promise<void> {
    await this.disconnect();
    if (this.#ownsLab) await this.lab.stop();
  }

  async #readHostKey(): Promise<void> {
    const [type = '', blob = ''] = (await readFile(join(this.#folder, 'host_key.pub'), 'utf8')).split(' ');
    const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
    this.hostKeyFingerprint = `SHA256:${digest.replace(/=+$/, '')}`;
    this.knownHostsLine = `[${this.host}]:${this.port} ${type} ${blob.trim()}`;
  }

  async #writeConfig(): Promise<void> {
    await writeFile(this.#config, [...this.#options].map(([keyword, value]) => `${keyword} ${value}\n`).join(''));
    try {
      await this.lab.run([...sshdArgv, '-t', '-f', this.#config]);
    } catch (error) {
      // Servers before OpenSSH 9.8 have no penalties to turn off.
      if (!(error instanceof CommandError) || !error.stderr.includes('Bad configuration option: PerSourcePenalties')) {
        throw error;
      }
      this.#options.delete('PerSourcePenalties');
      await this.#writeConfig();
    }
  }
}

/** sshd insists on being started by its absolute path. */
const sshdArgv = ['sh', '-c', 'exec "$(command -v sshd)" "$@"', 'sshd'];

function baseOptions(folder: string, labDir: string, port: number): Record<string, string> {
  const environment = Object.entries(labEnvironment(labDir)).filter(([name]) => name.startsWith('XDG_'));
  return {
    Port: `${port}`,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host_key'),
    PidFile: join(folder, 'sshd.pid'),
    AuthorizedKeysFile: join(folder, 'authorized_keys'),
    StrictModes: 'no',
    UsePAM: 'no',
    PermitRootLogin: 'prohibit-password',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PrintMotd: 'no',
    PrintLastLog: 'no',
    MaxStartups: '100',
    PerSourcePenalties: 'no',
    LogLevel: 'VERBOSE',
    ...(environment.length > 0 && { SetEnv: environment.map(([name, value]) => `${name}=${value}`).join(' ') }),
  };
}

async function makeKey(path: string): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'snapkeel-lab', '-f', path]);
}

/** The end of this process ends it too: its parent dies, or its lab. */
function spawnIn(lab: Lab, argv: readonly string[], log: number): ChildProcess {
  const [command = '', ...args] = ['setpriv', '--pdeathsig', 'KILL', ...lab.enter(), ...argv];
  const child = spawn(command, args, { cwd: '/', env: labEnvironment(lab.dir), stdio: ['ignore', log, log] });
  child.unref();
  return child;
}

/** A process and all that descend from it. */
async function processTree(root: number): Promise<number[]> {
  const table = (await run(['ps', '-eo', 'pid=,ppid='])).trim().split('\n');
  const parents = table.map((row) => row.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const pid of tree) tree.push(...parents.filter(([, parent]) => parent === pid).map(([child = 0]) => child));
  return tree;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Resolves when an SSH server says hello. */
async function greeting(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [data] = (await once(socket, 'data')) as [Buffer];
    if (!data.toString('latin1').startsWith('SSH-')) throw new Error(`port ${port} does not speak SSH`);
  } finally {
    socket.destroy();
  }
}

/** Resolves when nothing listens. */
async function refused(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const listens = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (listens) throw new Error(`port ${port} is still taken`);
}
