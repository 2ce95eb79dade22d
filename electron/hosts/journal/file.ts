import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that only grows. */
export interface AppendFile {
  /** All of it; empty when there is none. */
  read(): Promise<string>;
  /** Writes a line at the end; resolves when it is on the disk. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

interface Handle {
  appendFile(text: string): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}
/** The parts of `node:fs` that are used, so that a test can watch their order. */
export interface AppendFs {
  open(path: string, mode: number): Promise<Handle>;
  read(path: string): Promise<string>;
}

const realFs: AppendFs = {
  async open(path, mode) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a', mode);
    // The name of a new file is on the disk only when its folder is; not every platform can sync a folder.
    const folder = await open(dirname(path), 'r').catch(() => null);
    await folder?.sync().catch(() => {});
    await folder?.close();
    return handle;
  },
  async read(path) {
    return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
  },
};

/** Lines are written one after the other, each synced before the next; only this user may read them. */
export function appendFile(path: string, fs: AppendFs = realFs): AppendFile {
  let handle: Promise<Handle> | undefined;
  let last: Promise<void> = Promise.resolve();
  const opened = async () => {
    const torn = await fs.read(path).then((text) => text !== '' && !text.endsWith('\n'));
    const file = await fs.open(path, 0o600);
    if (torn) await file.appendFile('\n'); // so that the next line does not join what a crash has left
    return file;
  };
  return {
    read: () => fs.read(path),
    append(line) {
      const writing = last
        .catch(() => {})
        .then(async () => {
          handle ??= opened().catch((error: unknown) => {
            handle = undefined;
            throw error;
          });
          const file = await handle;
          await file.appendFile(`${line}\n`);
          await file.datasync();
        });
      last = writing;
      return writing;
    },
    async close() {
      await last.catch(() => {});
      const file = await handle?.catch(() => undefined);
      handle = undefined;
      await file?.close();
    },
  };
}
