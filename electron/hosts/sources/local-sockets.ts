import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import type { TransportErrorCode } from '../../transport/transport.ts';
import { lookLocal } from '../../transport/unix-socket.ts';
import type { NamedUri, Surroundings, Told } from './source.ts';

const LOCAL = [
  { name: 'System', uri: 'qemu:///system' },
  { name: 'This user’s session', uri: 'qemu:///session' },
] as const;

/** What is said of a socket that does not answer; those that are not there are not told of. */
const WORDS: Partial<Record<TransportErrorCode, string>> = {
  SOCKET_DENIED: 'running, but you may not use it',
  SOCKET_REFUSED: 'does not answer',
  TIMED_OUT: 'does not answer in time',
};

/** The libvirt sockets of this computer, and which of them answers. @throws TransportError CANCELLED */
export async function localSources(surroundings: Surroundings, signal: AbortSignal): Promise<Told[]> {
  const seen = new Set<string>();
  const hosts: NamedUri[] = [];
  const looks = await Promise.all(LOCAL.map(({ uri }) => lookLocal(parseLibvirtUri(uri), surroundings, signal)));
  for (const [at, found] of looks.entries()) {
    const socket = typeof found === 'string' ? found : found.detail.path;
    const note = typeof found === 'string' ? 'running, and you may use it' : WORDS[found.code];
    if (socket === undefined || note === undefined || seen.has(socket)) continue;
    seen.add(socket); // for root both are the system's
    const named = LOCAL[at];
    if (named) hosts.push({ ...named, note });
  }
  return [{ kind: 'local', file: null, hosts, problem: null }];
}
