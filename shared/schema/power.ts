import { z } from 'zod';
import { powerActions } from '../deeds.ts';
import { DomainState, Statement, VirshTarget } from './base.ts';

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
  snapshotCount: z.number(),
  /** The last revert that Snapkeel knows of. */
  reverted: z.object({ to: z.string(), at: z.number() }).nullable(),
});
export type PowerFacts = z.infer<typeof PowerFacts>;

/** What the person reads before a domain is started, paused, reset or switched off. */
export const PowerPlan = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  action: PowerAction,
  facts: PowerFacts,
  /** Why it can't be done; null when it can. */
  refusal: Statement.nullable(),
  /** What is lost, or may be. Where there is anything the person has to confirm. */
  losses: z.array(Statement),
  /** Whether the domain's name has to be typed. */
  protected: z.boolean(),
  virsh: VirshTarget,
});
export type PowerPlan = z.infer<typeof PowerPlan>;
