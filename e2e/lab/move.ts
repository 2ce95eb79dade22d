import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf, readCommand } from './disk.ts';
import { Guest } from './guest.ts';
import type { Lab } from './lab.ts';
import { run } from './run.ts';

/** A guest of one lab in another one: the same UUID, and copies of its files at the same paths. */
export interface MovedGuest {
  readonly guest: Guest;
  /** Reads what the guest would see on its first disk there: its files are at their paths only inside that lab. */
  readBytes(offset: number, length: number): Promise<string>;
}

/**
 * Copies a guest that is shut off and defines it, without its snapshots. Only as root: a lab needs a file system of
 * its own for a folder that has another lab's path.
 */
export async function moveGuest(guest: Guest, from: Lab, to: Lab): Promise<MovedGuest> {
  const { name, folder } = guest;
  const xml = await from.virsh('dumpxml', '--inactive', '--security-info', name);
  const moved = join(to.dir, 'moved');
  await mkdir(moved, { recursive: true });
  await run(['cp', '-a', '--sparse=always', folder, moved]);
  await to.run(['sh', '-c', 'mkdir -p "$1" && mount --bind "$0" "$1"', join(moved, name), folder]);
  const file = join(to.dir, 'guests', `${name}.xml`);
  await writeFile(file, xml);
  await to.virsh('define', file);
  const there = new Guest(to.virsh.bind(to), folder, name, { files: join(moved, name) });
  return {
    guest: there,
    async readBytes(offset, length) {
      return bytesOf(await to.run(readCommand(await there.diskPath(), offset, length))).toString();
    },
  };
}
