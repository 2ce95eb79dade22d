import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Read at once where a file does not tell its size; bytes. */
const PART = 64 * 1024;
const LF = 0x0a;

/** Where a file is not what it should be; the codes are the system’s, so that they have its words. */
function unfit(code: 'EISDIR' | 'EFTYPE' | 'EFBIG', path: string): Error {
  const what = code === 'EFBIG' ? 'is too large' : 'is no regular file';
  return Object.assign(new Error(`${code}: ${path} ${what}`), { code });
}

/** Opens what is a file, and not a pipe that would be waited for or a device that never ends. @throws Error of the system, EISDIR, EFTYPE */
export async function openRegular(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NONBLOCK, mode);
  const stats = await file.stat();
  if (stats.isFile()) return file;
  await file.close();
  throw unfit(stats.isDirectory() ? 'EISDIR' : 'EFTYPE', path);
}

/** Reads a file of at most so many bytes. @throws Error of the system, EISDIR, EFTYPE, EFBIG */
export async function readRegular(path: string, most: number): Promise<Buffer> {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    const { size } = await file.stat();
    if (size > most) throw unfit('EFBIG', path);
    const parts: Buffer[] = [];
    let left = most;
    for (let at = 0; left > 0; ) {
      const part = Buffer.alloc(Math.min(left, Math.max(size, PART)));
      const { bytesRead } = await file.read(part, 0, part.length, at);
      if (bytesRead === 0) break;
      parts.push(part.subarray(0, bytesRead));
      at += bytesRead;
      left -= bytesRead;
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

/**
 * The lines of a file, or of the end of one that is larger, whose first line is not whole and left out. Memory held is that
 * of one line.
 * @param most of the file, bytes
 * @param longest of a line, bytes; one that is longer comes as an empty one
 * @throws Error of the system, EISDIR, EFTYPE
 */
export async function* linesOf(path: string, most: number, longest: number): AsyncGenerator<string> {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    const start = Math.max(0, (await file.stat()).size - most);
    let parts: Buffer[] = [];
    let held = 0;
    let isWhole = start === 0;
    const take = (part: Buffer): void => {
      held += part.length;
      if (held > longest) parts = [];
      else parts.push(part);
    };
    const part = Buffer.alloc(PART);
    for (let at = start; ; ) {
      const { bytesRead } = await file.read(part, 0, PART, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const read = Buffer.from(part.subarray(0, bytesRead));
      let from = 0;
      for (let end = read.indexOf(LF); end >= 0; end = read.indexOf(LF, from)) {
        take(read.subarray(from, end));
        if (isWhole) yield Buffer.concat(parts).toString('utf8');
        [parts, held, isWhole, from] = [[], 0, true, end + 1];
      }
      take(read.subarray(from));
    }
    if (isWhole && held > 0) yield Buffer.concat(parts).toString('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Writes a small file anew, in the place of what has its name and never into what that leads to. Only this user may read it.
 * @throws Error of the system
 */
export function writeAnew(path: string, text: string): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}

/** Adds to a file that only this user may read; never to what a link leads to. @throws Error of the system, EFTYPE */
export function appendRegular(path: string, text: string): void {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  withRegular(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, (file) => appendFileSync(file, text));
}

/** Reads a file of a few lines at once. @throws Error of the system, EFTYPE, EFBIG */
export function readSmall(path: string): string {
  return withRegular(path, constants.O_RDONLY, (file) => {
    if (fstatSync(file).size > PART) throw unfit('EFBIG', path);
    return readFileSync(file, 'utf8');
  });
}

function withRegular<T>(path: string, flags: number, use: (file: number) => T): T {
  const file = openSync(path, flags | constants.O_NONBLOCK, 0o600);
  try {
    if (!fstatSync(file).isFile()) throw unfit('EFTYPE', path);
    return use(file);
  } finally {
    closeSync(file);
  }
}
