import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandLine } from '../command-line.ts';
import { processStart } from '../kept/process-start.ts';
import { codeOf, reasonOf } from '../kept/reason.ts';
import { readSmall, writeAnew } from '../regular-file.ts';

/** What a second start hands to the first. */
export type Handed = Pick<CommandLine, 'connect' | 'links'>;

/** A folder may be the right one and still not take anything now. A recursive `mkdir` says ENOENT of a read-only disk. */
const unwritable: ReadonlySet<string> = new Set(['EROFS', 'ENOENT', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT']);

/**
 * Where Electron's own files go, below folders that other users cannot look into: the data directory, or where that cannot
 * be written to a folder for this run alone. It holds a folder `window` then.
 * @throws Error with a sentence, where there can be no such folder
 */
export function placeForFiles(dataDir: string): string {
  const folder = join(dataDir, 'window');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const trial = join(folder, 'trial');
    writeAnew(trial, '?');
    rmSync(trial);
    return dataDir;
  } catch (error) {
    if (!unwritable.has(codeOf(error)))
      throw new Error(`The folder ${folder} cannot be created: ${reasonOf(error)}. Choose another with --data-dir.`);
  }
  const place = mkdtempSync(join(tmpdir(), 'snapkeel-'));
  mkdirSync(join(place, 'window'));
  process.on('exit', () => rmSync(place, { recursive: true, force: true }));
  return place;
}

/**
 * Whether this is the only one that runs with a folder. Electron does not tell a second start from a lock that could not
 * be taken, so the first one leaves its process ID.
 * @param lock takes it, and hands over what was asked for if another one has it.
 * @throws Error with a sentence, where the lock cannot be taken though nothing runs
 */
export function isOnlyInstance(
  folder: string,
  lock: (handed: Handed) => boolean,
  { connect, links }: CommandLine,
): boolean {
  const file = join(folder, 'running.pid');
  if (lock({ connect, links })) {
    writeAnew(file, `${process.pid}`);
    return true;
  }
  if (processStart(readPid(file)) !== null) return false;
  throw new Error(`The folder ${folder} could not be locked, and nothing else seems to use it. Can you write to it?`);
}

function readPid(file: string): number {
  try {
    return Number(readSmall(file));
  } catch {
    return 0;
  }
}
