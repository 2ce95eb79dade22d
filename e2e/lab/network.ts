import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { type Availability, firstProblem, isRoot, missingTools, toolPath } from './available.ts';
import { CommandError, retry, run } from './run.ts';

const startTimeout = 30_000;
const env = { ...process.env, PATH: toolPath(), LC_ALL: 'C' };

/** A network namespace with an address of its own. */
export interface Machine {
  readonly address: string;
  /** What to put before a command so that it runs there, with the files of this computer. */
  readonly enter: readonly string[];
}

export interface NetworkOptions {
  readonly machines: number;
  /** Whether all but the last pass packets on; else each reaches none but its neighbours. Default: true. */
  readonly forwards?: boolean;
}

let known: { readonly answer: string | undefined } | undefined;

/** Whether this machine lets root have networks of its own. */
export function networkAvailable(): Availability {
  if (!isRoot()) return { ok: false, reason: 'a network of its own needs root' };
  known ??= { answer: missingTools(['ip', 'ss', 'unshare', 'nsenter', 'setpriv']) ?? tryNetwork() };
  return firstProblem(known.answer);
}

const trial = `set -e
ip link add skl-left type veth peer name skl-right
echo 1 >/proc/sys/net/ipv4/ip_forward`;

function tryNetwork(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', ['--net', 'sh', '-c', trial], { env, encoding: 'utf8' });
  return status === 0 ? undefined : `no network of its own can be had here: ${(stderr ?? '').trim() || error?.message}`;
}

/**
 * Starts machines in a row, the first of which is a neighbour of this computer. They end, and the interface that leads
 * there with them, with `stop()` or with this process.
 * @throws Error when it can't be started here
 */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const available = networkAvailable();
  if (!available.ok) throw new Error(available.reason);
  const holders = await Promise.all(Array.from({ length: options.machines }, hold));
  try {
    // 198.18.0.0/15 is nobody's: it is for measuring (RFC 2544). Somebody else's lab may have taken the same part of it.
    return await retry(() => Network.lay(holders, options), startTimeout);
  } catch (error) {
    for (const holder of holders) holder.kill('SIGKILL');
    throw error;
  }
}

/** Machines in a row, with this computer before the first. */
export class Network {
  private constructor(
    readonly machines: readonly Machine[],
    /** How they see this computer. */
    readonly here: string,
    private readonly holders: readonly ChildProcess[],
  ) {}

  /** @throws CommandError where the addresses that were drawn are taken */
  static async lay(holders: readonly ChildProcess[], { forwards = true }: NetworkOptions): Promise<Network> {
    const prefix = `198.${randomInt(18, 20)}.${randomInt(256)}`;
    const outer = `skl${randomBytes(5).toString('hex')}`;
    const routes = await run(['ip', '-4', '-o', 'route', 'show', 'root', `${prefix}.0/24`], { env });
    if (routes.trim() !== '') throw new Error(`${prefix} is taken`);
    const machines = holders.map(({ pid }, at) => ({
      address: `${prefix}.${4 * at + 2}`,
      enter: ['nsenter', '--target', `${pid}`, '--net', '--'],
    }));
    const enter = (at: number) => machines[at]?.enter ?? [];
    for (const [at, { pid }] of holders.entries()) {
      const left = at === 0 ? outer : 'right';
      const before = enter(at - 1);
      const ip = (where: readonly string[], ...words: string[]) => run([...where, 'ip', ...words], { env });
      await ip(before, 'link', 'add', left, 'type', 'veth', 'peer', 'name', 'left', 'netns', `${pid}`);
      await ip(before, 'address', 'add', `${prefix}.${4 * at + 1}/30`, 'dev', left);
      await ip(before, 'link', 'set', left, 'up');
      await ip(enter(at), 'address', 'add', `${prefix}.${4 * at + 2}/30`, 'dev', 'left');
      await ip(enter(at), 'link', 'set', 'left', 'up');
      await ip(enter(at), 'link', 'set', 'lo', 'up');
      if (!forwards) continue;
      if (at > 0) {
        await ip([], 'route', 'add', `${prefix}.${4 * at}/30`, 'via', `${prefix}.2`);
        await run([...before, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'], { env });
      }
      await ip(enter(at), 'route', 'add', 'default', 'via', `${prefix}.${4 * at + 1}`);
    }
    return new Network(machines, `${prefix}.1`, holders);
  }

  machine(at: number): Machine {
    const machine = this.machines.at(at);
    if (!machine) throw new RangeError(`there is no machine ${at}`);
    return machine;
  }

  /** Nothing gets through the first machine any more, in neither direction, and nobody is told. */
  async swallow(): Promise<void> {
    for (const address of [this.here, this.machine(-1).address]) await this.#route('replace', 'blackhole', address);
  }

  /** The first machine answers that the last one, or the network it is in, cannot be reached. */
  async refuse(how: 'EHOSTUNREACH' | 'ENETUNREACH'): Promise<void> {
    // What has no route at all is answered with “network unreachable” (ip_error, net/ipv4/route.c).
    await this.#route('replace', how === 'EHOSTUNREACH' ? 'unreachable' : 'throw', this.machine(-1).address);
    if (how === 'ENETUNREACH') await run([...this.machine(0).enter, 'ip', 'route', 'del', 'default'], { env });
  }

  /** The connections of now are swallowed, and new ones get through: as when a router has lost its table. */
  async forget(): Promise<void> {
    const { address } = this.machine(-1);
    const open = await run(['ss', '--no-header', '--tcp', '--numeric', 'state', 'established', 'dst', address], {
      env,
    });
    const ports = [...open.matchAll(/:(\d+)\s+\S+:(\d+)\s*$/gm)];
    for (const [, here = '', there = ''] of ports) {
      const flow = ['from', address, 'to', this.here, 'ipproto', 'tcp', 'sport', there, 'dport', here];
      await run([...this.machine(0).enter, 'ip', 'rule', 'add', ...flow, 'blackhole'], { env });
    }
  }

  /** Everything gets through again, but for what was forgotten. */
  async mend(): Promise<void> {
    for (const address of [this.here, this.machine(-1).address])
      for (const kind of ['blackhole', 'unreachable', 'throw'])
        await this.#route('del', kind, address).catch((error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
        });
    const via = this.here;
    await run([...this.machine(0).enter, 'ip', 'route', 'replace', 'default', 'via', via], { env });
  }

  /** Ends the machines with all that runs there. */
  async stop(): Promise<void> {
    for (const { enter } of this.machines)
      await run([...enter, 'sh', '-c', 'for link in left right; do ip link del $link 2>/dev/null; done; true'], {
        env,
      });
    for (const holder of this.holders) holder.kill('SIGKILL');
  }

  async #route(verb: 'replace' | 'del', kind: string, address: string): Promise<void> {
    await run([...this.machine(0).enter, 'ip', 'route', verb, kind, `${address}/32`], { env });
  }
}

/** A process that has a network namespace of its own; it ends with this one. */
async function hold(): Promise<ChildProcess> {
  const argv = ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'];
  const child = spawn('setpriv', argv, { cwd: '/', env, stdio: 'ignore' });
  child.unref();
  const own = await readlink('/proc/self/ns/net');
  await retry(async () => {
    if ((await readlink(`/proc/${child.pid}/ns/net`)) === own) throw new Error('no network namespace yet');
  }, startTimeout);
  return child;
}
