import { z } from 'zod';
import { Problem } from './base.ts';
import { Outcome } from './operation.ts';
import { OperationKind } from './plan.ts';

/** One domain of a batch, planned for: its plan, or why there is none. */
export function planRowOf<P extends z.ZodType>(plan: P) {
  return z.object({
    hostId: z.string(),
    hostName: z.string(),
    uuid: z.string(),
    domainName: z.string(),
    plan: plan.nullable(),
    problem: Problem.optional(),
  });
}
export type PlanRow<P> = Omit<z.infer<ReturnType<typeof planRowOf<z.ZodType<P>>>>, 'plan'> & {
  readonly plan: P | null;
};

export const BatchRow = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  /** As of an operation: what it is done to or with. */
  subject: z.string(),
  /** `skipped`: not started, because another row failed or the run was stopped. */
  status: z.enum(['waiting', 'running', 'ended', 'skipped']),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  outcome: Outcome.nullable(),
  /** Why nothing was asked of libvirt, when it was not. */
  problem: Problem.optional(),
  /** What is no longer as it was read, when that is why. */
  changes: z.array(z.string()),
});
export type BatchRow = z.infer<typeof BatchRow>;

/** A domain that was chosen, and for which nothing is done. */
export const LeftOut = z.object({ hostName: z.string(), domainName: z.string(), why: z.string() });
export type LeftOut = z.infer<typeof LeftOut>;

/** The same kind of change on many domains, each an operation of its own. */
export const Batch = z.object({
  id: z.string(),
  kind: OperationKind,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  onFailure: z.enum(['stop', 'continue']),
  stopRequested: z.boolean(),
  rows: z.array(BatchRow),
  leftOut: z.array(LeftOut),
});
export type Batch = z.infer<typeof Batch>;
