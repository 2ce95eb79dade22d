import type { DomainModel } from './model.ts';
import type { Refusal } from './refuse.ts';

const refusals: readonly (Refusal & { readonly when: (domain: DomainModel) => boolean })[] = [
  {
    code: 'OPERATION_INVALID',
    domain: 'QEMU',
    message: 'domain is not running',
    when: ({ state }) => state !== 'running',
  },
  {
    code: 'ARGUMENT_UNSUPPORTED',
    domain: 'QEMU',
    message: 'QEMU guest agent is not configured',
    when: ({ agent }) => agent === 'none',
  },
  {
    code: 'AGENT_UNRESPONSIVE',
    domain: 'QEMU',
    message: 'Guest agent is not responding: QEMU guest agent is not connected',
    when: ({ agent }) => agent === 'disconnected',
  },
];

/** Why the guest's agent cannot be asked (qemuDomainAgentAvailable). */
export function freezeRefused(domain: DomainModel): Refusal | undefined {
  return refusals.find((rule) => rule.when(domain));
}
