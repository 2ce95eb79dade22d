import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, throwIfAborted } from '../abort.ts';
import type { SshTarget } from '../ssh/target.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { NO_FORWARDINGS, type OpenSshPlan } from './args.ts';
import { ASKPASS, type Ask, Askpass } from './askpass.ts';
import { openSshError } from './errors.ts';
import { basesIn, makeFolder } from './folder.ts';
import { answersOf, isHostKeyQuestion, marksServers } from './questions.ts';
import { runSsh } from './run-ssh.ts';

const STDERR_KEPT = 64 * 1024;
const LAST_WORDS_MS = 1_000;
const READY_LOOK_MS = 50;
/** Between the end of what shares a connection and that of the connection itself. Milliseconds. */
const SOON_MS = 2_000;
/** A login may wait for a person for as long as a question stands; without one, for so long. Milliseconds. */
const LOGIN_MS = 120_000;

/** What shares a connection makes none of its own where that has gone. */
const NEVER_ASKS = ['-o', 'BatchMode=yes'];

/**
 * Ends ssh when whoever started it has, whatever way it ended: nothing else tells ssh -N of that. With it goes all that it
 * has started, as what still asks for a password, and the folder ($0). What does not want to go is made to.
 */
const SUPERVISE = [
  'exec 3<&0; ssh "$@" < /dev/null & child=$!;',
  '{ trap "" TERM; cat <&3; kill -TERM 0; sleep 3; rm -rf -- "$0"; kill -KILL 0; } > /dev/null 2>&1 &',
  'wait "$child"',
].join(' ');

/** One connection of the system's own ssh, which its other calls share. */
export class OpenSshMaster {
  /** Why it ended; null when it was closed from here. */
  readonly ended: Promise<TransportError | null>;
  #alive = true;
  #end: (error: TransportError | null) => void = () => {};

  private constructor(
    /** A folder of this user alone, for as long as the connection lasts. */
    readonly folder: string,
    private readonly askpass: string,
    /** Arguments by which other calls find the connection, rather than make one of their own. */
    readonly share: readonly string[],
    readonly env: Readonly<Record<string, string | undefined>>,
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    void this.ended.then(() => rm(folder, { recursive: true, force: true }));
  }

  /** It is the person's own, and goes on when this is closed. */
  get isTheirs(): boolean {
    return this.share === NEVER_ASKS;
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
    const { folder, path } = await makeFolder(basesIn(context), ASKPASS, target.host);
    const check = [...plan.options, '-O', 'check', ...plan.destination];
    if (plan.mayShareTheirs && (await runSsh(check, env, signal)).code === 0)
      return new OpenSshMaster(folder, path, NEVER_ASKS, env);
    const share = [...NEVER_ASKS, '-o', 'ProxyCommand=false', '-S', join(folder, 'control')];
    const master = new OpenSshMaster(folder, path, share, env);
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
    const { host, port, user, hostKeyAlias, knownHosts } = target;
    const hasOthers = target.jumps.length + target.needsOpenSsh.length > 0;
    const jumps = target.jumps.map((jump) => jump.host);
    const control = join(this.folder, 'control');
    let asking = 0;
    let isIn = false;
    const version = await runSsh(['-V'], this.env, signal);
    const meant = {
      ...{ host, port, user, alias: hostKeyAlias, knownHostsFile: knownHosts.user },
      marksServers: marksServers(version.stderr),
    };
    const answers = answersOf(meant, context);
    const askpass = new Askpass(this.folder, this.askpass, async (ask, waits) => {
      asking += 1;
      const answer = await answers(ask, AbortSignal.any([waits, signal]))
        .catch((error: unknown) => {
          this.fail(new TransportError('LOGIN_CANCELLED', `ssh to ${host}: it could not be asked: ${error}`, { host }));
          return null;
        })
        .finally(() => {
          asking -= 1;
        });
      // ssh would ask again, or for something else.
      if (answer === null && !waits.aborted) this.fail(refusedBy(ask, host));
      return answer;
    });
    void this.ended.then(() => askpass.close());
    // What servers show goes to standard error, and ssh's own words to the file: none can be taken for the other.
    const words = join(this.folder, 'words');
    const own = ['-o', 'BatchMode=no', '-E', words, '-M', '-S', control];
    // What comes first counts: -N would refuse the SessionType of the options.
    const args = ['-N', ...plan.options, ...NO_FORWARDINGS, ...own, ...plan.destination];
    // Without a terminal of its own, ssh cannot ask there.
    const child = spawn('/bin/sh', ['-c', SUPERVISE, this.folder, ...args], {
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
      this.#alive = false;
      // Node has let go of sh's input by now, after which the folder goes, too.
      const own = textOf(words);
      const end = () => {
        // Whoever makes the connection for ssh has no other place to say why not.
        const said = own === '' || hasOthers ? `${stderr}\n${own}` : own;
        this.fail(openSshError({ host, user, said, code, wasIn: isIn, jumps }));
      };
      // What it said last may still be on its way, or held open by what it has started.
      if (child.stderr.readableEnded) end();
      else child.stderr.once('end', end);
      setTimeout(end, LAST_WORDS_MS).unref();
    });
    let failure: TransportError | null | undefined;
    void this.ended.then((error) => {
      failure = error;
      child.stdin.destroy();
    });
    // ssh makes the socket that others share once it has logged in.
    for (let since = performance.now(); !existsSync(control); await sleep(READY_LOOK_MS)) {
      throwIfAborted(signal);
      if (failure !== undefined) throw failure ?? cancelled();
      if (asking > 0) since = performance.now();
      if (performance.now() - since > LOGIN_MS)
        throw new TransportError('TIMED_OUT', `ssh to ${host}: not logged in within ${LOGIN_MS} ms.`, { host });
    }
    isIn = true;
  }
}

/** The end of a file; nothing where there is none. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-STDERR_KEPT);
  } catch {
    return '';
  }
}

function refusedBy(ask: Ask, host: string): TransportError {
  return isHostKeyQuestion(ask)
    ? new TransportError('HOST_KEY_DECLINED', `The key of ${host} was not accepted.`, { host })
    : new TransportError('LOGIN_CANCELLED', `ssh to ${host}: what it asked was not answered.`, { host });
}
