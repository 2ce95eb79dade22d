import { z } from 'zod';
import { JsonFile, type Tell } from './json-file.ts';

const StoredHost = z.object({ id: z.string(), name: z.string(), uri: z.string() });
const File = z.object({ version: z.literal(1), hosts: z.array(StoredHost) });
export type StoredHost = z.infer<typeof StoredHost>;

/** The hosts a person has added, in `hosts.json`. No secrets are in it. */
export class HostStore {
  private constructor(private readonly file: JsonFile<z.infer<typeof File>>) {}

  static async open(path: string, log: (line: string) => void, tell?: Tell): Promise<HostStore> {
    const holds = 'the hosts that were added';
    return new HostStore(
      await JsonFile.open({ path, schema: File, empty: { version: 1, hosts: [] }, holds, log, tell }),
    );
  }

  list(): readonly StoredHost[] {
    return this.file.value.hosts;
  }

  /** Keeps a host, unless there is one of its URI. @throws ProblemError as `JsonFile.change` */
  async add(host: StoredHost): Promise<void> {
    await this.file.change(({ version, hosts }) => ({
      version,
      hosts: hosts.some(({ uri }) => uri === host.uri) ? hosts : [...hosts, host],
    }));
  }

  /** @throws ProblemError as `JsonFile.change` */
  async remove(id: string): Promise<void> {
    await this.file.change(({ version, hosts }) => ({ version, hosts: hosts.filter((host) => host.id !== id) }));
  }
}
