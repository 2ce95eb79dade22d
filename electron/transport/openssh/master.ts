import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, throwIfAborted } from '../abort.ts';
import type { SshTarget } from '../ssh/target.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { NO_FORWARDINGS, type OpenSshPlan } from './args.ts';
import { Askpass } from './askpass.ts';
import { openSshError } from './errors.ts';
import { answersOf } from './questions.ts';
import { runSsh } from './run-ssh.ts';

const STDERR_KEPT = 64 * 1024;
const READY_LOOK_MS = 50;
/** Between the end of what shares a connection and that of the connection itself. Milliseconds. */
const SOON_MS = 2_000;
/** A login may wait for a person for as long as a question stands; without one, for so long. Milliseconds. */
const LOGIN_MS = 120_000;

/** What shares a connection makes none of its own where that has gone. */
const NEVER_ASKS = ['-o', 'BatchMode=yes'];

/** Ends ssh when whoever started it has, whatever way it ended: nothing else tells ssh -N of that. */
const SUPERVISE =
  'exec 3<&0; ssh "$@" < /dev/null & child=$!; { cat <&3 > /dev/null; kill "$child"; } 2> /dev/null & wait "$child"';

/** One connection of the system's own ssh, which its other calls share. */
export class OpenSshMaster {
  /** Why it ended; null when it was closed from here. */
  readonly ended: Promise<TransportError | null>;
  #alive = true;
  #end: (error: TransportError | null) => void = () => {};

  private constructor(
    /** A folder of this user alone, for as long as the connection lasts. */
    readonly folder: string,
    /** Arguments by which other calls find the connection, rather than make one of their own. */
    readonly share: readonly string[],
    readonly env: Readonly<Record<string, string | undefined>>,
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    void this.ended.then(() => rm(folder, { recursive: true, force: true }));
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Connects and logs in; what that takes of the person is asked. A connection of the person's own that ssh would share
   * (ControlMaster) is shared here, too.
   * @throws TransportError
   */
  static async open(
    plan: OpenSshPlan,
    target: SshTarget,
    context: TransportContext,
    signal: AbortSignal,
  ): Promise<OpenSshMaster> {
    throwIfAborted(signal);
    const env = { ...context.env, LC_ALL: 'C' };
    const folder = await mkdtemp(join(tmpdir(), 'snapkeel-ssh-'));
    const check = [...plan.options, '-O', 'check', ...plan.destination];
    if (plan.mayShareTheirs && (await runSsh(check, env, signal)).code === 0)
      return new OpenSshMaster(folder, NEVER_ASKS, env);
    const share = [...NEVER_ASKS, '-o', 'ProxyCommand=false', '-S', join(folder, 'control')];
    const master = new OpenSshMaster(folder, share, env);
    try {
      await master.#logIn(plan, target, context, signal);
      return master;
    } catch (error) {
      master.close();
      throw error;
    }
  }

  /** As `ended`, or undefined if it goes on for a while. */
  async endsSoon(): Promise<TransportError | null | undefined> {
    return await Promise.race([this.ended, sleep(SOON_MS, undefined, { ref: false })]);
  }

  /** Ends the connection, and with it all that shares it. */
  close(): void {
    this.fail(null);
  }

  /** The connection is of no use any more. */
  fail(error: TransportError | null): void {
    this.#alive = false;
    this.#end(error);
  }

  async #logIn(plan: OpenSshPlan, target: SshTarget, context: TransportContext, signal: AbortSignal): Promise<void> {
    const { host, port, user, knownHosts } = target;
    const jumps = target.jumps.map((jump) => jump.host);
    const control = join(this.folder, 'control');
    const asks = { open: 0, refused: false };
    const answers = answersOf({ host, port, user, knownHostsFile: knownHosts.user }, context);
    const askpass = await Askpass.in(this.folder, async (ask, waits) => {
      asks.open += 1;
      const answer = await answers(ask, AbortSignal.any([waits, signal])).finally(() => {
        asks.open -= 1;
      });
      asks.refused ||= answer === null && !waits.aborted;
      return answer;
    });
    const args = [
      ...plan.options,
      ...NO_FORWARDINGS,
      '-o',
      'BatchMode=no',
      '-M',
      '-S',
      control,
      '-N',
      ...plan.destination,
    ];
    // Without a terminal of its own, ssh cannot ask there.
    const child = spawn('/bin/sh', ['-c', SUPERVISE, 'sh', ...args], {
      env: { ...this.env, ...askpass.env },
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    child.stdin.on('error', () => {});
    child.once('error', (error) => this.fail(new TransportError('SSH_MISSING', `${error}`, { host })));
    child.once('exit', (code) => {
      // What it said last may still be on its way.
      setImmediate(() => this.fail(asks.refused ? cancelledBy(host) : openSshError(host, user, stderr, code, jumps)));
    });
    let failure: TransportError | null | undefined;
    void this.ended.then((error) => {
      failure = error;
      child.stdin.destroy();
      askpass.close();
    });
    // ssh makes the socket that others share once it has logged in.
    for (let since = performance.now(); !existsSync(control); await sleep(READY_LOOK_MS)) {
      throwIfAborted(signal);
      if (failure !== undefined) throw failure ?? cancelled();
      if (asks.open > 0) since = performance.now();
      if (performance.now() - since > LOGIN_MS)
        throw new TransportError('TIMED_OUT', `ssh to ${host}: not logged in within ${LOGIN_MS} ms.`, { host });
    }
  }
}

function cancelledBy(host: string): TransportError {
  return new TransportError('LOGIN_CANCELLED', `ssh to ${host}: what it asked was not answered.`, { host });
}
