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
export const Host = z.object({
  id: z.string(),
  name: z.string(),
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
