import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TransportContext, TransportError } from '../transport.ts';

/** A unix socket's path on a Mac, without its end (sockaddr_un); Linux has four bytes more. */
const MOST_PATH = 103;
/** While ssh makes its control socket, that has a name so much longer. */
const WHILE_MADE = '/control.1234567890123456'.length;
/** ssh reads these as something else in the paths of sockets. */
const READ_OTHERWISE = /[%$:\\"]/;

/** Where a private folder may be, best first. */
export function basesIn({ env, home }: Pick<TransportContext, 'env' | 'home'>): string[] {
  return [tmpdir(), ...(env.XDG_RUNTIME_DIR ? [env.XDG_RUNTIME_DIR] : []), '/tmp', join(home, '.cache')];
}

/**
 * Makes a folder of this user alone for ssh's sockets, with a program in it that ssh can run.
 * @returns the folder, and the program's path
 * @throws TransportError SSH_FOLDER_MISSING
 */
export async function makeFolder(
  bases: readonly string[],
  program: string,
  host: string,
): Promise<{ folder: string; path: string }> {
  const tried: string[] = [];
  for (const base of new Set(bases)) {
    const reason = READ_OTHERWISE.test(base) ? 'a character that ssh reads as something else' : tooLong(base);
    if (reason !== undefined) {
      tried.push(`${base} (${reason})`);
      continue;
    }
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(base, 'snapkeel-ssh-'));
      const path = join(folder, 'askpass');
      await writeFile(path, program, { mode: 0o700 });
      await access(path, constants.X_OK); // not where nothing may be run from (noexec)
      return { folder, path };
    } catch (error) {
      tried.push(`${base} (${(error as NodeJS.ErrnoException).code ?? error})`);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }
  throw new TransportError('SSH_FOLDER_MISSING', `There is no folder for ssh to ${host}: ${tried.join(', ')}`, {
    host,
    tried: tried.join(', '),
  });
}

function tooLong(base: string): string | undefined {
  const length = Buffer.byteLength(join(base, 'snapkeel-ssh-123456')) + WHILE_MADE;
  return length > MOST_PATH ? 'too long' : undefined;
}
