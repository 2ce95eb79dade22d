import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';
import type { XmlElement } from './xml.ts';

/** Name of the channel that the agent of a QEMU guest listens on. */
const CHANNEL = 'org.qemu.guest_agent.0';

/** The agent's channel in a live `<domain>`: libvirt writes its state while the guest is on (since 1.2.11). */
export function agentOf(domain: XmlElement): 'none' | 'disconnected' | 'connected' {
  const targets = (domain.at('devices')?.all('channel') ?? []).map((channel) => channel.at('target'));
  const target = targets.find((each) => each?.attribute('name') === CHANNEL);
  if (!target) return 'none';
  return target.attribute('state') === 'connected' ? 'connected' : 'disconnected';
}

/**
 * How long libvirt waits for the agent's answers from now on, seconds; it remembers that per domain. A libvirt before
 * 5.10 cannot be told, and waits for ever.
 * @throws LibvirtError, ConnectionError
 */
export async function setAgentTimeout(caller: Caller, uuid: string, seconds: number): Promise<void> {
  try {
    await caller.call(procedures.domainAgentSetResponseTimeout, { domain: domainRef(uuid), seconds, flags: 0 });
  } catch (error) {
    if (!(error instanceof LibvirtError && error.is('NO_SUPPORT', 'RPC'))) throw error;
  }
}

/**
 * Has the agent thaw all file systems of the guest; answers with how many were frozen.
 * @throws LibvirtError AGENT_UNRESPONSIVE and others of the agent; ConnectionError
 */
export async function thawFileSystems(caller: Caller, uuid: string): Promise<number> {
  const reply = await caller.call(procedures.domainFsthaw, { domain: domainRef(uuid), mountpoints: [], flags: 0 });
  return reply.filesystems;
}
