import { z } from 'zod';
import { SnapshotState } from './base.ts';
import { SnapshotDisk } from './disk.ts';

export const Snapshot = z.object({
  name: z.string(),
  description: z.string(),
  parent: z.string().nullable(),
  /** Milliseconds since 1970; libvirt keeps whole seconds. */
  createdAt: z.number(),
  state: SnapshotState,
  memory: z.enum(['none', 'internal', 'external', 'unknown']),
  /** Where the disks' old data is: in the images, in overlay files, or some of each. */
  kind: z.enum(['internal', 'external', 'mixed', 'none']),
  disks: z.array(SnapshotDisk),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const SnapshotList = z.object({
  snapshots: z.array(Snapshot),
  /** Name of the current snapshot, or null when libvirt has none. */
  current: z.string().nullable(),
});
export type SnapshotList = z.infer<typeof SnapshotList>;

export const SnapshotDetail = z.object({
  xml: z.string(),
  /** From the stored configuration; null when the snapshot has none. */
  memoryBytes: z.number().nullable(),
  vcpus: z.number().nullable(),
});
export type SnapshotDetail = z.infer<typeof SnapshotDetail>;

/** A word that snapshots of many domains can share. Kept by Snapkeel: libvirt has no place for it. */
export const Tag = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^,\n]+$/);
