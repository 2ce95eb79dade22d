import { z } from 'zod';
import { Statement, VirshTarget } from './base.ts';

export const OperationKind = z.enum(['create', 'delete', 'edit', 'make-current', 'import', 'power', 'revert']);
export type OperationKind = z.infer<typeof OperationKind>;

/** What every plan says: what it is for, and on which domain. */
const base = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  virsh: VirshTarget,
  /** When the facts were gathered, milliseconds since 1970 by this machine's clock. */
  gatheredAt: z.number(),
  /** The person has marked the domain as protected: what destroys something needs its name typed. */
  protected: z.boolean(),
});
export type PlanBase = z.infer<typeof base>;

/** The plan of one kind: what the person reads, and what is compared with the present before anything is done. */
export function planOf<K extends OperationKind, Facts extends z.ZodType, More extends z.ZodRawShape>(
  kind: K,
  facts: Facts,
  more: More,
) {
  return base.extend({ kind: z.literal(kind), facts, ...more });
}

/** Something that is not done unless the person agrees to it, by its code. */
export const Consent = Statement.extend({
  /** `needed`: not without it. `possible`: only should libvirt ask for it. */
  certainty: z.enum(['needed', 'possible']),
  /** `tick`: it has a box of its own. `button`: it is given by the button of the dialog that tells of it. */
  by: z.enum(['tick', 'button']),
});
export type Consent = z.infer<typeof Consent>;
