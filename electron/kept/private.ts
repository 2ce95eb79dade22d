import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf } from '../../shared/errors.ts';
import type { Problem } from '../../shared/schema.ts';
import { reasonOf } from './reason.ts';

const OTHERS = 0o077;
/** Folders in a data directory that hold files of Snapkeel’s own. */
const folders = ['thumbnails', 'logs'] as const;

/**
 * Takes from everybody else what they may do with a data directory and the files in it, as a copy or another umask leaves it.
 * @returns what a person should know: they may do it still. null: nobody else can, or there is no such folder
 */
export async function keepPrivate(folder: string, log: (line: string) => void): Promise<Problem | null> {
  const open: string[] = [];
  for (const each of [folder, ...folders.map((name) => join(folder, name))])
    for (const path of [each, ...(await filesIn(each))])
      await closeToOthers(path).catch((error: unknown) => {
        log(`${path} is open to others: ${error}`);
        open.push(`${path}: ${reasonOf(error)}`);
      });
  return open.length === 0 ? null : problemOf('KEPT_NOT_PRIVATE', { folder }, open.join('\n'));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() ? [join(folder, entry.name)] : []));
}

async function closeToOthers(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => null);
  if (stats && !stats.isSymbolicLink() && (stats.mode & OTHERS) !== 0) await chmod(path, stats.mode & 0o700);
}
