import { virshTarget } from '../../../../shared/libvirt/virsh.ts';
import { safetyOffer } from '../../../../shared/safety.ts';
import type { CreateFacts, RevertFacts, SafetyOffer } from '../../../../shared/schema.ts';
import type { HostSession } from '../../../hosts/host-session.ts';
import { gatherCreateFacts } from '../../create/facts.ts';

export interface SafetyGround {
  readonly offer: SafetyOffer;
  readonly create: CreateFacts;
}

/**
 * Asks libvirt what decides whether a safety snapshot can be taken before this revert.
 * @throws LibvirtError, ConnectionError
 */
export async function gatherSafety(session: HostSession, facts: RevertFacts, pattern: string): Promise<SafetyGround> {
  const create = await gatherCreateFacts(session, facts.domain.uuid);
  const virsh = virshTarget(session.host, facts.domain);
  return { offer: safetyOffer(facts, create, pattern, Date.now(), virsh), create };
}
