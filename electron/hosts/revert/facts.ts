import { configChanges, type DomainConfig } from '../../../shared/config-changes.ts';
import { type Disk, isDrive } from '../../../shared/libvirt/disks.ts';
import { isLive } from '../../../shared/risk.ts';
import type { ConfigChange, DiskFact, RevertFacts, RevertTarget, StoredFacts } from '../../../shared/schema.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import { diskAllocation, overlaysMade, readDisks, readNvram } from '../../libvirt/disks.ts';
import { activeBlockJobs, autostarts, type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { memoryFileExists } from '../../libvirt/file-probe.ts';
import { SnapshotCache, type StoredSnapshot } from '../../libvirt/snapshots.ts';
import { parseXml, type XmlElement } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';
import type { MarkStore } from '../marks.ts';
import { ProblemError } from '../problems.ts';
import { historyOf } from './history.ts';

/** A connection to ask, and what is known of its other end. */
export interface Source extends Pick<RevertFacts, 'driver' | 'libvirtVersion' | 'hypervisorVersion'> {
  readonly reads: Caller;
}

/**
 * Asks libvirt for everything the rules look at.
 * @throws ProblemError NO_DOMAIN, NO_CURRENT_SNAPSHOT, SNAPSHOT_GONE, NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function gatherRevertFacts(
  session: HostSession,
  uuid: string,
  target: RevertTarget,
  riskReported: string | null,
  marks: Pick<MarkStore, 'isInterrupted'>,
): Promise<RevertFacts> {
  const { reads, host } = session;
  if (host.connection.status !== 'connected') throw new ProblemError('NOT_CONNECTED', { host: host.name });
  const { driver, libvirtVersion, hypervisorVersion } = host.connection;
  const facts = await gatherFacts({ reads, driver, libvirtVersion, hypervisorVersion }, uuid, target, riskReported);
  return { ...facts, interruptedDelete: marks.isInterrupted(host, uuid, facts.snapshot.name) };
}

/** The same without a session, and so without what Snapkeel itself remembers. @throws as gatherRevertFacts, except NOT_CONNECTED */
export async function gatherFacts(
  { reads, driver, libvirtVersion, hypervisorVersion }: Source,
  uuid: string,
  target: RevertTarget,
  riskReported: string | null,
): Promise<RevertFacts> {
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const snapshots = await new SnapshotCache(reads).read(uuid);
  const { list } = snapshots;
  const name = target.kind === 'current' ? list.current : target.name;
  if (name === null) throw new ProblemError('NO_CURRENT_SNAPSHOT', { domain: domain.name });

  const active = domain.id !== null;
  const aimed = snapshots.get(name);
  if (!aimed) throw new ProblemError('SNAPSHOT_GONE', { snapshot: name });
  const [liveText, inactiveText, autostart] = await Promise.all([
    domainXml(reads, uuid, false),
    domainXml(reads, uuid, true),
    autostarts(reads, uuid),
  ]);
  const stored = aimed.element;
  const live = parseXml(liveText, 'domain');
  const inactive = parseXml(inactiveText, 'domain');
  const { snapshot, config: storedConfig } = aimed;
  const storedInactive = stored.at('inactiveDomain');
  const liveConfig = parseDomainConfig(live);
  const drives = readDisks(live).filter(isDrive);
  const targets = drives.map((disk) => disk.target);
  const [disks, storedFacts, blockJobs] = await Promise.all([
    Promise.all(drives.map((disk) => diskFact(reads, uuid, disk))),
    storedFactsOf(reads, stored, storedConfig),
    active ? activeBlockJobs(reads, uuid, targets) : [],
  ]);
  return {
    driver,
    libvirtVersion,
    hypervisorVersion,
    domain: {
      uuid,
      name: domain.name,
      state: domain.state,
      reason: domain.reason,
      persistent: domain.persistent,
      managedSave: domain.managedSave,
      autostart,
      disks,
      blockJobs,
      consoles: [...liveConfig.graphics],
    },
    snapshot,
    hasConfig: storedConfig !== undefined,
    stored: storedFacts,
    overlays: overlaysOf(list.current === null ? undefined : snapshots.get(list.current), disks),
    history: historyOf(list, name),
    current: list.current,
    interruptedDelete: false,
    configChanges:
      isLive(snapshot) && active
        ? changes(storedConfig, live)
        : changes(storedInactive ?? storedConfig, inactive, isLive(snapshot) && !storedInactive),
    riskReported,
  };
}

async function diskFact(reads: Caller, uuid: string, { target, type, image }: Disk): Promise<DiskFact> {
  const allocation = await diskAllocation(reads, uuid, target);
  const missing = allocation === 'missing';
  const { format, path: file } = image ?? { format: null, path: null };
  return { target, type, format: format ?? '', file, allocationBytes: missing ? null : allocation, missing };
}

async function storedFactsOf(
  reads: Caller,
  snapshot: XmlElement,
  config: XmlElement | undefined,
): Promise<StoredFacts> {
  const path = snapshot.at('memory')?.attribute('file');
  return {
    disks: config ? readDisks(config).map(({ target, type }) => ({ target, type })) : [],
    nvram: (config && readNvram(config)?.format) ?? null,
    genid: config?.at('genid') !== undefined,
    memoryFile: path === undefined ? null : { path, exists: await memoryFileExists(reads, path) },
  };
}

function overlaysOf(current: StoredSnapshot | undefined, disks: readonly DiskFact[]): RevertFacts['overlays'] {
  return (current ? overlaysMade(current.disks) : []).map(({ target, file }) => {
    const disk = disks.find((each) => each.target === target);
    const inUse = disk ? disk.file === file : null;
    return { target, file, bytes: inUse ? (disk?.allocationBytes ?? null) : null, inUse };
  });
}

/**
 * @param unlike the one is a running guest's configuration and the other is not: libvirt has filled in a CPU on one
 * side only, so that is not compared.
 */
function changes(then: XmlElement | undefined, now: XmlElement, unlike = false): ConfigChange[] {
  if (!then) return [];
  const comparable = (config: DomainConfig): DomainConfig => (unlike ? { ...config, cpu: '' } : config);
  return configChanges(comparable(parseDomainConfig(then)), comparable(parseDomainConfig(now)));
}
