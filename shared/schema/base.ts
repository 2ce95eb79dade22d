import { z } from 'zod';

/** virDomainState in libvirt's words and order; `unknown` keeps a value that is newer than this app. */
export const domainStates = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
  'unknown',
] as const;
export const DomainState = z.enum(domainStates);
export type DomainState = z.infer<typeof DomainState>;

/** The `<state>` of a snapshot: a domain state, or `disk-snapshot` for one taken with disks only. */
export const SnapshotState = z.enum([...domainStates, 'disk-snapshot']);
export type SnapshotState = z.infer<typeof SnapshotState>;

/** What libvirt said when asked after an operation. */
export const Found = z.object({ state: DomainState, reason: z.string(), current: z.string().nullable() });
export type Found = z.infer<typeof Found>;

/** A sentence in three parts that a person can act on. `detail` is the technical message, for a bug report. */
export const Problem = z.object({
  code: z.string(),
  what: z.string(),
  effect: z.string(),
  next: z.string(),
  detail: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** One line of an assessment; `code` is the rule's name. */
export const Statement = z.object({ code: z.string(), text: z.string() });
export type Statement = z.infer<typeof Statement>;

/** Which host and domain, as virsh is told: the connection URI as the person gave it, or null for none; a name or UUID. */
export const VirshTarget = z.object({ uri: z.string().nullable(), domain: z.string() });
export type VirshTarget = z.infer<typeof VirshTarget>;
