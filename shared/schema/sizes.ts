import { z } from 'zod';

/**
 * Why a size cannot be told. Of the storage: `no-pool`, no storage pool has the image's folder; `inactive-pool`, one has and
 * is not active; `newer-than-pool`, one has and was scanned before the file was there; `gone`; `read-only`, this connection may
 * not read volumes; `refused`, libvirt says no otherwise. Of the image: `not-qcow2`; `corrupt` and `dirty`, as it is marked;
 * `unsupported`; `damaged`; `missing`, the snapshot is not in it. Of the moment: `changing`, it changed while it was read;
 * `busy`, Snapkeel itself is changing the domain; `too-much` would have to be read. `not-told`: nobody tells it.
 */
export const SizeUnknown = z.enum([
  'no-pool',
  'inactive-pool',
  'newer-than-pool',
  'gone',
  'read-only',
  'refused',
  'not-qcow2',
  'corrupt',
  'dirty',
  'unsupported',
  'damaged',
  'missing',
  'changing',
  'busy',
  'too-much',
  'not-told',
]);
export type SizeUnknown = z.infer<typeof SizeUnknown>;

/** How true a size is. `at-least`: a running guest has not flushed all that it wrote. `at-most`: some of it may be equal all the same. `about`: both. */
export const SizeTruth = z.enum(['exact', 'at-least', 'at-most', 'about']);
export type SizeTruth = z.infer<typeof SizeTruth>;

export const Size = z.discriminatedUnion('known', [
  z.object({ known: z.literal(true), bytes: z.number(), truth: SizeTruth }),
  z.object({ known: z.literal(false), why: SizeUnknown }),
]);
export type Size = z.infer<typeof Size>;

/**
 * What a domain's snapshots take up, as far as it is known: their files, and memory inside images. What they keep of the disks
 * inside images is never among it.
 */
export const SizeTotal = z.object({
  /** Milliseconds since 1970. */
  measuredAt: z.number(),
  /** Each once, whatever refers to it. `place`: the path of a file, or that of an image and the ID of the snapshot in it. */
  parts: z.array(z.object({ place: z.string(), bytes: z.number() })),
  /** Snapshots of which some file or memory is not known, or that have none. */
  notReported: z.number(),
});
export type SizeTotal = z.infer<typeof SizeTotal>;

/** `busy`: Snapkeel itself is changing the domain. `unread`: it has too many snapshots for this to be read unasked. */
export const DomainTotal = z.discriminatedUnion('status', [
  z.object({ status: z.literal('told'), total: SizeTotal }),
  z.object({ status: z.enum(['busy', 'unread']) }),
]);
export type DomainTotal = z.infer<typeof DomainTotal>;

/** What is known of a domain's snapshots without much reading. */
export const SizeList = z.object({
  /** Milliseconds since 1970. */
  measuredAt: z.number(),
  /** Snapkeel itself is changing the domain: nothing was read. */
  isBusy: z.boolean(),
  snapshots: z.array(
    z.object({
      name: z.string(),
      /** The guest's memory, in an image or in a file; null where none was kept. */
      memory: Size.nullable(),
      /** Files of its own, memory among them: null for one that is inside the images alone. */
      files: Size.nullable(),
    }),
  ),
  total: SizeTotal,
  /** The images that snapshots are inside of. */
  images: z.array(
    z.object({
      path: z.string(),
      /** Snapshots in it; null where that cannot be read. */
      count: z.number().nullable(),
      why: SizeUnknown.nullable(),
    }),
  ),
});
export type SizeList = z.infer<typeof SizeList>;

/** A storage pool that was scanned before some of a domain's images were there. */
export const StalePool = z.object({
  name: z.string(),
  folder: z.string(),
  /** Their paths. */
  images: z.array(z.string()),
});
export type StalePool = z.infer<typeof StalePool>;

/** What a revert changes, and what deleting frees. */
export const SnapshotSizes = z.object({
  /** Milliseconds since 1970. */
  measuredAt: z.number(),
  names: z.array(z.string()),
  /** Of the disks a revert changes so much, with one snapshot; null for several. */
  changed: Size.nullable(),
  /** Deleting them all frees so much: more than each of them alone, where they share something. */
  frees: Size,
  /** A revert frees so much of what was written since; null for several. */
  revertFrees: Size.nullable(),
  images: z.array(
    z.object({
      path: z.string(),
      targets: z.array(z.string()),
      changed: Size.nullable(),
      frees: Size,
      revertFrees: Size.nullable(),
      /** What the image takes up. */
      used: Size,
    }),
  ),
});
export type SnapshotSizes = z.infer<typeof SnapshotSizes>;
