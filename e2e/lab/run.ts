import { type ChildProcess, fork } from 'node:child_process';

/** A command that ended with a code other than 0; the message carries what it wrote to its standard error. */
export class CommandError extends Error {
  readonly argv: readonly string[];
  readonly code: number | string | null;
  readonly stderr: string;

  constructor(argv: readonly string[], code: number | string | null, stderr: string) {
    super(`${argv.join(' ')} ended with ${code ?? 'a signal'}: ${stderr.trim() || '(no message)'}`);
    this.name = 'CommandError';
    this.argv = argv;
    this.code = code;
    this.stderr = stderr;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; the command is killed after it. Default: 120 000. */
  readonly timeout?: number;
}

interface Ended {
  readonly id: number;
  readonly stdout: string;
  /** Null for a command that ended with 0. */
  readonly problem: { readonly code: number | string | null; readonly message: string } | null;
}

/**
 * Starts programs for this process. Whoever starts one has its page tables copied, and pays for each page that it writes
 * to afterwards: a test runner's process of some hundred MB 50 ms and more each time, a small one hardly anything.
 */
class Starter {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (ended: Ended) => void>();
  #last = 0;

  constructor() {
    this.#child = fork(new URL('starter.mjs', import.meta.url), { execArgv: [], serialization: 'advanced' });
    this.#child.on('message', (ended: Ended) => {
      this.#waiting.get(ended.id)?.(ended);
      this.#waiting.delete(ended.id);
      this.#hold();
    });
    this.#child.on('exit', (code) => {
      const problem = { code, message: 'what starts programs has ended' };
      for (const [id, end] of this.#waiting) end({ id, stdout: '', problem });
      this.#waiting.clear();
      if (starter === this) starter = undefined;
    });
    this.#child.unref();
    this.#hold();
  }

  start(argv: readonly string[], options: object): Promise<Ended> {
    const id = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#hold();
      this.#child.send({ id, argv, options });
    });
  }

  /** This process goes on for as long as something is waited for. */
  #hold(): void {
    if (this.#waiting.size > 0) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }
}
let starter: Starter | undefined;

/**
 * Runs a command, without a shell, and gives what it wrote to its standard output.
 * @throws CommandError
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const settings = { env: process.env, cwd: process.cwd(), timeout: 120_000, maxBuffer: 64 * 1024 * 1024, ...options };
  starter ??= new Starter();
  const { stdout, problem } = await starter.start(argv, { ...settings, env: { ...settings.env } });
  if (problem) throw new CommandError(argv, problem.code, problem.message);
  return stdout;
}

/** Waits this many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Calls `attempt` until it neither throws nor rejects.
 * @throws the last error, once `timeout` milliseconds have passed
 */
export async function retry<T>(attempt: () => T | Promise<T>, timeout: number, pause = 30): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(pause);
    }
  }
}
