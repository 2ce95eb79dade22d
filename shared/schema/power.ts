import { z } from 'zod';
import { powerActions } from '../operations/words.ts';
import { DomainState } from './base.ts';
import { planOf } from './plan.ts';

export const PowerAction = z.enum(powerActions);

/** What decides whether an action can be done, and what it costs. */
export const PowerFacts = z.object({
  state: DomainState,
  /** Of the hypervisor process; another one means that the guest was started again. */
  id: z.number().nullable(),
  persistent: z.boolean(),
  managedSave: z.boolean(),
  /**
   * Disks and drives in which the saved memory has another image than the domain has now, each null where there is none;
   * null is unknown.
   */
  savedElsewhere: z
    .array(
      z.object({
        target: z.string(),
        saved: z.string().nullable(),
        now: z.string().nullable(),
        /** The guest writes to the image that was saved. */
        written: z.boolean(),
      }),
    )
    .nullable(),
  /** Images that the saved memory needs and that the host does not have any more. */
  savedMissing: z.array(z.string()),
  /** Of a start: images that the host does not have any more. */
  missing: z.array(z.string()),
  /** Of a start: images that are not what the configuration says. */
  unlike: z.array(z.string()),
  /** Of a start: images of which it is not known whether they, or all below them, are there. */
  unseen: z.array(z.string()),
  /**
   * Of switching off: disks that the guest writes to and that the next start has with another image, or not at all, and
   * those of which libvirt deletes what was written.
   */
  leftBehind: z.array(z.object({ target: z.string(), now: z.string(), next: z.string().nullable() })),
  dropped: z.array(z.string()),
  snapshotCount: z.number(),
  /** The last revert that Snapkeel knows of. */
  reverted: z.object({ to: z.string(), at: z.number() }).nullable(),
});
export type PowerFacts = z.infer<typeof PowerFacts>;

/** What the person reads before a domain is started, paused, reset or switched off. */
export const PowerPlan = planOf('power', PowerFacts, { action: PowerAction });
export type PowerPlan = z.infer<typeof PowerPlan>;

export const PowerChoice = z.object({
  /** Of “Start”: drops a managed save image and boots from the disks. */
  discardSave: z.boolean(),
});
export type PowerChoice = z.infer<typeof PowerChoice>;
