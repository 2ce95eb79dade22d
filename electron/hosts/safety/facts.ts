import { type Disk, isWritable } from '../../../shared/libvirt/disks.ts';
import { type SafetyFacts, safetyOffer } from '../../../shared/safety.ts';
import type { RevertFacts, SafetyOffer } from '../../../shared/schema.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { domainXml } from '../../libvirt/domains.ts';
import { parseXml, type XmlElement } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';

/** Devices that go with the host, so that a guest's memory cannot be saved without them. */
const hostBound: readonly (readonly [element: string, words: string])[] = [
  ['hostdev', 'a host device'],
  ['vdpa', 'a vDPA device'],
];

export interface SafetyGround {
  readonly offer: SafetyOffer;
  readonly disks: readonly Disk[];
}

/**
 * Asks libvirt what decides whether a safety snapshot can be taken before this revert.
 * @throws LibvirtError, ConnectionError
 */
export async function gatherSafety(session: HostSession, facts: RevertFacts, pattern: string): Promise<SafetyGround> {
  const { reads } = session;
  const { uuid } = facts.domain;
  const [
    text,
    {
      list: { snapshots },
    },
  ] = await Promise.all([domainXml(reads, uuid, false), session.readSnapshots(uuid)]);
  const xml = parseXml(text, 'domain');
  const disks = readDisks(xml);
  const safetyFacts: SafetyFacts = {
    driver: facts.driver,
    libvirtVersion: facts.libvirtVersion,
    state: facts.domain.state,
    active: facts.domain.state !== 'shutoff' && facts.domain.state !== 'crashed',
    managedSave: facts.domain.managedSave,
    nvram: nvramOf(xml),
    disks: disks.map((disk) => ({
      target: disk.target,
      type: disk.type,
      format: disk.image?.format ?? 'raw',
      file: disk.image?.path ?? null,
      writable: isWritable(disk),
    })),
    hostDevices: hostDevicesOf(xml),
    blockJobs: facts.domain.blockJobs,
    snapshots,
  };
  return { offer: safetyOffer(safetyFacts, pattern, facts.snapshot.name, Date.now()), disks };
}

/** libvirt writes the format of the NVRAM image since 8.10; without it, it is raw. */
export function nvramOf(domain: XmlElement): SafetyFacts['nvram'] {
  const os = domain.at('os');
  const nvram = os?.at('nvram');
  const pflash = os?.at('loader')?.attribute('type') === 'pflash';
  if (!nvram && !pflash && os?.attribute('firmware') !== 'efi') return 'none';
  return nvram?.attribute('format') === 'qcow2' ? 'qcow2' : 'other';
}

/** Devices that memory cannot be saved with, in words. */
export function hostDevicesOf(domain: XmlElement): string[] {
  const devices = domain.at('devices');
  const vdpa = (devices?.all('interface') ?? []).some((nic) =>
    ['vdpa', 'hostdev'].includes(nic.attribute('type') ?? ''),
  );
  return hostBound.flatMap(([element, words]) =>
    (element === 'vdpa' ? vdpa : devices?.at(element) !== undefined) ? [words] : [],
  );
}
