import { z } from 'zod';
import { Found, Problem } from './base.ts';

/** Something that was shown as lost before the person agreed; `kept`: a safety snapshot holds it. */
export const ShownLoss = z.object({ text: z.string(), kept: z.boolean().optional() });

/** One thing that libvirt was asked to do, as the journal tells it. */
export const JournalEntry = z.object({
  requestId: z.string(),
  /** Groups what was asked for one operation. */
  operationId: z.string(),
  kind: z.enum([
    'revert',
    'undo',
    'safety-snapshot',
    'remove-managed-save',
    'delete-safety',
    'create',
    'delete',
    'redefine',
    'power',
  ]),
  askedAt: z.number(),
  answeredAt: z.number().nullable(),
  /** The user of this computer who asked. */
  who: z.string(),
  hostName: z.string(),
  hostUri: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  flags: z.number(),
  /** The plan in short sentences. */
  plan: z.array(z.string()),
  /** What was shown as lost, and the lines that do the same with virsh: told with the first request of an operation. */
  losses: z.array(ShownLoss).optional(),
  virsh: z.string().optional(),
  /** The batch that the operation was part of, and of how many domains. */
  batch: z.object({ id: z.string(), domains: z.number() }).optional(),
  /** Null: no answer has been written down yet. */
  result: z.enum(['done', 'refused', 'failed', 'unknown', 'cancelled']).nullable(),
  problem: Problem.optional(),
  found: Found.nullable(),
  /** Sentences where what was found is not what was planned, or what was concluded after an interruption. */
  differences: z.array(z.string()),
  /** The answer never came. This was found later by asking libvirt. */
  resolved: z.boolean(),
  /** Whether the snapshot's XML was written down before its metadata was destroyed. */
  hasXml: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** A snapshot's XML as it was. */
export const KeptXml = z.object({ name: z.string(), xml: z.string() });
export type KeptXml = z.infer<typeof KeptXml>;
