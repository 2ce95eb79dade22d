import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A viewer that has ended by then has not shown anything. */
const SETTLE_MS = 1_500;

/** Where a Mac's package managers put programs: an app that was started from its icon has a PATH without them. */
const macFolders = ['/opt/homebrew/bin', '/usr/local/bin'];
/** What an AppImage's start sets for its own files, and keeps the person's own of under another name, if it does. */
const ofAppImage = ['LD_LIBRARY_PATH', 'XDG_DATA_DIRS', 'GSETTINGS_SCHEMA_DIR', 'GTK_PATH', 'PYTHONHOME', 'PYTHONPATH'];

/** Where programs are looked for, in this order; never a folder that depends on where one is. */
export function programFolders({ PATH = '' }: Environment, platform = process.platform): string[] {
  return [...PATH.split(delimiter), ...(platform === 'darwin' ? macFolders : [])].filter((each) => isAbsolute(each));
}

/** The first file of this name that may be run; null when there is none. */
export async function findProgram(name: string, env: Environment): Promise<string | null> {
  for (const folder of programFolders(env)) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return null;
}

/** What a program of the system may see: nothing that points into this app's own AppImage. */
export function outerEnvironment(env: Environment): Environment {
  const { APPDIR } = env;
  if (!APPDIR) return env;
  const own = (part: string) => part === APPDIR || part.startsWith(`${APPDIR}/`);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      if (!ofAppImage.includes(name) || value === undefined) return [[name, value]];
      const rest = value.split(delimiter).filter((part) => part !== '' && !own(part));
      return rest.length > 0 ? [[name, rest.join(delimiter)]] : [];
    }),
  );
}

/**
 * Starts a program that goes on without this one.
 * @returns why it does not run, in a few words; null when it still does after a moment, or has ended well.
 */
export async function startDetached(file: string, argv: readonly string[], env: Environment): Promise<string | null> {
  const child = spawn(file, argv, { detached: true, stdio: 'ignore', env: outerEnvironment(env) });
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
