import { configChanges, type DomainConfig } from '../../../shared/config-changes.ts';
import { isLive } from '../../../shared/risk.ts';
import type { ConfigChange, DiskFact, RevertFacts, RevertTarget, StoredFacts } from '../../../shared/schema.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import {
  type DiskElement,
  diskAllocation,
  memoryFileExists,
  parseDisks,
  parseNvram,
  parseOverlays,
} from '../../libvirt/disks.ts';
import { activeBlockJobs, autostarts, type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { parseSnapshot, SnapshotReader, snapshotXml } from '../../libvirt/snapshots.ts';
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
  const list = await new SnapshotReader(uuid).read(reads);
  const name = target.kind === 'current' ? list.current : target.name;
  if (name === null) throw new ProblemError('NO_CURRENT_SNAPSHOT', { domain: domain.name });

  const active = domain.id !== null;
  const [snapshotText, currentText, liveText, inactiveText, autostart] = await Promise.all([
    snapshotXml(reads, uuid, name).catch(vanished(name)),
    list.current === null ? null : snapshotXml(reads, uuid, list.current).catch(vanished(list.current)),
    domainXml(reads, uuid, false),
    domainXml(reads, uuid, true),
    autostarts(reads, uuid),
  ]);
  const stored = parseXml(snapshotText, 'domainsnapshot');
  const live = parseXml(liveText, 'domain');
  const inactive = parseXml(inactiveText, 'domain');
  const snapshot = { ...parseSnapshot(stored), name };
  const storedConfig = configOf(stored.at('domain'));
  const storedInactive = configOf(stored.at('inactiveDomain'));
  const liveConfig = parseDomainConfig(live);
  const drives = parseDisks(live).filter(({ device }) => device === 'disk' || device === 'lun');
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
    overlays: currentText === null ? [] : overlaysOf(currentText, disks),
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

async function diskFact(reads: Caller, uuid: string, { target, type, format, file }: DiskElement): Promise<DiskFact> {
  const allocation = await diskAllocation(reads, uuid, target);
  const missing = allocation === 'missing';
  return { target, type, format, file, allocationBytes: missing ? null : allocation, missing };
}

async function storedFactsOf(
  reads: Caller,
  snapshot: XmlElement,
  config: XmlElement | undefined,
): Promise<StoredFacts> {
  const path = snapshot.at('memory')?.attribute('file');
  return {
    disks: config ? parseDisks(config).map(({ target, type }) => ({ target, type })) : [],
    nvram: config ? parseNvram(config) : null,
    genid: config?.at('genid') !== undefined,
    memoryFile: path === undefined ? null : { path, exists: await memoryFileExists(reads, path) },
  };
}

function overlaysOf(currentText: string, disks: readonly DiskFact[]): RevertFacts['overlays'] {
  return parseOverlays(parseXml(currentText, 'domainsnapshot', true)).map(({ target, file }) => {
    const disk = disks.find((each) => each.target === target);
    const inUse = disk ? disk.file === file : null;
    return { target, file, bytes: inUse ? (disk?.allocationBytes ?? null) : null, inUse };
  });
}

/** Metadata of an ancient libvirt holds a `<domain>` with nothing but the UUID (virDomainSnapshotDefFormat). */
function configOf(domain: XmlElement | undefined): XmlElement | undefined {
  return domain?.at('name') && domain;
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

function vanished(snapshot: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT'))
      throw new ProblemError('SNAPSHOT_GONE', { snapshot });
    throw error;
  };
}
