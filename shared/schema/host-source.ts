import { z } from 'zod';

/** Where hosts can be picked from, in the order in which they are shown. */
export const hostSourceKinds = ['local', 'ssh-config', 'libvirt', 'virt-manager'] as const;

/** A host that is known elsewhere. */
export const SourceHost = z.object({
  /** As it is called there; null where it has no name but its URI. */
  name: z.string().nullable(),
  uri: z.string(),
  /** What is known of it besides, in a few words; empty for nothing. */
  note: z.string(),
  /** It is in the list already. */
  listed: z.boolean(),
  /** Why Snapkeel cannot use its URI, as a sentence; null where it can. */
  unusable: z.string().nullable(),
});
export type SourceHost = z.infer<typeof SourceHost>;

/** One place where hosts are known. */
export const HostSource = z.object({
  kind: z.enum(hostSourceKinds),
  /** The file that was read; null for none. */
  file: z.string().nullable(),
  hosts: z.array(SourceHost),
  /** How many more there are than are told of. */
  leftOut: z.number(),
  /** What of it could not be read, as a sentence; null for nothing. */
  problem: z.string().nullable(),
});
export type HostSource = z.infer<typeof HostSource>;
