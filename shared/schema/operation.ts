import { z } from 'zod';
import { Found, Problem } from './base.ts';
import { OperationKind } from './plan.ts';
import { RevertDetail } from './revert.ts';

/** What libvirt says of a job under way (virDomainGetJobInfo). Bytes; null is unknown. */
export const Progress = z.object({
  elapsedMs: z.number(),
  doneBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const OperationPhase = z.enum([
  /** Behind other operations on the same domain. Its plan is checked again when its turn comes. */
  'queued',
  'snapshotting',
  'removing-managed-save',
  'reverting',
  /** What an operation other than a revert is there for. */
  'working',
  'verifying',
  /** Removing older safety snapshots. */
  'tidying',
  'ended',
]);
export type OperationPhase = z.infer<typeof OperationPhase>;

/** How a change ended, as far as libvirt could be asked. */
export const Outcome = z.object({
  operationId: z.string(),
  /** `refused`: nothing was done. `failed`: libvirt gave up on the way. `unknown`: no answer came. */
  result: z.enum(['done', 'refused', 'failed', 'unknown', 'cancelled']),
  /** Sentences: what libvirt showed afterwards. */
  notes: z.array(z.string()),
  /** Sentences where what was found is not what was planned. */
  differences: z.array(z.string()),
  problem: Problem.optional(),
  /** How the domain was found; null where it could not be asked for, or is gone. */
  found: Found.nullable(),
  /** What only its kind tells. */
  detail: RevertDetail.optional(),
});
export type Outcome = z.infer<typeof Outcome>;

/** A change under way or ended. */
export const Operation = z.object({
  id: z.string(),
  kind: OperationKind,
  hostId: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  /** What it is done to or with: a snapshot's name in quotes, several of them, or the name of an action. */
  subject: z.string(),
  /** A revert that undoes the last one. */
  undo: z.boolean().optional(),
  phase: OperationPhase,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Null while libvirt tells nothing. */
  progress: Progress.nullable(),
  /** Whether `operations.cancel` can do anything now: while queued, and where libvirt can abort what is under way. */
  cancellable: z.boolean(),
  cancelRequested: z.boolean(),
  outcome: Outcome.nullable(),
});
export type Operation = z.infer<typeof Operation>;
