import { z } from 'zod';

export const ConfigChange = z.object({ label: z.string(), snapshot: z.string(), now: z.string(), abi: z.boolean() });
export type ConfigChange = z.infer<typeof ConfigChange>;

/** One thing that a configuration has otherwise than a snapshot's. An empty value: it was not there, or not set. */
export const ConfigDifference = z.object({
  label: z.string(),
  snapshot: z.string(),
  now: z.string(),
  kind: z.enum(['changed', 'added since', 'removed since']),
});
export type ConfigDifference = z.infer<typeof ConfigDifference>;

/** One line of two XML texts side by side; null where a side has none. */
export const ConfigLine = z.object({
  kind: z.enum(['same', 'changed', 'added', 'removed']),
  left: z.string().nullable(),
  right: z.string().nullable(),
});
export type ConfigLine = z.infer<typeof ConfigLine>;

/** What a snapshot is compared with: the running guest's configuration, or that of the next start. */
export const ConfigSide = z.enum(['live', 'inactive']);
export type ConfigSide = z.infer<typeof ConfigSide>;

/** The other side of a comparison: one of the domain's configurations, or another snapshot's. */
export const ConfigOther = z.union([ConfigSide, z.object({ snapshot: z.string().min(1) })]);
export type ConfigOther = z.infer<typeof ConfigOther>;

/** A snapshot's stored configuration against one of the domain's, or against another snapshot's. */
export const ConfigComparison = z.object({
  /** What was compared; null when the snapshot, or the other one, holds no configuration. */
  with: ConfigOther.nullable(),
  changes: z.array(ConfigDifference),
  lines: z.array(ConfigLine),
  /** Disks that write to another overlay of the same chain now, which is no change. */
  layered: z.array(z.string()),
  /** How many changes there are either way; null where there is nothing to compare with. */
  counts: z.object({ live: z.number().nullable(), inactive: z.number().nullable() }),
});
export type ConfigComparison = z.infer<typeof ConfigComparison>;
