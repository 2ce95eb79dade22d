import { z } from 'zod';
import { connectSteps } from '../connect-steps.ts';
import { Problem } from './base.ts';

/** How far a connection has come. */
export const ConnectStep = z.enum(connectSteps);
export type ConnectStep = z.infer<typeof ConnectStep>;

/** What a connection test has found. Versions as in `HostStatus`. */
export const TestFound = z.object({
  /** The URI that was tested: that of an alias, where one was typed. */
  uri: z.string(),
  driver: z.string(),
  libvirtVersion: z.number(),
  hypervisorVersion: z.number(),
  domains: z.number(),
  via: z.string(),
  roundTripMs: z.number(),
});
export type TestFound = z.infer<typeof TestFound>;

/** How a connection test goes: steps as they begin and end, and one of the others at the end. */
export const HostTestEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step'),
    step: ConnectStep,
    /** The machine that it is about: with ProxyJump there are several. */
    host: z.string(),
    state: z.enum(['running', 'done', 'failed']),
  }),
  z.object({ type: z.literal('found'), found: TestFound }),
  /** `step` is the one that failed; null where nothing was begun. */
  z.object({ type: z.literal('refused'), step: ConnectStep.nullable(), problem: Problem }),
]);
export type HostTestEvent = z.infer<typeof HostTestEvent>;
