import { z } from 'zod';
import { Statement } from './base.ts';
import { planOf } from './plan.ts';
import { Snapshot } from './snapshot.ts';

/** What an edit of a snapshot's metadata stands on. */
export const EditFacts = z.object({
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
export type EditFacts = z.infer<typeof EditFacts>;
export const EditPlan = planOf('edit', EditFacts, {});
export type EditPlan = z.infer<typeof EditPlan>;
export const EditChoice = z.object({ name: z.string(), description: z.string() });
export type EditChoice = z.infer<typeof EditChoice>;

/** What decides whether a snapshot can be made the current one. */
export const MakeCurrentFacts = z.object({
  snapshot: Snapshot,
  current: z.string().nullable(),
  children: z.array(z.string()),
  /** Why it must not be done; null when it can be. */
  refusal: Statement.nullable(),
});
export type MakeCurrentFacts = z.infer<typeof MakeCurrentFacts>;
export const MakeCurrentPlan = planOf('make-current', MakeCurrentFacts, {});
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

/** What would come of an import. */
export const ImportFacts = z.object({
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
export type ImportFacts = z.infer<typeof ImportFacts>;
export const ImportPlan = planOf('import', ImportFacts, {});
export type ImportPlan = z.infer<typeof ImportPlan>;
