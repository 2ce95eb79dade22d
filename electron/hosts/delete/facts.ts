import { imagesOf } from '../../../shared/libvirt/disks.ts';
import type { DeleteFacts } from '../../../shared/schema.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { activeBlockJobs, domainXml, readDomain } from '../../libvirt/domains.ts';
import { parseXml } from '../../libvirt/xml.ts';
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
  const [text, snapshots] = await Promise.all([domainXml(reads, uuid, false), session.readSnapshots(uuid)]);
  const images = imagesOf(readDisks(parseXml(text, 'domain')));
  const targets = images.map(({ target }) => target);
  const blockJobs = domain.id === null ? [] : await activeBlockJobs(reads, uuid, targets);
  const wayBack = marks.lastRevert(host, uuid)?.safetyRequestId ?? null;
  const safety = marks.safety(host, uuid).find(({ requestId }) => requestId === wayBack);
  return {
    driver,
    libvirtVersion,
    domain: { uuid, name: domain.name, state: domain.state, managedSave: domain.managedSave, images, blockJobs },
    current: snapshots.current,
    snapshots: (await snapshots.parsed()).map(
      ({ snapshot: { name, parent, state, memory, kind }, memoryFile, disks }) => ({
        name,
        parent,
        state,
        memory,
        kind,
        memoryFile,
        pinned: marks.isPinned(host, uuid, name),
        undoes: safety?.name === name,
        stored: disks,
      }),
    ),
  };
}
