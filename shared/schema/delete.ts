import { z } from 'zod';
import { DiskImage, StoredDisks } from '../libvirt/disks.ts';
import { DomainState, VirshTarget } from './base.ts';
import { Snapshot } from './snapshot.ts';

/** `metadata-only` leaves the data where it is, and nothing that knows of it. */
export const DeleteMode = z.enum(['this', 'with-children', 'children-only', 'metadata-only']);
export type DeleteMode = z.infer<typeof DeleteMode>;

/** A snapshot as far as its deletion goes. */
export const DeleteSnapshot = Snapshot.pick({ name: true, parent: true, state: true, memory: true, kind: true }).extend(
  {
    memoryFile: z.string().nullable(),
    /** Marked as not to be deleted. */
    pinned: z.boolean(),
    /** It is the way back from the last revert. */
    undoes: z.boolean(),
    stored: StoredDisks,
  },
);
export type DeleteSnapshot = z.infer<typeof DeleteSnapshot>;

/** Everything that the rules of a deletion look at. */
export const DeleteFacts = z.object({
  driver: z.string(),
  libvirtVersion: z.number(),
  domain: z.object({
    uuid: z.string(),
    name: z.string(),
    state: DomainState,
    managedSave: z.boolean(),
    /** The images of its disks now. */
    images: z.array(DiskImage).readonly(),
    /** Targets of disks with a block job. */
    blockJobs: z.array(z.string()),
  }),
  current: z.string().nullable(),
  snapshots: z.array(DeleteSnapshot),
});
export type DeleteFacts = z.infer<typeof DeleteFacts>;

export const DeletePlan = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  /** The snapshots that were chosen. */
  names: z.array(z.string()),
  facts: DeleteFacts,
  /** The domain is marked as protected: running the plan needs its name typed. */
  protected: z.boolean(),
  virsh: VirshTarget,
});
export type DeletePlan = z.infer<typeof DeletePlan>;
