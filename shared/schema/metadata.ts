import { z } from 'zod';
import { Statement, VirshTarget } from './base.ts';
import { Snapshot } from './snapshot.ts';

const aboutDomain = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  virsh: VirshTarget,
});

/** What an edit of a snapshot's metadata stands on. */
export const EditPlan = aboutDomain.extend({
  snapshot: Snapshot,
  /** Whether it is the current snapshot. */
  current: z.boolean(),
  /** Names of its children, which are pointed at a new name. */
  children: z.array(z.string()),
  /** The names of the domain's other snapshots. */
  taken: z.array(z.string()),
  /** Why it keeps its name; null when it can have another. */
  nameFixed: Statement.nullable(),
  /** Why libvirt takes no change of it at all; null when it does. */
  refusal: Statement.nullable(),
  notes: z.array(Statement),
});
export type EditPlan = z.infer<typeof EditPlan>;

export const MakeCurrentPlan = aboutDomain.extend({
  snapshot: Snapshot,
  current: z.string().nullable(),
  /** Why it must not be done; null when it can be. */
  refusal: Statement.nullable(),
});
export type MakeCurrentPlan = z.infer<typeof MakeCurrentPlan>;

/** A domain's snapshot metadata as one text, without secrets. */
export const SnapshotExport = z.object({
  fileName: z.string(),
  text: z.string(),
  domainName: z.string(),
  names: z.array(z.string()),
  current: z.string().nullable(),
  /** Names of snapshots that have secrets which are left out; null when that could not be asked. */
  withSecrets: z.array(z.string()).nullable(),
  /** Every file that the snapshots and the domain need, sorted. */
  files: z.array(z.string()),
  virsh: z.array(z.string()),
});
export type SnapshotExport = z.infer<typeof SnapshotExport>;

/** A text that the person chose. */
export const ImportFile = z.object({ name: z.string(), text: z.string() });
export type ImportFile = z.infer<typeof ImportFile>;

/** What becomes of one snapshot of the files. */
export const ImportRow = z.object({
  name: z.string(),
  /** The file that it is in. */
  file: z.string(),
  parent: z.string().nullable(),
  /** How many ancestors it has in the list. */
  depth: z.number(),
  /** `here`: the domain has it already. `conflict`: the domain has another one of that name. `no`: libvirt would refuse. */
  verdict: z.enum(['add', 'here', 'conflict', 'no']),
  /** Why it is not added; null where its verdict says all. */
  reason: z.string().nullable(),
  /** What to know before it is. */
  notes: z.array(z.string()),
  /** Whether it becomes the current snapshot. */
  current: z.boolean(),
  /** Milliseconds since 1970; null when the text does not say. */
  createdAt: z.number().nullable(),
  kind: Snapshot.shape.kind,
  state: Snapshot.shape.state,
  memory: Snapshot.shape.memory,
});
export type ImportRow = z.infer<typeof ImportRow>;

export const ImportPlan = aboutDomain.extend({
  /** The domain that the files are of, where they say so. */
  from: z.string().nullable(),
  rows: z.array(ImportRow),
  /** Why nothing can be imported. */
  blockers: z.array(Statement),
  warnings: z.array(Statement),
  /** What is said of the current snapshot. */
  currentText: z.string(),
  lines: z.array(z.string()),
});
export type ImportPlan = z.infer<typeof ImportPlan>;
