import type { DomainWords } from '../../shared/schema.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { parseDomainWords } from '../libvirt/domain-words.ts';
import { domainXml } from '../libvirt/domains.ts';
import { readXml } from '../libvirt/xml.ts';

/**
 * Title and description as the configuration in force has them.
 * @throws ProblemError NOT_CONNECTED; LibvirtError (NO_DOMAIN when the domain is gone); ConnectionError; XmlError
 */
export async function domainWords(session: HostSession, uuid: string): Promise<DomainWords> {
  return parseDomainWords(await readXml(await domainXml(session.reads, uuid, false), 'domain'));
}
