import { setTimeout as sleep } from 'node:timers/promises';
import { stateLabel } from '../../../shared/format.ts';
import type { Found } from '../../../shared/schema.ts';
import { readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { currentSnapshot } from '../../libvirt/snapshots.ts';
import type { HostSession } from '../host-session.ts';

/** How long a lost host may stay away before its answer is given up, milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * Asks libvirt how a domain is now, waiting for a connection that was lost. null: it is gone, or cannot be asked, as
 * when the person has disconnected from the host.
 */
export async function findOut(session: HostSession, uuid: string): Promise<Found | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    if (session.host.connection.status === 'disconnected') return null;
    if (!session.isConnected) {
      await session.nextChange(patience);
      continue;
    }
    try {
      const [domain, current] = await Promise.all([
        readDomain(session.reads, uuid),
        currentSnapshot(session.reads, uuid),
      ]);
      return domain && { state: domain.state, reason: domain.reason, current };
    } catch (error) {
      if (error instanceof LibvirtError) return null;
      await sleep(500, undefined, { signal: patience, ref: false }).catch(() => {});
    }
  }
  return null;
}

/** Sentences where what was found is not what was expected. */
export function differences(found: Found, expected: Pick<Found, 'state' | 'current'>): string[] {
  const name = (snapshot: string | null) => (snapshot === null ? 'none' : `“${snapshot}”`);
  return [
    ...(expected.state === 'unknown' || found.state === expected.state
      ? []
      : [`The domain is ${stateLabel(found.state)}; ${stateLabel(expected.state)} was expected.`]),
    ...(found.current === expected.current
      ? []
      : [`The current snapshot is ${name(found.current)}; ${name(expected.current)} was expected.`]),
  ];
}
