import { z } from 'zod';
import { connectTimes, sshClients, unsaid } from '../../shared/host-list/details.ts';
import { rearranged } from '../../shared/host-list/order.ts';
import { HostColour, type HostDetails } from '../../shared/schema.ts';
import { JsonFile, type Tell } from './json-file.ts';

const VERSION = 2;
/** A list of hosts that were added, with nothing said of them but a name. */
const First = z.object({
  version: z.literal(1),
  hosts: z.array(z.object({ id: z.string(), name: z.string(), uri: z.string() })),
});
const KeptHost = z.object({
  /** As `hostKey`: the URI as it was given. */
  key: z.string(),
  /** Of a host that was added, and is there again at the next start; null for one of which something is said only. */
  id: z.string().nullable(),
  name: z.string(),
  group: z.string(),
  colour: HostColour.nullable().catch(null),
  note: z.string(),
  protected: z.boolean(),
  readOnly: z.boolean(),
  ssh: z.enum(sshClients).catch('automatic'),
  connect: z.enum(connectTimes).catch('at-start'),
});
const Second = z.object({ version: z.literal(VERSION), hosts: z.array(KeptHost) });
type File = z.infer<typeof Second>;
const File: z.ZodType<File> = z.union([
  Second,
  First.transform(
    ({ hosts }): File => ({
      version: VERSION,
      hosts: hosts.map(({ id, name, uri }) => ({ ...unsaid, key: uri, id, name })),
    }),
  ),
]);
export type KeptHost = HostDetails & { readonly key: string; readonly id: string | null };

/**
 * The hosts that a person has added, and what is said of them and of those that are found on this computer, in the order
 * of the list, in `hosts.json`. No secrets are in it. Whatever changes it throws a ProblemError as `JsonFile.change`.
 */
export class HostStore {
  private constructor(private readonly file: JsonFile<File>) {}

  /** Reads the file; one of version 1 is written anew at the first change. */
  static async open(path: string, log: (line: string) => void, tell?: Tell): Promise<HostStore> {
    const holds = 'the hosts that were added, and their settings';
    const empty: File = { version: VERSION, hosts: [] };
    return new HostStore(await JsonFile.open({ path, schema: File, version: VERSION, empty, holds, log, tell }));
  }

  /** In the order of the list. */
  list(): readonly KeptHost[] {
    return this.file.value.hosts;
  }

  /** Keeps hosts, each in the place of the one of its key or at the end; an id that was given stays. */
  async keep(hosts: readonly KeptHost[]): Promise<void> {
    await this.#change((kept) => {
      const next = new Map(kept.map((host) => [host.key, host]));
      for (const host of hosts) next.set(host.key, { ...host, id: next.get(host.key)?.id ?? host.id });
      return [...next.values()];
    });
  }

  /** Puts hosts into this order, in the places that they have now; one that is not kept yet is kept. */
  async arrange(hosts: readonly KeptHost[]): Promise<void> {
    await this.#change((kept) => {
      const known = new Set(kept.map(({ key }) => key));
      const all = [...kept, ...hosts.filter(({ key }) => !known.has(key))];
      return rearranged(
        all,
        ({ key }) => key,
        hosts.map(({ key }) => key),
      );
    });
  }

  /** Forgets a host, and what is said of it. */
  async remove(key: string): Promise<void> {
    await this.#change((kept) => kept.filter((host) => host.key !== key));
  }

  async #change(change: (hosts: File['hosts']) => KeptHost[]): Promise<void> {
    await this.file.change(({ version, hosts }) => ({ version, hosts: change(hosts) }));
  }
}
