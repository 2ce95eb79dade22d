import type { ClientChannel } from 'ssh2';
import { TransportError } from '../transport.ts';

/** OpenSSH takes 32,768 bytes at once. */
const LEAST_PACKET = 1_024;

/**
 * Lets only channels be written to that take packets of some size: into one that takes none, ssh2 writes for ever.
 * @throws TransportError HANDSHAKE_FAILED
 */
export function refuseTinyPackets(channel: ClientChannel, host: string): void {
  const { outgoing } = channel as ClientChannel & { readonly outgoing?: { readonly packetSize?: number } };
  const size = outgoing?.packetSize ?? LEAST_PACKET;
  if (size >= LEAST_PACKET) return;
  const reason = `it takes ${size} bytes at once`;
  throw new TransportError('HANDSHAKE_FAILED', `SSH to ${host}: ${reason}.`, { host, reason });
}
