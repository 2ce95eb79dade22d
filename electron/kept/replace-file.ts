import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './reason.ts';

/** How often to look whether another one has written. Milliseconds. */
const LOOK_MS = 20;
/** Whoever has begun to write, and has not gone on for so long, has died. Milliseconds. */
const DEAD_MS = 2_000;

/**
 * Replaces a file in one step: after a crash, or on a disk that is full, it is the old one or the new one. Who replaces it
 * holds `<path>.new`, which only one can make, so that several processes do it one after the other, also where a file
 * system knows no other lock. Only this user may read the file and its folder.
 * @param make the new text, made while nobody else can replace the file; null leaves it as it is.
 * @throws Error of the system, and whatever `make` throws; then the file is as it was
 */
export async function replaceFile(path: string, make: () => Promise<string | null>): Promise<void> {
  const fresh = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await openAlone(fresh);
  // Whoever has waited too long for this process makes a file of its own there.
  const isOurs = async () => (await lstat(fresh)).ino === (await file.stat()).ino;
  let done = false;
  try {
    const text = await make();
    if (text === null) return;
    await file.writeFile(text);
    await file.sync();
    if (!(await isOurs())) throw new Error('writing it took too long, and another Snapkeel began to');
    await rename(fresh, path);
    done = true;
  } finally {
    if (!done && (await isOurs().catch(() => false))) await rm(fresh, { force: true });
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** The name of a new file is on the disk only when its folder is; not every platform can sync a folder. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** Makes a file that nobody else has made, and waits for whoever has until it is gone or has not changed for a while. */
async function openAlone(path: string): Promise<FileHandle> {
  let seen = '';
  let since = performance.now();
  for (;;) {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const now = await lstat(path).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      () => '',
    );
    if (now !== seen) {
      seen = now;
      since = performance.now();
    } else if (performance.now() - since > DEAD_MS) await rm(path, { force: true });
    await sleep(LOOK_MS);
  }
}
