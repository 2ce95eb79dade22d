import { z } from 'zod';

/** An image: where bytes of a disk are. */
export const Image = z.object({
  /** What tells it from all others: the path of a file or device; `pool/volume`; `protocol://host/name`. */
  path: z.string(),
  /** virStorageType in libvirt’s words: `file`, `block`, `volume`, `network`, `nvme` … */
  type: z.string(),
  /** `qcow2`, `raw` …; null where nobody says. */
  format: z.string().nullable(),
});
export type Image = z.infer<typeof Image>;

/** How a disk takes part in a snapshot: `<disk snapshot=…>` of a domain or of a snapshot (virDomainSnapshotLocation). */
export const SnapshotLocation = z.enum(['internal', 'external', 'no', 'manual', 'unknown']);
export type SnapshotLocation = z.infer<typeof SnapshotLocation>;

/** One `<disk>` of a domain’s configuration (libvirt formatdomain, “Hard drives, floppy disks, CDROMs”). */
export const Disk = z.object({
  target: z.string(),
  /** `disk`, `lun`, `cdrom`, `floppy`. */
  device: z.string(),
  /** Of its source, also of an empty drive. */
  type: z.string(),
  /** The image that is written to; null for a drive without a medium. */
  image: Image.nullable(),
  /** What that configuration says lies below, nearest first. */
  below: z.array(Image).readonly(),
  /** The attribute; null where libvirt’s default counts. */
  snapshot: SnapshotLocation.nullable(),
  readonly: z.boolean(),
  shareable: z.boolean(),
  transient: z.boolean(),
  /** `optional` and `requisite`: a medium that is gone is left out when the guest starts. */
  startupPolicy: z.string().nullable(),
});
export type Disk = z.infer<typeof Disk>;

/** An image of a disk, with what lies below it, nearest first. */
export const DiskImage = Image.extend({
  target: z.string(),
  below: z.array(Image).readonly(),
  /** Nobody can write to it through this disk, as to a CD. */
  readonly: z.boolean().optional(),
});
export type DiskImage = z.infer<typeof DiskImage>;

/** A file that lies on an image of a domain’s, though neither the domain nor its snapshots name it. */
export const StrayOverlay = z.object({
  path: z.string(),
  on: z.string(),
  /** Other domains whose disks consist of it; null is unknown. */
  usedBy: z.array(z.string()).nullable(),
});
export type StrayOverlay = z.infer<typeof StrayOverlay>;

/** One `<disk>` of a snapshot: how it is kept, and the overlay that was made. */
export const SnapshotDisk = z.object({
  target: z.string(),
  kind: z.enum(['internal', 'external', 'none', 'manual', 'unknown']),
  file: z.string().optional(),
  /** A deletion was broken off while other data was merged into this overlay (qemuSnapshotSetInvalid). */
  deleteInProgress: z.literal(true).optional(),
});
export type SnapshotDisk = z.infer<typeof SnapshotDisk>;

/** What a snapshot’s metadata tells of disks (libvirt formatsnapshot). */
export const StoredDisks = z.object({
  name: z.string(),
  /** Of its `<domain>`: the disks when it was taken. */
  config: z.array(Disk).readonly(),
  /** Of its `<inactiveDomain>`, where it has one: targets of the disks that the next start was to have. */
  next: z.array(z.string()).readonly().optional(),
  /** `<disks>` */
  disks: z.array(SnapshotDisk).readonly(),
  /** Its memory is inside of the images. */
  memoryInside: z.literal(true).optional(),
  /** `<revertDisks>`: the overlays that the last revert to it made, where it had children by then. */
  reverted: z.array(z.object({ target: z.string(), file: z.string() })).readonly(),
});
export type StoredDisks = z.infer<typeof StoredDisks>;
