import { detailsOf } from '../../shared/host-list/details.ts';
import type { Host } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';

type Client = Exclude<Host['ssh'], 'automatic'>;

/** Problems that another SSH client may not have, and which it is. */
const others: Readonly<Record<string, Client>> = {
  NEEDS_OPENSSH: 'openssh',
  SSH_AUTH_FAILED: 'openssh',
  HANDSHAKE_FAILED: 'openssh',
  LOGIN_UNREADABLE: 'openssh',
  SSH_MISSING: 'built-in',
};
export const sshClientNames: Readonly<Record<Client, string>> = {
  openssh: 'OpenSSH',
  'built-in': 'the built-in client',
};

/** The SSH client that may do what `used` could not; null where there is none. */
export function otherSshClient(code: string, used: Host['ssh'] | undefined): Client | null {
  const other = Object.hasOwn(others, code) ? others[code] : undefined;
  return other === undefined || other === used ? null : other;
}

/** Offers the other SSH client where it may do what this one could not. */
export function OtherSshClient({ host, code }: { host: Host; code: string }) {
  const app = useApp();
  const ssh = host.kind === 'ssh' ? otherSshClient(code, host.ssh) : null;
  if (ssh === null) return null;
  return (
    <Button
      look={code === 'NEEDS_OPENSSH' ? 'primary' : 'plain'}
      onClick={() =>
        app.client.hosts
          .edit({ hostId: host.id, details: { ...detailsOf(host), ssh } })
          .catch((error) => tellCallFailed(app, error))
      }
    >
      Use {sshClientNames[ssh]}
    </Button>
  );
}
