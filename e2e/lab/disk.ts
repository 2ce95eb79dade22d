import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

export type DiskFormat = 'qcow2' | 'raw';

/** The format of a disk of the lab, which its file name tells: overlays of snapshots are qcow2. */
export function diskFormat(path: string): DiskFormat {
  return path.endsWith('.raw') ? 'raw' : 'qcow2';
}

/** Creates an empty disk image. */
export async function createDisk(path: string, mebibytes: number): Promise<void> {
  await run(['qemu-img', 'create', '-q', '-f', diskFormat(path), path, `${mebibytes}M`]);
}

/**
 * Writes bytes as a guest would, at an offset in bytes.
 * @throws CommandError while a guest holds the disk
 */
export async function writeDisk(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  // qemu-io splits its commands at blanks: the file is named without its folder.
  const name = `snapkeel-${randomUUID()}`;
  await writeFile(join(tmpdir(), name), bytes);
  try {
    const command = `write -s ${name} ${offset} ${bytes.length}`;
    await run(['qemu-io', '-f', diskFormat(path), '-c', command, path], { cwd: tmpdir() });
  } finally {
    await rm(join(tmpdir(), name));
  }
}

/** Reads bytes as a guest would, at an offset in bytes; also while a guest runs. */
export async function readDisk(path: string, offset: number, length: number): Promise<Buffer> {
  return bytesOf(await run(readCommand(path, offset, length)));
}

/** The command that prints bytes of a disk, for `bytesOf`. */
export function readCommand(path: string, offset: number, length: number): string[] {
  return ['qemu-io', '-U', '-r', '-f', diskFormat(path), '-c', `read -v ${offset} ${length}`, path];
}

/** The bytes in what `readCommand` prints. */
export function bytesOf(dump: string): Buffer {
  // 00100000:  68 65 6c 6c 6f  hello
  const rows = dump.matchAll(/^[0-9a-f]{8,}: {2}((?:[0-9a-f]{2} ){1,16})/gm);
  return Buffer.from([...rows].map((row) => row[1]?.replaceAll(' ', '')).join(''), 'hex');
}
