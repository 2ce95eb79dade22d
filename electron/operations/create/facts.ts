import type { Disk } from '../../../shared/libvirt/disks.ts';
import { defaultMemoryFile, imageFiles } from '../../../shared/operations/create/files.ts';
import { folderOf } from '../../../shared/operations/create/paths.ts';
import { canKeep } from '../../../shared/operations/create/request.ts';
import type { CreateDisk, CreateFacts } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { checkpointFacts } from '../../libvirt/checkpoints.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import { readDisks, readNvram } from '../../libvirt/disks.ts';
import { activeBlockJobs, type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { agentOf } from '../../libvirt/guest-agent.ts';
import { hasJob } from '../../libvirt/jobs.ts';
import { memoryDevicesOf } from '../../libvirt/memory-devices.ts';
import type { DomainSnapshots } from '../../libvirt/stored-snapshot.ts';
import { readXml, type XmlElement } from '../../libvirt/xml.ts';
import { readChains } from './chain.ts';
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
  const { reads } = session;
  const { driver, libvirtVersion } = session.peer;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const active = domain.id !== null;
  const [text, nextText, snapshots, checkpoints, job] = await Promise.all([
    domainXml(reads, uuid, false),
    active && domain.persistent ? domainXml(reads, uuid, true) : null,
    session.readSnapshots(uuid, 'decide'),
    checkpointFacts(reads, uuid),
    hasJob(reads, uuid),
  ]);
  const xml = await readXml(text, 'domain');
  const next = nextText === null ? xml : await readXml(nextText, 'domain');
  const disks = await createDisks(session, readDisks(xml), readDisks(next), snapshots, active);
  const { list } = snapshots;
  const targets = disks.filter(canKeep).map(({ target }) => target);
  const facts: CreateFacts = {
    driver,
    libvirtVersion,
    uuid,
    name: domain.name,
    state: domain.state,
    reason: domain.reason,
    active,
    persistent: domain.persistent,
    managedSave: domain.managedSave,
    memoryBytes: parseDomainConfig(xml).memoryBytes,
    pflash: xml.at('os', 'loader')?.attribute('type') === 'pflash',
    nvram: nvramOf(xml),
    tpm: xml.at('devices', 'tpm') !== undefined,
    disks,
    devices: memoryDevicesOf(xml),
    blockJobs: active ? await blockJobsOrNull(reads, uuid, targets) : [],
    job,
    checkpoints: checkpoints?.map(({ name }) => name) ?? null,
    agent: agentOf(xml),
    snapshots: list.snapshots.map(({ name, kind, memory, state }) => ({ name, kind, memory, state })),
    current: list.current,
    files: { exists: {}, free: {} },
  };
  return { ...facts, files: await fileFacts(session, pathsOf(facts), usualFolders(facts)) };
}

async function createDisks(
  session: HostSession,
  disks: readonly Disk[],
  next: readonly Disk[],
  snapshots: DomainSnapshots,
  active: boolean,
): Promise<CreateDisk[]> {
  const chains = await readChains(session, disks, snapshots, active);
  return disks.map((disk) => ({
    ...disk,
    ...(chains.get(disk.target) ?? { exists: null, depth: null, gone: [], tags: null, found: null }),
    next: next.find(({ target }) => target === disk.target)?.image?.path ?? null,
  }));
}

/** libvirt writes the format of the NVRAM image since 8.10; without it, it is raw. */
function nvramOf(domain: XmlElement): CreateFacts['nvram'] {
  const nvram = readNvram(domain);
  if (nvram === null) return 'none';
  return nvram.format === 'qcow2' ? 'qcow2' : 'other';
}

async function blockJobsOrNull(reads: Caller, uuid: string, targets: readonly string[]): Promise<string[] | null> {
  try {
    return await activeBlockJobs(reads, uuid, targets);
  } catch (error) {
    if (error instanceof LibvirtError && !error.is('NO_DOMAIN')) return null;
    throw error;
  }
}

/** Where the images are, and where memory goes unless told otherwise. */
function usualFolders(facts: CreateFacts): string[] {
  const paths = [...imageFiles(facts), defaultMemoryFile(facts, 'x')].filter((path) => path.startsWith('/'));
  return [...new Set(paths.map(folderOf))];
}
