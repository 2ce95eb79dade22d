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
/** When the newest and the oldest snapshot were taken, milliseconds since 1970; null: there are none. */
export const SnapshotSpan = z.object({ newest: z.number().nullable(), oldest: z.number().nullable() });
export type SnapshotSpan = z.infer<typeof SnapshotSpan>;

export type SnapshotList = z.infer<typeof SnapshotList>;

/** More of the same comes at once: the list is whole after the last one. */
const more = z.literal(true).optional();

/** What is otherwise in a list of snapshots: little of a long one. Their order says nothing. */
export const SnapshotChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all'), list: SnapshotList, more }),
  z.object({
    type: z.literal('some'),
    /** New, or other than before. */
    put: z.array(Snapshot),
    gone: z.array(z.string()),
    current: z.string().nullable(),
    more,
  }),
]);
export type SnapshotChange = z.infer<typeof SnapshotChange>;

/** The names of the snapshots of some domains of a host, to find one by. */
export const SnapshotNames = z.object({
  found: z.array(z.object({ uuid: z.string(), names: z.array(z.string()) })),
  /** Domains whose names are still to come. */
  left: z.number(),
});
export type SnapshotNames = z.infer<typeof SnapshotNames>;

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
