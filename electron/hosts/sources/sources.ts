import { formatLibvirtUri, LibvirtUriError, parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import type { HostSource, SourceHost } from '../../../shared/schema.ts';
import { withoutSecrets } from '../../redact.ts';
import { aliasSources } from './libvirt-aliases.ts';
import { localSources } from './local-sockets.ts';
import type { NamedUri, Surroundings, Told } from './source.ts';
import { virtManagerSources } from './virt-manager.ts';

/** The most hosts that are told of one source, and characters of what stands there. */
const MOST_HOSTS = 1_000;
const MOST_CHARACTERS = 2_048;

type Kind = HostSource['kind'];
const readers: Readonly<Record<Kind, (surroundings: Surroundings, signal: AbortSignal) => Promise<Told[]>>> = {
  local: localSources,
  'ssh-config': async (surroundings) => (await import('./ssh-hosts.ts')).sshSources(surroundings),
  libvirt: aliasSources,
  'virt-manager': virtManagerSources,
};

/**
 * Every host that this computer knows of, by where it is known. What goes wrong with one source is told there.
 * @param listed URIs of the hosts that are in the list
 */
export async function hostSources(
  surroundings: Surroundings,
  listed: readonly string[],
  signal: AbortSignal,
): Promise<HostSource[]> {
  const known = new Set(listed.map(canonical));
  const kinds = Object.keys(readers) as Kind[];
  const told = await Promise.all(
    kinds.map((kind) =>
      readers[kind](surroundings, signal).catch((error: unknown): Told[] => [
        { kind, file: null, hosts: [], problem: `This could not be read: ${error}` },
      ]),
    ),
  );
  return told.flat().map(({ hosts, problem, ...source }) => ({
    ...source,
    hosts: hosts.slice(0, MOST_HOSTS).map((host) => judged(host, known)),
    leftOut: Math.max(0, hosts.length - MOST_HOSTS),
    problem: problem === null ? null : problem.slice(0, MOST_CHARACTERS),
  }));
}

function judged({ name, uri, note = '' }: NamedUri, known: ReadonlySet<string>): SourceHost {
  const isLong = uri.length > MOST_CHARACTERS;
  const reason = isLong ? 'The address is too long.' : unusable(uri);
  return {
    name: name === null ? null : name.slice(0, MOST_CHARACTERS),
    uri: withoutSecrets(uri.slice(0, MOST_CHARACTERS)),
    note,
    listed: reason === null && known.has(canonical(uri)),
    unusable: reason,
  };
}

function unusable(uri: string): string | null {
  try {
    parseLibvirtUri(uri);
    return null;
  } catch (error) {
    if (error instanceof LibvirtUriError) return error.message;
    throw error;
  }
}

/** Of two ways to write the same URI one. */
function canonical(uri: string): string {
  try {
    return formatLibvirtUri(parseLibvirtUri(uri));
  } catch {
    return uri.trim();
  }
}
