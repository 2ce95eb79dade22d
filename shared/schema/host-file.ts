import { z } from 'zod';

/** The list of hosts as a text, and what the file with it is called. */
export const HostExport = z.object({ fileName: z.string(), text: z.string(), count: z.number() });
export type HostExport = z.infer<typeof HostExport>;

/** What would come of a host in a file. */
export const HostImportRow = z.object({
  /** In the file, from 1. */
  line: z.number(),
  name: z.string(),
  uri: z.string(),
  /** `differs`: it is in the list, and the file says something else of it. */
  verdict: z.enum(['add', 'here', 'differs', 'refused']),
  /** Why it is refused, or what the file says otherwise, as a sentence. */
  reason: z.string().nullable(),
});
export type HostImportRow = z.infer<typeof HostImportRow>;

export const HostImportPlan = z.object({ planId: z.string(), rows: z.array(HostImportRow) });
export type HostImportPlan = z.infer<typeof HostImportPlan>;

export const HostImportDone = z.object({ added: z.number(), changed: z.number() });
export type HostImportDone = z.infer<typeof HostImportDone>;
