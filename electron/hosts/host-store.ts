import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const StoredHost = z.object({ id: z.string(), name: z.string(), uri: z.string() });
const File = z.object({ version: z.literal(1), hosts: z.array(StoredHost) });
export type StoredHost = z.infer<typeof StoredHost>;

/** The hosts a person has added, in a JSON file of their data directory. No secrets are in it. */
export class HostStore {
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: string) {}

  /** An absent file is an empty list. One that cannot be read is kept beside the new one, and reported. */
  async load(log: (line: string) => void): Promise<StoredHost[]> {
    try {
      return File.parse(JSON.parse(await readFile(this.file, 'utf8'))).hosts;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      const kept = `${this.file}.unreadable`;
      await rename(this.file, kept);
      log(`the list of hosts could not be read and was kept as ${kept}: ${error}`);
      return [];
    }
  }

  /** Replaces the file in one step, so that a crash leaves the old list or the new one. */
  save(hosts: readonly StoredHost[]): Promise<void> {
    const text = JSON.stringify({ version: 1, hosts }, null, 2);
    this.#writing = this.#writing
      .catch(() => {})
      .then(async () => {
        await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
        await writeFile(`${this.file}.new`, text, { mode: 0o600 });
        await rename(`${this.file}.new`, this.file);
      });
    return this.#writing;
  }
}
