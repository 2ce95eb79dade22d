import { z } from 'zod';
import { RevertOutcome } from './revert.ts';

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
  'verifying',
  /** Removing older safety snapshots. */
  'tidying',
  'ended',
]);
export type OperationPhase = z.infer<typeof OperationPhase>;

export const Operation = z.object({
  id: z.string(),
  kind: z.enum(['revert', 'undo']),
  hostId: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  phase: OperationPhase,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: RevertOutcome.nullable(),
  /** Null while libvirt tells nothing. */
  progress: Progress.nullable(),
  /** Whether `operations.cancel` can do anything now: while queued and while a safety snapshot is being taken. */
  cancellable: z.boolean(),
  cancelRequested: z.boolean(),
});
export type Operation = z.infer<typeof Operation>;
