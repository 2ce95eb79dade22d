import { z } from 'zod';
import { DomainState } from './base.ts';
import { Disk, Image, StoredDisks, StrayOverlay } from './disk.ts';
import { planOf } from './plan.ts';
import { Snapshot } from './snapshot.ts';

/** `metadata-only` leaves the data where it is, and nothing that knows of it. */
export const DeleteMode = z.enum(['this', 'with-children', 'children-only', 'metadata-only']);
export type DeleteMode = z.infer<typeof DeleteMode>;

/** A snapshot as far as its deletion goes. */
export const DeleteSnapshot = Snapshot.pick({ name: true, parent: true, state: true, memory: true, kind: true }).extend(
  {
    memoryFile: z.string().nullable(),
    /** Its metadata could be read, and holds the domain’s configuration. */
    known: z.boolean(),
    /** Marked as not to be deleted. */
    pinned: z.boolean(),
    /** It is needed to undo the last revert. */
    undoes: z.boolean(),
    /** Its deletion was seen to be broken off while it wrote. */
    interrupted: z.boolean(),
    stored: StoredDisks,
  },
);
export type DeleteSnapshot = z.infer<typeof DeleteSnapshot>;

/** What was read of an image. */
export const ImageFact = z.object({
  /** Whether libvirt can open it; null is unknown. */
  exists: z.boolean().nullable(),
  /** What it lies on, null for nothing; absent where the storage does not tell. */
  under: Image.nullable().optional(),
  /** What the storage says it is, absent where it does not. */
  found: z.string().optional(),
  /** Its table of internal snapshots; null is unknown. */
  tags: z.array(z.object({ id: z.string(), name: z.string() })).nullable(),
});
export type ImageFact = z.infer<typeof ImageFact>;

/** Everything that the rules of a deletion look at. */
export const DeleteFacts = z.object({
  driver: z.string(),
  libvirtVersion: z.number(),
  domain: z.object({
    uuid: z.string(),
    name: z.string(),
    state: DomainState,
    /** Why it is in that state, in virsh’s words. */
    reason: z.string(),
    /** It has an id: QEMU has its images open, whatever its state is called. */
    active: z.boolean(),
    managedSave: z.boolean(),
    /** Images that the configuration kept with it names, with what it says lies below; null without one, and where it is unknown. */
    savedImages: z.array(z.string()).nullable(),
    /** Those of the configuration in force. */
    disks: z.array(Disk).readonly(),
    /** Targets of disks with a block job; null is unknown. */
    blockJobs: z.array(z.string()).nullable(),
    /** libvirt has a job under way on it, as a backup; null is unknown. */
    busy: z.boolean().nullable(),
  }),
  current: z.string().nullable(),
  snapshots: z.array(DeleteSnapshot),
  /** By path. */
  images: z.record(z.string(), ImageFact),
  /** Files that lie on one of these, nearest first. */
  strays: z.array(StrayOverlay),
});
export type DeleteFacts = z.infer<typeof DeleteFacts>;

/** `names`: the snapshots that were chosen. */
export const DeletePlan = planOf('delete', DeleteFacts, { names: z.array(z.string()) });
export type DeletePlan = z.infer<typeof DeletePlan>;

export const DeleteChoice = z.object({ mode: DeleteMode });
export type DeleteChoice = z.infer<typeof DeleteChoice>;
