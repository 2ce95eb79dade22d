import { defaultMemoryFile, folderOf } from '../../../shared/create/files.ts';
import { isWritable } from '../../../shared/libvirt/disks.ts';
import type { CreateFacts } from '../../../shared/schema.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { activeBlockJobs, domainXml, readDomain } from '../../libvirt/domains.ts';
import { agentOf } from '../../libvirt/guest-agent.ts';
import { parseXml } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { hostDevicesOf, nvramOf } from '../safety/facts.ts';
import { fileFacts } from './files.ts';

/**
 * Asks libvirt for everything that decides how a snapshot of a domain can be taken. Only reads.
 * @param pathsOf new files to look for, once the disks are known.
 * @throws ProblemError NO_DOMAIN, NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function gatherCreateFacts(
  session: HostSession,
  uuid: string,
  pathsOf: (facts: CreateFacts) => readonly string[] = () => [],
): Promise<CreateFacts> {
  const { reads, host } = session;
  if (host.connection.status !== 'connected') throw new ProblemError('NOT_CONNECTED', { host: host.name });
  const { driver, libvirtVersion } = host.connection;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const [
    text,
    {
      list: { snapshots, current },
    },
  ] = await Promise.all([domainXml(reads, uuid, false), session.readSnapshots(uuid)]);
  const xml = parseXml(text, 'domain');
  const active = domain.id !== null;
  const disks = readDisks(xml).map((disk) => ({
    target: disk.target,
    type: disk.type,
    format: disk.image?.format ?? 'raw',
    file: disk.image?.path ?? null,
    writable: isWritable(disk),
  }));
  const targets = disks.filter(({ writable }) => writable).map(({ target }) => target);
  const facts: CreateFacts = {
    driver,
    libvirtVersion,
    uuid,
    name: domain.name,
    state: domain.state,
    active,
    persistent: domain.persistent,
    managedSave: domain.managedSave,
    memoryBytes: parseDomainConfig(xml).memoryBytes,
    nvram: nvramOf(xml),
    disks,
    hostDevices: hostDevicesOf(xml),
    blockJobs: active ? await activeBlockJobs(reads, uuid, targets) : [],
    agent: agentOf(xml),
    snapshots: snapshots.map(({ name, kind, memory, state }) => ({ name, kind, memory, state })),
    current,
    files: { exists: {}, free: {} },
  };
  return { ...facts, files: await fileFacts(session, pathsOf(facts), usualFolders(facts)) };
}

/** Where the images are, and where memory goes unless told otherwise. */
function usualFolders(facts: CreateFacts): string[] {
  const images = facts.disks.flatMap(({ writable, type, file }) => (writable && type === 'file' && file ? [file] : []));
  const paths = [...images, defaultMemoryFile(facts, 'x')].filter((path) => path.startsWith('/'));
  return [...new Set(paths.map(folderOf))];
}
