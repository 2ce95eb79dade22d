import { z } from 'zod';
import { connectSteps } from '../connect-steps.ts';
import { connectTimes, hostColours, hostLimits, ofOneLine, sshClients } from '../host-list/details.ts';
import { DomainState, Problem } from './base.ts';

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
    /** Milliseconds since 1970. */
    connectedAt: z.number().optional(),
    /** Since when libvirt has left something unanswered; milliseconds since 1970. */
    silentSince: z.number().optional(),
  }),
  z.object({ status: z.literal('retrying'), problem: Problem, retryAt: z.number() }),
  z.object({ status: z.literal('refused'), problem: Problem }),
]);
export type HostStatus = z.infer<typeof HostStatus>;

/** How a host is reached; what goes over `tcp` is not encrypted. */
export const HostKind = z.enum(['local', 'ssh', 'tls', 'tcp', 'simulated']);

export const HostColour = z.enum(hostColours);
export type HostColour = z.infer<typeof HostColour>;

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

const oneLine = (most: number) => z.string().trim().max(most).regex(ofOneLine);

/** What a person says of a host, within bounds; `readDetails` is the same for the window. */
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

/** Characters; libvirt takes megabytes. */
export const domainWordLimits = { title: 200, description: 4_000 };
/** What a domain's own configuration says of it for people; empty where it says nothing. */
export const DomainWords = z.object({ title: z.string(), description: z.string() });
export type DomainWords = z.infer<typeof DomainWords>;
