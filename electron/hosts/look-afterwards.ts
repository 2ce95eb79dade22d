import { setTimeout as sleep } from 'node:timers/promises';
import { LibvirtError } from '../libvirt/errors.ts';
import { XmlError } from '../libvirt/xml.ts';
import type { Gate } from './gate.ts';
import type { HostSession } from './host-session.ts';

/** How long a lost host may stay away before its answer is given up, milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * Asks libvirt how things are after an operation, waiting for a connection that was lost. null: it cannot be asked, as
 * when the domain is gone or the person has disconnected from the host.
 */
export async function lookAfterwards<T>(session: HostSession, read: (reads: Gate) => Promise<T>): Promise<T | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    if (session.host.connection.status === 'disconnected') return null;
    if (!session.isConnected) {
      await session.nextChange(patience);
      continue;
    }
    try {
      return await read(session.reads);
    } catch (error) {
      if (error instanceof LibvirtError || error instanceof XmlError) return null;
      await sleep(500, undefined, { signal: patience, ref: false }).catch(() => {});
    }
  }
  return null;
}
