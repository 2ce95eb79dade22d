import { formatVersion } from '../shared/format.ts';
import { type Capability, can, version } from '../shared/libvirt/versions.ts';
import type { Host } from '../shared/schema.ts';
import { withoutSecrets } from './redact.ts';

/** Lines that are kept. */
const KEPT = 60;

/** The last lines of the log, for a report. */
export class RecentLines {
  #lines: string[] = [];

  add(line: string): void {
    this.#lines = [...this.#lines.slice(1 - KEPT), `${new Date().toISOString()} ${line}`];
  }

  get all(): readonly string[] {
    return this.#lines;
  }
}

/**
 * What helps to find out why something went wrong, as a text that the person can read before it is sent anywhere.
 * @param versions of what runs the app
 */
export function diagnosticsText(
  versions: Readonly<Record<string, string | undefined>>,
  hosts: readonly Host[],
  lines: readonly string[],
): string {
  return [
    '## Versions',
    ...Object.entries(versions).flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${value}`])),
    '',
    '## Hosts',
    ...hosts.map(hostLine),
    '',
    '## Last lines of the log',
    '```',
    ...lines,
    '```',
    '',
  ]
    .map(withoutSecrets)
    .join('\n');
}

function hostLine({ uri, connection }: Host): string {
  const { status } = connection;
  if (status === 'connected')
    return `- ${uri}: ${connection.driver}, libvirt ${formatVersion(connection.libvirtVersion)}, hypervisor ${formatVersion(connection.hypervisorVersion)}, ${connection.via}; ${abilities(connection.libvirtVersion)}`;
  return `- ${uri}: ${status}${'problem' in connection && connection.problem ? `, ${connection.problem.code}` : ''}`;
}

/** What the rules take such a libvirt to be able to, by the names of `versions.ts`. */
function abilities(libvirtVersion: number): string {
  const lacks = (Object.keys(version) as Capability[]).filter((each) => !can(libvirtVersion, each));
  return lacks.length === 0 ? 'lacks nothing that is known of' : `lacks ${lacks.join(', ')}`;
}
