import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from '../command-line.ts';

/** What a second start hands to the first. */
export type Handed = Pick<CommandLine, 'connect' | 'links'>;

/** Makes a folder that other users cannot look into. @throws Error with a sentence */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be made: ${reasonOf(error)}. Choose another with --data-dir.`);
  }
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
    writeFileSync(file, `${process.pid}`, { mode: 0o600 });
    return true;
  }
  if (isAlive(readPid(file))) return false;
  throw new Error(`The folder ${folder} could not be locked, and nothing else seems to use it. Can you write to it?`);
}

function readPid(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
