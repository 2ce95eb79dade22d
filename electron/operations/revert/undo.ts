import type { UndoOffer } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { MarkStore } from '../../kept/marks.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { readSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';

/**
 * Whether the last revert of a domain can be undone: its safety snapshot must still be there, and be the same one.
 * @throws ProblemError NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function undoOffer(session: HostSession, uuid: string, marks: MarkStore): Promise<UndoOffer> {
  const { host } = session;
  const last = marks.lastRevert(host, uuid);
  const no = (reason: string): UndoOffer => ({
    available: false,
    snapshotName: null,
    takenAt: null,
    revertedTo: last?.revertedTo ?? null,
    reason,
  });
  if (!last) return no('Snapkeel has not reverted this domain.');
  if (last.safetyRequestId === null) return no('No safety snapshot was taken before the last revert.');
  const mark = marks.safety(host, uuid).find((each) => each.requestId === last.safetyRequestId);
  if (!mark) return no('The safety snapshot of the last revert was deleted.');
  const xml = await snapshotXml(session.reads, uuid, mark.name).catch((error: unknown) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT', 'NO_DOMAIN')) return null;
    throw error;
  });
  if (xml === null) return no(`The safety snapshot “${mark.name}” no longer exists.`);
  const { createdAt } = await readSnapshot(xml);
  if (createdAt !== mark.createdAt)
    return no(`The snapshot “${mark.name}” is not the one taken before the last revert.`);
  return { available: true, snapshotName: mark.name, takenAt: mark.createdAt, revertedTo: last.revertedTo };
}
