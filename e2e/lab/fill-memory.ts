import { randomBytes } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from './guest.ts';
import type { Lab } from './lab.ts';

const mebibyte = 1 << 20;
/** What lies below belongs to the guest’s firmware and boot sector. */
const from = 4;

/**
 * Fills a running guest's memory from outside with what does not compress, so that it does not fit into a pipe (1 MiB):
 * for a guest with `memoryInFile`, on a lab that runs as root.
 */
export async function fillMemory(lab: Lab, guest: Guest, mebibytes: number): Promise<void> {
  const ram = join(lab.dir, 'lib/qemu/ram');
  const folder = (await readdir(ram)).find((name) => name.endsWith(`-${guest.name}`));
  if (folder === undefined) throw new Error(`the memory of ${guest.name} is in no file`);
  const file = await open(join(ram, folder, 'pc.ram'), 'r+');
  try {
    const block = randomBytes(mebibyte);
    for (let at = from; at < mebibytes; at++) {
      block.writeUInt32LE(at, 0);
      await file.write(block, 0, mebibyte, at * mebibyte);
    }
  } finally {
    await file.close();
  }
}
