import { z } from 'zod';
import { DomainState, Problem } from './base.ts';
import { connectSteps } from './host-test.ts';

/** Versions are libvirt's numbers: major * 1 000 000 + minor * 1 000 + release. */
export const HostStatus = z.discriminatedUnion('status', [
  z.object({ status: z.literal('disconnected') }),
  z.object({
    status: z.literal('connecting'),
    since: z.number(),
    /** `queued` waits for its turn among the hosts. */
    step: z.enum(['queued', ...connectSteps]),
    /** The machine that the step is about: the host, or one on the way to it. */
    at: z.string(),
    /** The person is being asked something. */
    asks: z.boolean(),
  }),
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

export const sshClients = ['automatic', 'built-in', 'openssh'] as const;
export const connectTimes = ['at-start', 'when-opened'] as const;

const Said = z.object({
  name: z.string(),
  /** The heading that it stands under; empty for none. */
  group: z.string(),
  colour: HostColour.nullable(),
  /** Plain text of several lines. */
  note: z.string(),
  /** Whatever destroys something on any of its domains wants the domain’s name typed. */
  protected: z.boolean(),
  /** A host to look at only: libvirt itself is asked for a connection that changes nothing. */
  readOnly: z.boolean(),
  /** Which SSH client reaches it; the built-in one is automatic until only OpenSSH can. */
  ssh: z.enum(sshClients),
  /** When it is connected to. */
  connect: z.enum(connectTimes),
});

/** What is said of a host, without what else stands beside it. */
export function detailsOf(host: HostDetails): HostDetails {
  return Object.fromEntries(Object.keys(Said.shape).map((key) => [key, host[key as keyof HostDetails]])) as HostDetails;
}

/** What is said of a host that nobody has said anything of, but for its name. */
export const unsaid = {
  group: '',
  colour: null,
  note: '',
  protected: false,
  readOnly: false,
  ssh: 'automatic',
  connect: 'at-start',
} as const;

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

/** Something in the list of hosts that can be moved. */
export const Movable = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host'), id: z.string() }),
  z.object({ kind: z.literal('group'), group: z.string() }),
]);
export type Movable = z.infer<typeof Movable>;

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
  /** As it was counted last; null: it has some, and they were not counted yet. */
  snapshotCount: z.number().nullable(),
});
export type Domain = z.infer<typeof Domain>;
