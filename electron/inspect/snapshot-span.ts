import type { SnapshotSpan } from '../../shared/schema.ts';
import type { HostSession } from '../hosts/host-session.ts';

/** So many snapshots of a domain that nobody has opened are read to know the newest and the oldest. */
const READ = 100;

/**
 * When the newest and the oldest snapshot of a domain were taken. Null: nobody has opened it, and it has too many to read for
 * this alone.
 * @throws ProblemError NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function snapshotSpan(session: HostSession, uuid: string): Promise<SnapshotSpan | null> {
  if (!session.hasReadSnapshots(uuid) && !isFew(session, uuid)) return null;
  const { snapshots } = (await session.readSnapshots(uuid, 'glance')).list;
  // libvirt lists a tree from its roots on, not by time.
  const taken = snapshots.map(({ createdAt }) => createdAt);
  return taken.length === 0
    ? { newest: null, oldest: null }
    : { newest: taken.reduce((a, b) => Math.max(a, b)), oldest: taken.reduce((a, b) => Math.min(a, b)) };
}

/** Whether a domain has so few snapshots that they are read for a table of many domains. */
export function isFew({ domains }: Pick<HostSession, 'domains'>, uuid: string): boolean {
  const count = domains.find((domain) => domain.uuid === uuid)?.snapshotCount ?? null;
  return count !== null && count <= READ;
}
