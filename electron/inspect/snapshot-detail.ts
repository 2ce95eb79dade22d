import type { HostSession } from '../hosts/host-session.ts';
import { parseDomainConfig } from '../libvirt/config.ts';
import { snapshotXml } from '../libvirt/snapshots.ts';
import { readXml } from '../libvirt/xml.ts';

/**
 * A snapshot's XML without secrets, and what the configuration that is stored with it says; null where it says nothing.
 * @throws LibvirtError, ConnectionError, XmlError
 */
export async function snapshotDetail(session: HostSession, uuid: string, name: string) {
  const xml = await snapshotXml(session.reads, uuid, name);
  session.noteSnapshotText(uuid, name, xml);
  const stored = (await readXml(xml, 'domainsnapshot')).at('domain');
  const config = stored && parseDomainConfig(stored);
  return { xml, memoryBytes: config?.memoryBytes ?? null, vcpus: config?.vcpus ?? null };
}
