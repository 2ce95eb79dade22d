import { displayOf, type Graphics, viewers } from '../../../shared/console.ts';
import type { ConsoleAnswer } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { domainXml, readDomain } from '../../libvirt/domains.ts';
import { readXml, type XmlElement } from '../../libvirt/xml.ts';
import { type Environment, findProgram, startDetached } from './viewer.ts';

/**
 * Shows a guest's console in a viewer of this computer, or tells where it is. Passwords are not asked for: a viewer does.
 * @throws ProblemError NO_DOMAIN, CONSOLE_OFF, CONSOLE_NONE, NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function openConsole(session: HostSession, uuid: string, env: Environment): Promise<ConsoleAnswer> {
  const { reads, host } = session;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  if (domain.id === null) throw new ProblemError('CONSOLE_OFF', { domain: domain.name });
  const graphics = graphicsOf(await readXml(await domainXml(reads, uuid, false), 'domain'));
  if (graphics.length === 0) throw new ProblemError('CONSOLE_NONE', { domain: domain.name });
  const displays = graphics.map((each) => displayOf(host, each));
  if (host.kind === 'simulated')
    return { viewer: null, displays, reasons: ['This host is simulated: its addresses do not work.'] };
  const reasons: string[] = [];
  for (const { program, argv } of viewers) {
    const file = await findProgram(program, env);
    const words = argv(host, uuid, displays);
    if (file === null) reasons.push(`${program} is not installed on this computer.`);
    else if (words === null) reasons.push(`${program} cannot reach consoles on other hosts by itself.`);
    else {
      const failure = await startDetached(file, words, env);
      if (failure === null) return { viewer: program, displays, reasons };
      reasons.push(`${program} did not start: ${failure}.`);
    }
  }
  return { viewer: null, displays, reasons };
}

function graphicsOf(domain: XmlElement): Graphics[] {
  return (domain.at('devices')?.all('graphics') ?? []).map((each) => {
    const port = Number(each.attribute('port') ?? each.attribute('tlsPort'));
    const listen = each.attribute('listen') ?? each.at('listen')?.attribute('address') ?? null;
    return { type: each.attribute('type') ?? 'unknown', port: port > 0 ? port : null, listen };
  });
}
