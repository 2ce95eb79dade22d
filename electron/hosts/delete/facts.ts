import type { DeleteFacts } from '../../../shared/schema.ts';
import { activeBlockJobs, domainXml, readDomain } from '../../libvirt/domains.ts';
import { currentSnapshot } from '../../libvirt/snapshots.ts';
import { diskImages } from '../../libvirt/stored-disks.ts';
import { parseXml } from '../../libvirt/xml.ts';
import { readStored } from '../health/stored.ts';
import type { HostSession } from '../host-session.ts';
import type { MarkStore } from '../marks.ts';
import { ProblemError } from '../problems.ts';

/**
 * Asks libvirt for everything that the rules of a deletion look at.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError
 */
export async function gatherDeleteFacts(session: HostSession, uuid: string, marks: MarkStore): Promise<DeleteFacts> {
  const { host, reads } = session;
  if (host.connection.status !== 'connected') throw new ProblemError('NOT_CONNECTED', { host: host.name });
  const { driver, libvirtVersion } = host.connection;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const [current, text, stored] = await Promise.all([
    currentSnapshot(reads, uuid),
    domainXml(reads, uuid, false),
    readStored(reads, uuid, new AbortController().signal),
  ]);
  const images = diskImages(parseXml(text, 'domain'));
  const targets = images.map(({ target }) => target);
  const blockJobs = domain.id === null ? [] : await activeBlockJobs(reads, uuid, targets);
  const wayBack = marks.lastRevert(host, uuid)?.safetyRequestId ?? null;
  const safety = marks.safety(host, uuid).find(({ requestId }) => requestId === wayBack);
  return {
    driver,
    libvirtVersion,
    domain: { uuid, name: domain.name, state: domain.state, managedSave: domain.managedSave, images, blockJobs },
    current,
    snapshots: stored.map(({ name, parent, state, memory, kind, memoryFile, stored: disks }) => ({
      name,
      parent,
      state,
      memory,
      kind,
      memoryFile,
      pinned: marks.isPinned(host, uuid, name),
      undoes: safety?.name === name,
      stored: disks,
    })),
  };
}
