import { z } from 'zod';
import { DomainState, Problem } from './base.ts';

/** Versions are libvirt's numbers: major * 1 000 000 + minor * 1 000 + release. */
export const HostStatus = z.discriminatedUnion('status', [
  z.object({ status: z.literal('disconnected') }),
  z.object({ status: z.literal('connecting'), since: z.number() }),
  z.object({
    status: z.literal('connected'),
    driver: z.string(),
    libvirtVersion: z.number(),
    hypervisorVersion: z.number(),
    via: z.string(),
    roundTripMs: z.number(),
    /** Since when libvirt has left something unanswered; milliseconds since 1970. */
    silentSince: z.number().optional(),
  }),
  z.object({ status: z.literal('retrying'), problem: Problem, retryAt: z.number() }),
  z.object({ status: z.literal('refused'), problem: Problem }),
]);
export type HostStatus = z.infer<typeof HostStatus>;

/** How a host is reached; what goes over `tcp` is not encrypted. */
export const HostKind = z.enum(['local', 'ssh', 'tls', 'tcp', 'simulated']);

/** Accents in the list; `renderer/ui/tint.module.css` has what each is in the light and in the dark. */
export const hostColours = ['blue', 'orange', 'violet', 'teal', 'pink', 'olive'] as const;
export const HostColour = z.enum(hostColours);
export type HostColour = z.infer<typeof HostColour>;

/** The most characters of each text that a person gives a host. */
export const hostLimits = { name: 100, group: 60, note: 2_000 } as const;

const Said = z.object({
  name: z.string(),
  /** The heading that it stands under; empty for none. */
  group: z.string(),
  colour: HostColour.nullable(),
  /** Plain text of several lines. */
  note: z.string(),
  /** Whatever destroys something on any of its domains wants the domain’s name typed. */
  protected: z.boolean(),
  /** Marked as a host to look at only. */
  readOnly: z.boolean(),
});

/** What is said of a host that nobody has said anything of, but for its name. */
export const unsaid = { group: '', colour: null, note: '', protected: false, readOnly: false } as const;

const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);

/** What a person says of a host, within bounds. */
export const HostDetails = Said.extend({
  name: oneLine(hostLimits.name).min(1),
  group: oneLine(hostLimits.group),
  note: z.string().trim().max(hostLimits.note),
});
export type HostDetails = z.infer<typeof HostDetails>;

export const Host = Said.extend({
  id: z.string(),
  uri: z.string(),
  kind: HostKind,
  connection: HostStatus,
});
export type Host = z.infer<typeof Host>;

export const Domain = z.object({
  hostId: z.string(),
  uuid: z.string(),
  name: z.string(),
  id: z.number().nullable(),
  state: DomainState,
  /** virDomain*Reason as virsh prints it, e.g. `booted`, `from snapshot`. */
  reason: z.string(),
  persistent: z.boolean(),
  managedSave: z.boolean(),
  snapshotCount: z.number(),
});
export type Domain = z.infer<typeof Domain>;
