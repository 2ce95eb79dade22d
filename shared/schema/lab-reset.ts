import { z } from 'zod';
import { Problem } from './base.ts';
import { RevertOutcome, RevertPlan, StartState } from './revert.ts';

/** One domain of a lab reset. */
export const LabPlanRow = z.object({
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  plan: RevertPlan.nullable(),
  /** Why there is no plan. */
  problem: Problem.optional(),
  /** Per choice of start state: a sentence why this row is left out, or null. */
  excluded: z.object({
    'as-saved': z.string().nullable(),
    running: z.string().nullable(),
    paused: z.string().nullable(),
  }),
  /** Per choice of start state: whether force has to be acknowledged. */
  needsForce: z.object({ 'as-saved': z.boolean(), running: z.boolean(), paused: z.boolean() }),
});
export type LabPlanRow = z.infer<typeof LabPlanRow>;

export const LabRunRow = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  /** `skipped`: not begun, because another row failed or the run was stopped. */
  status: z.enum(['waiting', 'running', 'ended', 'skipped']),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  outcome: RevertOutcome.nullable(),
  /** Why nothing was asked of libvirt, when it was not. */
  problem: Problem.optional(),
  /** What is no longer as it was read, when that is why. */
  changes: z.array(z.string()),
});
export type LabRunRow = z.infer<typeof LabRunRow>;

export const LabRun = z.object({
  id: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  startState: StartState,
  onFailure: z.enum(['stop', 'continue']),
  safetySnapshot: z.boolean(),
  stopRequested: z.boolean(),
  rows: z.array(LabRunRow),
});
export type LabRun = z.infer<typeof LabRun>;
