import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, throwIfAborted } from '../abort.ts';
import type { SshTarget } from '../ssh/target.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import type { OpenSshPlan } from './args.ts';
import { Askpass } from './askpass.ts';
import { openSshError } from './errors.ts';
import { answersOf } from './questions.ts';
import { runSsh } from './run-ssh.ts';

const STDERR_KEPT = 64 * 1024;
const READY_LOOK_MS = 50;
/** A login may wait for a person for as long as a question stands; without one, for so long. Milliseconds. */
const LOGIN_MS = 120_000;

/** Ends ssh when whoever started it has, whatever way it ended: nothing else tells ssh -N of that. */
const SUPERVISE =
  'exec 3<&0; ssh "$@" < /dev/null & child=$!; { cat <&3 > /dev/null; kill "$child"; } 2> /dev/null & wait "$child"';

/** One connection of the system's own ssh, which its other calls share. */
export class OpenSshMaster {
  /** Ended, for whatever reason; null when it was closed from here. */
  readonly ended: Promise<TransportError | null>;
  #alive = true;

  private constructor(
    /** A folder of this user alone, for as long as the connection lasts. */
    readonly folder: string,
    /** Arguments by which other calls find the connection, rather than make one of their own. */
    readonly share: readonly string[],
    readonly env: Readonly<Record<string, string | undefined>>,
    private readonly process: ChildProcess,
    ended: Promise<TransportError>,
  ) {
    this.ended = ended.then((error) => {
      const wasAlive = this.#alive;
      this.#alive = false;
      return wasAlive ? error : null;
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Connects and logs in; what that takes of the person is asked. @throws TransportError */
  static async open(
    plan: OpenSshPlan,
    target: SshTarget,
    context: TransportContext,
    signal: AbortSignal,
  ): Promise<OpenSshMaster> {
    throwIfAborted(signal);
    const { host, port, user, knownHosts } = target;
    const folder = await mkdtemp(join(tmpdir(), 'snapkeel-ssh-'));
    await chmod(folder, 0o700);
    const asks = { open: 0, refused: false };
    const answers = answersOf({ host, port, user, knownHostsFile: knownHosts.user }, context);
    const askpass = await Askpass.in(folder, async (ask, waits) => {
      asks.open += 1;
      const answer = await answers(ask, AbortSignal.any([waits, signal])).finally(() => (asks.open -= 1));
      asks.refused ||= answer === null && !waits.aborted;
      return answer;
    });
    const control = join(folder, 'control');
    const share = plan.sharesTheirs ? [] : ['-S', control];
    const env = { ...context.env, ...askpass.env, LC_ALL: 'C' };
    const args = [
      ...plan.options,
      ...(plan.sharesTheirs ? [] : ['-M', ...share, '-o', 'ControlPersist=no']),
      '-N',
      ...plan.destination,
    ];
    // Without a terminal of its own, ssh cannot ask there.
    const child = spawn('/bin/sh', ['-c', SUPERVISE, 'sh', ...args], {
      env,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    child.stdin.on('error', () => {});
    const ended = new Promise<TransportError>((resolve) => {
      child.once('error', (error) => resolve(new TransportError('SSH_MISSING', `${error}`, { host })));
      child.once('exit', (code) => {
        child.stdin.destroy();
        // What it said last may still be on its way.
        setImmediate(() => resolve(asks.refused ? cancelledBy(host) : openSshError(host, user, stderr, code)));
      });
    });
    const master = new OpenSshMaster(folder, share, env, child, ended);
    void ended.then(async () => {
      askpass.close();
      await rm(folder, { recursive: true, force: true });
    });
    try {
      await master.#ready(plan, host, asks, signal);
      return master;
    } catch (error) {
      master.close();
      throw error;
    }
  }

  /** Ends the connection, and with it all that shares it. */
  close(): void {
    this.#alive = false;
    this.process.stdin?.destroy();
  }

  async #ready(plan: OpenSshPlan, host: string, asks: { open: number }, signal: AbortSignal): Promise<void> {
    let failure: TransportError | null | undefined;
    void this.ended.then((error) => (failure = error));
    let since = performance.now();
    for (;;) {
      throwIfAborted(signal);
      if (failure !== undefined) throw failure ?? cancelled();
      if (await isReady(this, plan)) return;
      if (asks.open > 0) since = performance.now();
      if (performance.now() - since > LOGIN_MS)
        throw new TransportError('TIMED_OUT', `ssh to ${host}: not logged in within ${LOGIN_MS} ms.`, { host });
      await sleep(READY_LOOK_MS);
    }
  }
}

/** ssh makes the socket that others share once it has logged in. */
async function isReady(
  { folder, env }: OpenSshMaster,
  { sharesTheirs, options, destination }: OpenSshPlan,
): Promise<boolean> {
  if (!sharesTheirs) return existsSync(join(folder, 'control'));
  const { code } = await runSsh([...options, '-O', 'check', ...destination], env);
  return code === 0;
}

function cancelledBy(host: string): TransportError {
  return new TransportError('LOGIN_CANCELLED', `ssh to ${host}: what it asked was not answered.`, { host });
}
