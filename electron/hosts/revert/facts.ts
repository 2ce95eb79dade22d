import { configChanges, type DomainConfig } from '../../../shared/config-changes.ts';
import { isLive } from '../../../shared/risk.ts';
import type { ConfigChange, RevertFacts, RevertTarget } from '../../../shared/schema.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import { activeBlockJobs, type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { currentSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml, type XmlElement } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';

/**
 * Asks libvirt for everything the rules look at.
 * @throws ProblemError NO_DOMAIN, NO_CURRENT_SNAPSHOT, SNAPSHOT_GONE, NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function gatherRevertFacts(
  session: HostSession,
  uuid: string,
  target: RevertTarget,
  riskReported: string | null,
): Promise<RevertFacts> {
  const { reads, host } = session;
  if (host.connection.status !== 'connected') throw new ProblemError('NOT_CONNECTED', { host: host.name });
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const current = await currentSnapshot(reads, uuid);
  const name = target.kind === 'current' ? current : target.name;
  if (name === null) throw new ProblemError('NO_CURRENT_SNAPSHOT', { domain: domain.name });

  const active = domain.id !== null;
  const [snapshotText, liveText, inactiveText] = await Promise.all([
    snapshotXml(reads, uuid, name).catch(vanished(name)),
    domainXml(reads, uuid, false),
    domainXml(reads, uuid, true),
  ]);
  const stored = parseXml(snapshotText, 'domainsnapshot');
  const live = parseXml(liveText, 'domain');
  const inactive = parseXml(inactiveText, 'domain');
  const snapshot = { ...parseSnapshot(stored), name };
  const storedConfig = configOf(stored.at('domain'));
  const storedInactive = configOf(stored.at('inactiveDomain'));
  const liveConfig = parseDomainConfig(live);
  return {
    driver: host.connection.driver,
    libvirtVersion: host.connection.libvirtVersion,
    domain: {
      uuid,
      name: domain.name,
      state: domain.state,
      persistent: domain.persistent,
      managedSave: domain.managedSave,
      blockJobs: active ? await blockJobs(reads, uuid, liveConfig) : [],
      consoles: [...liveConfig.graphics],
    },
    snapshot,
    hasConfig: storedConfig !== undefined,
    current,
    configChanges:
      isLive(snapshot) && active
        ? changes(storedConfig, live)
        : changes(storedInactive ?? storedConfig, inactive, isLive(snapshot) && !storedInactive),
    riskReported,
  };
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

function blockJobs(reads: Caller, uuid: string, config: DomainConfig): Promise<string[]> {
  const disks = Object.entries(config.disks).filter(([, { device }]) => device === 'disk');
  return activeBlockJobs(
    reads,
    uuid,
    disks.map(([target]) => target),
  );
}

function vanished(snapshot: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT'))
      throw new ProblemError('SNAPSHOT_GONE', { snapshot });
    throw error;
  };
}
