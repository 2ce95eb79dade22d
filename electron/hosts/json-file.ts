import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** A small JSON file in the data directory, held in memory and replaced in one step at each change. */
export class JsonFile<T> {
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private current: T,
  ) {}

  /** An absent file reads as `empty`. One that cannot be read is kept beside the new one, and reported. */
  static async open<T>(
    path: string,
    schema: z.ZodType<T>,
    empty: T,
    log: (line: string) => void,
  ): Promise<JsonFile<T>> {
    try {
      return new JsonFile(path, schema.parse(JSON.parse(await readFile(path, 'utf8'))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const kept = `${path}.unreadable`;
        await rename(path, kept).catch(() => {});
        log(`${path} could not be read and was kept as ${kept}: ${error}`);
      }
      return new JsonFile(path, empty);
    }
  }

  get value(): T {
    return this.current;
  }

  /** True here at once; resolves when it is on the disk. */
  set(value: T): Promise<void> {
    this.current = value;
    const text = JSON.stringify(value, null, 2);
    this.#writing = this.#writing
      .catch(() => {})
      .then(async () => {
        await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
        await writeFile(`${this.path}.new`, text, { mode: 0o600 });
        await rename(`${this.path}.new`, this.path);
      });
    return this.#writing;
  }
}
