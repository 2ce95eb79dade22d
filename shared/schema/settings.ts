import { z } from 'zod';
import { Tag } from './snapshot.ts';

/** A pattern of names that libvirt takes. */
const NamePattern = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^./\n][^/\n]*$/);

export const Settings = z.object({
  /** The name that is offered for a new snapshot; `{date}`, `{time}` and `{domain}` are filled in. */
  snapshotNamePattern: NamePattern,
  /** Safety snapshots kept per domain. */
  safetySnapshotsKept: z.number().int().min(1).max(50),
  /** `{date}`, `{time}` and `{snapshot}` are filled in. */
  safetyNamePattern: NamePattern,
  /** How many domains of one host are changed at a time, where several are. */
  labParallelPerHost: z.number().int().min(1).max(16),
  /** Whether pictures of consoles are taken with snapshots of running guests, and kept on this computer. */
  thumbnails: z.boolean(),
  /** What they may take up, MiB, and for how long they are kept, days. The oldest go first. */
  thumbnailsMiB: z.number().int().min(1).max(10_000),
  thumbnailDays: z.number().int().min(1).max(3_650),
  /** Whether the end of what takes long is told outside of a window that is not in front. */
  notifications: z.boolean(),
});
export type Settings = z.infer<typeof Settings>;

const DomainMark = z.object({ hostId: z.string(), uuid: z.string() });
/** What the person has marked. */
export const Marks = z.object({
  /** Domains whose revert needs their name typed. */
  protected: z.array(DomainMark),
  /** Snapshots that are not to be deleted. */
  pinned: z.array(DomainMark.extend({ name: z.string() })),
  /** Tags of snapshots. */
  tagged: z.array(DomainMark.extend({ name: z.string(), tags: z.array(Tag) })),
  /** Snapshots whose deletion was broken off on the way: their image is damaged, and they can only be deleted again. */
  interrupted: z.array(DomainMark.extend({ name: z.string() })),
});
export type Marks = z.infer<typeof Marks>;
