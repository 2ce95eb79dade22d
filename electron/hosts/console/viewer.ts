import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A viewer that has ended by then has not shown anything. */
const SETTLE_MS = 1_500;

/** The first file of this name that may be run, in the folders of PATH; null when there is none. */
export async function findProgram(name: string, { PATH = '' }: Environment): Promise<string | null> {
  for (const folder of PATH.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return null;
}

/**
 * Starts a program that goes on without this one.
 * @returns why it does not run, in a few words; null when it still does after a moment, or has ended well.
 */
export async function startDetached(file: string, argv: readonly string[], env: Environment): Promise<string | null> {
  const child = spawn(file, argv, { detached: true, stdio: 'ignore', env });
  child.unref();
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(
    ([code, signal]) => (code === 0 ? null : `it ended at once, with ${code === null ? signal : `exit code ${code}`}`),
    (error: Error) => (over.signal.aborted ? null : error.message),
  );
  try {
    return await Promise.race([ended, sleep(SETTLE_MS, null, { ref: false })]);
  } finally {
    over.abort();
  }
}
