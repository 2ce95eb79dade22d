import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import type { StoredSnapshot } from '../../libvirt/snapshots.ts';
import type { HostSession } from '../host-session.ts';

/**
 * All snapshots of a domain with what they tell of disks, parents first.
 * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError, what the signal was aborted with
 */
export async function readStored(session: HostSession, uuid: string, signal?: AbortSignal): Promise<HealthSnapshot[]> {
  const snapshots = await session.readSnapshots(uuid);
  signal?.throwIfAborted();
  return (await snapshots.parsed(signal)).map(healthSnapshot);
}

function healthSnapshot({ snapshot, memoryFile, config, readable, disks }: StoredSnapshot): HealthSnapshot {
  const { name, parent, state, memory, kind } = snapshot;
  return { name, parent, state, memory, kind, memoryFile, hasConfig: config !== undefined, readable, stored: disks };
}
