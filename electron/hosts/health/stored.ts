import type { Tree } from '../../../shared/chain.ts';
import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import type { StoredSnapshot } from '../../libvirt/snapshots.ts';
import type { HostSession } from '../host-session.ts';

/**
 * All snapshots of a domain with what they tell of disks, parents first.
 * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError, what the signal was aborted with
 */
export async function readStored(
  session: HostSession,
  uuid: string,
  signal?: AbortSignal,
): Promise<{ snapshots: HealthSnapshot[]; tree: Tree }> {
  const all = await session.readSnapshots(uuid);
  signal?.throwIfAborted();
  const snapshots = (await all.parsed(signal)).map(healthSnapshot);
  const parents = new Map(snapshots.map(({ name, parent }) => [name, parent]));
  return { snapshots, tree: { current: all.current, parents } };
}

function healthSnapshot({ snapshot, memoryFile, config, readable, disks }: StoredSnapshot): HealthSnapshot {
  const { name, parent, state, memory, kind } = snapshot;
  return { name, parent, state, memory, kind, memoryFile, hasConfig: config !== undefined, readable, stored: disks };
}
