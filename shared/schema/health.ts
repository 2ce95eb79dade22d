import { z } from 'zod';
import { SnapshotDisk } from './disk.ts';

/** One image of a disk's chain. Sizes in bytes; null is unknown. */
export const Layer = z.object({
  path: z.string(),
  /** `file`, `block`, `network`, … */
  type: z.string(),
  format: z.string().nullable(),
  /** What the guest sees as the size of its disk. */
  virtualBytes: z.number().nullable(),
  /** What the image takes up on the storage. */
  allocatedBytes: z.number().nullable(),
  /** False: libvirt cannot open it. Null: it could not be asked. */
  exists: z.boolean().nullable(),
  /** The domain writes to it now. */
  active: z.boolean(),
  /** External snapshots whose disk this image is: what they would bring back ends with it. */
  holds: z.array(z.string()),
  /** Internal snapshots that are kept inside it. */
  inside: z.array(z.string()),
  /** What put it over the one below; null where no snapshot did, or none that libvirt still lists. */
  made: z.object({ by: z.enum(['snapshot', 'revert']), snapshot: z.string() }).nullable(),
});
export type Layer = z.infer<typeof Layer>;

/** A disk with its images, the uppermost first. */
export const DiskChain = z.object({
  target: z.string(),
  /** How the snapshot keeps this disk; null for the domain as it is now. */
  kind: SnapshotDisk.shape.kind.nullable(),
  layers: z.array(Layer),
});
export type DiskChain = z.infer<typeof DiskChain>;

/** Something that is not as it should be with a domain's snapshots, and what can be done about it. */
export const Finding = z.object({
  /** The rule's name. */
  code: z.string(),
  /** `broken`: something cannot be used any more. `warning`: something will go wrong. `note`: worth knowing. */
  level: z.enum(['broken', 'warning', 'note']),
  /** What is so, what that means, and what can be done: sentences. */
  what: z.string(),
  means: z.string(),
  remedy: z.string(),
  /** Snapshots that it is about. */
  snapshots: z.array(z.string()),
  /** Files that it is about. */
  files: z.array(z.string()),
  /** Commands of the app that help, by their ids, on a snapshot or on the domain. */
  offers: z.array(z.object({ command: z.string(), snapshot: z.string().nullable() })),
  /** Command lines for a shell on the host, to look closer or to mend. */
  shell: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

export const HealthReport = z.object({
  /** The worst first. */
  findings: z.array(Finding),
  /** Snapshots that a revert would not bring back as they were taken, and why. */
  data: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['there', 'gone', 'other', 'mixture', 'unknown']),
      /** Sentences, the worst first. */
      why: z.array(z.string()),
    }),
  ),
  /** Sentences: what was looked at, and what could not be. */
  checked: z.array(z.string()),
  unchecked: z.array(z.string()),
});
export type HealthReport = z.infer<typeof HealthReport>;
