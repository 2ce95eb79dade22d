import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isRoot, sshdAvailable } from './available.ts';
import { labEnvironment } from './daemon.ts';
import { freePort } from './free-port.ts';
import { type Lab, startLab } from './lab.ts';
import type { Machine } from './network.ts';
import { CommandError, retry, run } from './run.ts';

export interface SshdOptions {
  /** Whether clients may open the daemon's socket over SSH; without it they need virt-ssh-helper. Default: true. */
  readonly streamLocalForwarding?: boolean;
  /** Where it listens, instead of at 127.0.0.1. */
  readonly machine?: Machine;
  /** More of sshd_config. */
  readonly settings?: Readonly<Record<string, string>>;
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
  const settings = { AllowStreamLocalForwarding: forwarding, ...options.settings };
  const sshd = new Sshd(home, folder, port, settings, lab === undefined, options.machine);
  await sshd.start();
  return sshd;
}

/** An SSH server that lets one key in. */
export class Sshd {
  readonly host: string;
  readonly port: number;
  readonly user = userInfo().username;
  readonly lab: Lab;
  /** The private key that may log in, without passphrase, in OpenSSH's format. */
  readonly keyFile: string;
  /** As OpenSSH prints it: 'SHA256:…'. */
  hostKeyFingerprint = '';
  /** A line for a known_hosts file. */
  knownHostsLine = '';
  /** Its keys, its configuration and its log. */
  readonly folder: string;
  readonly #ownsLab: boolean;
  readonly #machine: Machine | undefined;
  readonly #options: Map<string, string>;
  readonly #config: string;
  #process: ChildProcess | undefined;

  constructor(
    lab: Lab,
    folder: string,
    port: number,
    options: Record<string, string>,
    ownsLab: boolean,
    machine?: Machine,
  ) {
    this.lab = lab;
    this.host = machine?.address ?? '127.0.0.1';
    this.#machine = machine;
    this.port = port;
    this.keyFile = join(folder, 'client_key');
    this.folder = folder;
    this.#config = join(folder, 'sshd_config');
    this.#ownsLab = ownsLab;
    this.#options = new Map(Object.entries({ ...baseOptions(folder, lab.dir, this.host, port), ...options }));
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
    const log = openSync(join(this.folder, 'sshd.log'), 'a');
    this.#process = spawnIn(this.lab, [...sshdArgv, '-D', '-e', '-f', this.#config], log, this.#machine);
    closeSync(log);
    await retry(() => this.#answers(true), 30_000);
  }

  /** Ends the server and all its connections at once; start() brings it back on the same port. */
  async disconnect(): Promise<void> {
    if (this.#process?.pid === undefined) return;
    for (const pid of await processTree(this.#process.pid)) kill(pid);
    this.#process = undefined;
    await retry(() => this.#answers(false), 30_000);
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
    await Promise.all(['host_key', 'host_key.pub'].map((name) => rm(join(this.folder, name))));
    await makeKey(join(this.folder, 'host_key'));
    await this.start();
  }

  /** Ends the server for good, and its lab too if that is its own. */
  async stop(): Promise<void> {
    await this.disconnect();
    if (this.#ownsLab) await this.lab.stop();
  }

  /** @throws Error unless it answers, or does not, as it is to; asked where it listens, which nobody else may reach */
  async #answers(wanted: boolean): Promise<void> {
    const ask = ['ssh-keyscan', '-t', 'ed25519', '-T', '5', '-p', `${this.port}`, this.host];
    const said = await run([...(this.#machine?.enter ?? []), 'sh', '-c', 'exec "$0" "$@" 2>&1', ...ask]).catch(String);
    if (said.includes(' SSH-2.0-') !== wanted)
      throw new Error(`port ${this.port} ${wanted ? 'does not speak SSH' : 'is still taken'}: ${said}`);
  }

  async #readHostKey(): Promise<void> {
    const [type = '', blob = ''] = (await readFile(join(this.folder, 'host_key.pub'), 'utf8')).split(' ');
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

function baseOptions(folder: string, labDir: string, host: string, port: number): Record<string, string> {
  const environment = Object.entries(labEnvironment(labDir)).filter(([name]) => name.startsWith('XDG_'));
  return {
    Port: `${port}`,
    ListenAddress: host,
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
function spawnIn(lab: Lab, argv: readonly string[], log: number, machine: Machine | undefined): ChildProcess {
  const within = [...(machine?.enter ?? []), ...lab.enter()];
  const [command = '', ...args] = ['setpriv', '--pdeathsig', 'KILL', ...within, ...argv];
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
