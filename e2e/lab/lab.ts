import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRoot, labAvailable, polkitAvailable } from './available.ts';
import { type DaemonSettings, daemonArgv, daemonFiles, daemonLog, labEnvironment } from './daemon.ts';
import type { GuestOptions } from './domain-xml.ts';
import { type Generation, generationRoot } from './generations.ts';
import { type Guest, makeGuest } from './guest.ts';
import type { Machine } from './network.ts';
import { retry, run, sleep } from './run.ts';

export type { Generation, Guest, GuestOptions };

export interface LabOptions {
  /** Which libvirt; 'host' (the default) is the machine's own. All others need root. */
  readonly generation?: Generation;
  /** Whether polkit says who is let in: the lab then has a system bus of its own. Needs root and `polkitAvailable()`. */
  readonly polkit?: boolean;
  /** Told what is going on when that takes long, such as building a generation for the first time. */
  readonly onProgress?: (line: string) => void;
}

const startTimeout = 30_000;
/** A Unix socket's path can't be longer. */
const socketPathBytes = 107;

/**
 * Starts a private libvirtd that shares nothing with the machine's own, and waits until it answers.
 * As root it runs in mount and PID namespaces of its own; else it is a session daemon with private folders.
 * It ends with stop(), or when this process ends in whatever way; nothing of it is left.
 * @throws Error with the daemon's log when it does not start
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { generation = 'host', polkit = false, onProgress = () => {} } = options;
  const root = await generationRoot(generation, onProgress);
  const available = polkit ? polkitAvailable() : root === '/' ? labAvailable() : ({ ok: true } as const);
  if (!available.ok) throw new Error(`no lab can be started here: ${available.reason}`);

  const dir = await mkdtemp(join(tmpdir(), 'skl-'));
  const folders = ['run/lock', 'run/sshd', 'run/dbus', 'etc/libvirt', 'lib', 'log', 'cache', 'layers', 'guests'];
  await Promise.all(folders.map((folder) => mkdir(join(dir, folder), { recursive: true, mode: 0o755 })));
  for (const { path, text } of daemonFiles(dir, {}, polkit)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  const lab = new Lab(generation, dir, launch(dir, root));
  try {
    await lab.ready();
    return lab;
  } catch (error) {
    const log = await daemonLog(dir);
    await lab.stop();
    throw new Error(`libvirt ${generation} did not start:\n${log}`, { cause: error });
  }
}

/** A private libvirtd and its guests. */
export class Lab {
  readonly generation: Generation;
  /** Everything the lab writes; the path is the same for the daemon, whose other folders are its own. */
  readonly dir: string;
  readonly socket: string;
  /** The connection URI of the QEMU driver. */
  readonly uri: string;
  /** The connection URI of libvirt's test driver in the same daemon. */
  readonly testUri: string;
  /** The daemon's version, such as '9.0.0'. */
  version = '';
  readonly #supervisor: ChildProcess;
  #listens = false;
  #machine: Machine | undefined;

  constructor(generation: Generation, dir: string, supervisor: ChildProcess) {
    this.generation = generation;
    this.dir = dir;
    this.socket = join(dir, 'run/libvirt/libvirt-sock');
    if (Buffer.byteLength(this.socket) > socketPathBytes) throw new RangeError(`too long for a socket: ${this.socket}`);
    this.uri = `qemu+unix:///${isRoot() ? 'system' : 'session'}?socket=${this.socket}`;
    this.testUri = `test+unix:///default?socket=${this.socket}`;
    this.#supervisor = supervisor;
  }

