import { execFile } from 'node:child_process';

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

/**
 * Runs a command, without a shell, and gives what it wrote to its standard output.
 * @throws CommandError
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [command = '', ...args] = argv;
  const settings = { timeout: 120_000, maxBuffer: 64 * 1024 * 1024, ...options };
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...settings, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new CommandError(argv, error.code ?? null, stderr || error.message));
      else resolve(stdout);
    });
  });
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
