import { constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { linesOf, openRegular } from '../../regular-file.ts';
import { codeOf } from '../reason.ts';
import { syncFolder } from '../replace-file.ts';

/** What is read of a journal: the last of it, where it has grown beyond. */
const MOST_BYTES = 128 * 1024 * 1024;
/** Of a line: the XML of a snapshot has 4 MiB at most, and is written with escapes. Bytes. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** A file that only grows. */
export interface AppendFile {
  /** Its lines, the last of which may be torn; none where there is no file. */
  lines(): AsyncIterable<string>;
  /**
   * Writes lines at the end; resolves when they are on the disk. What could not be written is taken away again, or else
   * stands by itself: it never spoils another line.
   */
  append(...lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

interface Handle {
  /** How large the file is, in bytes, and whether its last line is ended; an empty file has none that is not. */
  end(): Promise<{ size: number; whole: boolean }>;
  appendFile(text: string): Promise<void>;
  datasync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}
/** The parts of `node:fs` that are used, so that a test can watch their order and let them fail. */
export interface AppendFs {
  open(path: string, mode: number): Promise<Handle>;
  lines(path: string): AsyncIterable<string>;
}

const realFs: AppendFs = {
  async open(path, mode) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, mode);
    await syncFolder(dirname(path));
    return {
      async end() {
        const { size } = await file.stat();
        const last = Buffer.alloc(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        return { size, whole: size === 0 || last.toString() === '\n' };
      },
      appendFile: (text) => file.appendFile(text),
      datasync: () => file.datasync(),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  },
  async *lines(path) {
    try {
      yield* linesOf(path, MOST_BYTES, LONGEST_LINE);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  },
};

/** Lines are written one after the other, each synced before the next; only this user may read them. */
export function appendFile(path: string, fs: AppendFs = realFs): AppendFile {
  let handle: Handle | undefined;
  let last: Promise<void> = Promise.resolve();
  const close = async () => {
    const file = handle;
    handle = undefined;
    await file?.close();
  };
  const write = async (text: string) => {
    handle ??= await fs.open(path, 0o600);
    try {
      await appendText(handle, text);
    } catch (error) {
      await close().catch(() => {}); // a new one may do what this one no longer can
      throw error;
    }
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.catch(() => {}).then(work);
    return last;
  };
  return {
    lines: () => fs.lines(path),
    append: (...lines) => inTurn(() => write(lines.join('\n'))),
    close: () => inTurn(close),
  };
}

async function appendText(file: Handle, text: string): Promise<void> {
  const { size, whole } = await file.end();
  try {
    // What a crash has left of a line would join this one.
    await file.appendFile(`${whole ? '' : '\n'}${text}\n`);
    await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => {});
    throw error;
  }
}
