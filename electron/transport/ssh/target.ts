import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { LibvirtUri } from '../../../shared/libvirt-uri.ts';
import type { TransportContext } from '../transport.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';

/** Everything needed to log in to one machine, whichever places it was gathered from. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly knownHosts: KnownHostsFiles;
  /** The agent's socket (or, on Windows, its pipe). */
  readonly agent?: string;
  readonly keyFiles: readonly string[];
  /** The person named the key: it not working is the error to report, and it is tried before the agent. */
  readonly keyIsExplicit: boolean;
}

/** Reads a target from a URI and its surroundings. The one place where they are joined. */
export function resolveTarget(uri: LibvirtUri, { env, home }: TransportContext): SshTarget {
  const { keyfile, known_hosts } = uri.params;
  const inHome = (path: string) => (path.startsWith('~/') ? join(home, path.slice(2)) : path);
  const agent = env.SSH_AUTH_SOCK || (process.platform === 'win32' ? WINDOWS_AGENT : '');
  return {
    host: uri.host ?? 'localhost',
    port: uri.port ?? 22,
    user: uri.user ?? userInfo().username,
    knownHosts: {
      user: known_hosts === undefined ? join(home, '.ssh', 'known_hosts') : inHome(known_hosts),
      readOnly: process.platform === 'win32' ? [] : ['/etc/ssh/ssh_known_hosts'],
    },
    ...(agent === '' ? {} : { agent }),
    keyFiles: keyfile === undefined ? KEY_NAMES.map((name) => join(home, '.ssh', name)) : [inHome(keyfile)],
    keyIsExplicit: keyfile !== undefined,
  };
}

const KEY_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa'] as const;
const WINDOWS_AGENT = '\\\\.\\pipe\\openssh-ssh-agent';