  /** Waits until the daemon answers. */
  async ready(): Promise<void> {
    for (const deadline = Date.now() + startTimeout; !existsSync(join(this.dir, 'ready')); await sleep(10)) {
      if (this.#ended()) throw new Error('the daemon ended');
      if (Date.now() > deadline) throw new Error('the daemon took too long');
    }
    const answer = await retry(() => this.virsh('version', '--daemon'), startTimeout);
    this.version = /daemon: (\S+)/.exec(answer)?.[1] ?? '';
  }

  /**
   * Runs virsh on this daemon and gives its output, trimmed.
   * @throws CommandError with virsh's message
   */
  async virsh(...args: string[]): Promise<string> {
    const argv = ['virsh', '--connect', this.uri, ...args];
    return (await run(argv, { env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' } })).trim();
  }

  /** Makes a guest: defined and shut off, or running if it is transient. */
  async guest(options: GuestOptions): Promise<Guest> {
    return await makeGuest(this.virsh.bind(this), join(this.dir, 'guests', options.name), options);
  }

  /** Removes all guests with their folders, and all pools, as if the lab had just been started. */
  async clear(): Promise<void> {
    const uuids = async (...which: string[]) =>
      (await this.virsh('list', '--uuid', ...which)).split('\n').filter(Boolean);
    for (const uuid of await uuids()) await this.virsh('destroy', uuid);
    const everything = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram'];
    for (const uuid of await uuids('--all')) await this.virsh('undefine', uuid, ...everything);
    const pools = async (...which: string[]) =>
      (await this.virsh('pool-list', '--uuid', ...which)).split('\n').filter(Boolean);
    for (const uuid of await pools()) await this.virsh('pool-destroy', uuid);
    for (const uuid of await pools('--all')) await this.virsh('pool-undefine', uuid);
    const guests = join(this.dir, 'guests');
    for (const name of await readdir(guests)) await rm(join(guests, name), { recursive: true, force: true });
  }

  /** Sends the daemon a signal: it hangs, until `resumeDaemon`, or dies. */
  async signalDaemon(signal: 'STOP' | 'KILL'): Promise<void> {
    await this.run(['sh', '-c', `kill -${signal} "$0"`, await this.#daemonPid()]);
  }

  /**
   * Lets a daemon that hangs go on with what it was sent meanwhile. Once in some 150 times libvirtd 9.0 crashes there,
   * where clients have gone meanwhile: its main loop calls a timer that is freed. It is then started again.
   */
  async resumeDaemon(): Promise<'resumed' | 'crashed'> {
    const pid = await this.#daemonPid();
    await this.run(['sh', '-c', 'kill -CONT "$0"', pid]);
    try {
      await this.virsh('version', '--daemon');
      return 'resumed';
    } catch (error) {
      if (await this.#lives(pid)) throw error;
      console.warn(`libvirtd ${this.version} crashed when it went on.`);
      await this.restartDaemon();
      return 'crashed';
    }
  }

  #lives(pid: string): Promise<boolean> {
    return this.run(['sh', '-c', 'kill -0 "$0"', pid]).then(
      () => true,
      () => false,
    );
  }

  async #daemonPid(): Promise<string> {
    return (await readFile(join(this.dir, 'run/libvirtd.pid'), 'utf8')).trim();
  }

  /** Stops and starts the daemon, one that hangs by force; guests keep running. */
  async restartDaemon(): Promise<void> {
    const pid = await this.#daemonPid();
    const stopped = async () => {
      if (await this.#lives(pid)) throw new Error('libvirtd does not stop');
    };
    await this.run(['sh', '-c', 'kill "$0" || true', pid]);
    try {
      await retry(stopped, startTimeout);
    } catch {
      await this.run(['sh', '-c', 'kill -KILL "$0"', pid]);
      await retry(stopped, startTimeout);
    }
    await this.run(daemonArgv(this.dir, this.#listens), this.#machine);
    await this.ready();
  }

  /**
   * Restarts the daemon so that it listens on the network too, at 127.0.0.1 alone.
   * @param settings of libvirtd.conf, as `listen_tls`; those of an earlier call are forgotten
   * @param machine in whose network it is from then on, and whose address it listens at
   */
  async listen(settings: DaemonSettings, machine?: Machine): Promise<void> {
    this.#listens = true;
    this.#machine = machine;
    const files = daemonFiles(this.dir, { listen_addr: machine?.address ?? '127.0.0.1', ...settings });
    await Promise.all(files.map(({ path, text }) => writeFile(path, text)));
    await this.restartDaemon();
  }

  /**
   * Runs a program as one of the lab's: as root it sees the lab's files and processes as its own system.
   * @param machine in whose network it runs
   * @throws CommandError
   */
  async run(argv: readonly string[], machine?: Machine): Promise<string> {
    return await run([...(machine?.enter ?? []), ...this.enter(), ...argv], { env: labEnvironment(this.dir) });
  }

  /** What to put before a command so that it runs inside the lab. */
  enter(): string[] {
    if (!isRoot())
      return ['env', ...Object.entries(labEnvironment(this.dir)).map(([name, value]) => `${name}=${value}`)];
    return ['sh', fileURLToPath(new URL('./enter.sh', import.meta.url)), this.dir];
  }

  /**
   * What to put before a command so that it runs with the machine's files but the lab's /run, as one of the lab's
   * processes: a program of this repository that finds the daemon where it is on any machine. Only as root.
   */
  alongside(): string[] {
    return ['sh', fileURLToPath(new URL('./alongside.sh', import.meta.url)), this.dir];
  }

  /** Ends the daemon and all guests at once, and removes the lab's folder. */
  async stop(): Promise<void> {
    if (!this.#ended()) {
      this.#supervisor.ref();
      const exit = once(this.#supervisor, 'exit');
      this.#supervisor.stdin?.end();
      await exit;
    }
    await rm(this.dir, { recursive: true, force: true });
  }

  #ended(): boolean {
    return this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null;
  }
}

/** Starts the process that ends the lab when this process ends. It holds nobody up. */
function launch(dir: string, root: string): ChildProcess {
  const script = fileURLToPath(new URL('./lab.sh', import.meta.url));
  const log = openSync(join(dir, 'log/lab.log'), 'a');
  const place = isRoot() ? ['system', dir, root] : ['session', dir];
  const child = spawn('sh', [script, ...place, ...daemonArgv(dir)], {
    cwd: '/',
    detached: true,
    env: labEnvironment(dir),
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.unref();
  const leash = child.stdin as Socket;
  leash.unref();
  leash.on('error', () => {});
  return child;
}
