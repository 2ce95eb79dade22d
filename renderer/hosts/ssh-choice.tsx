import { detailsOf, type Host } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';

/** Problems that another SSH client may not have, which it is, and what the button says. */
const others: Readonly<Record<string, readonly [Host['ssh'], string]>> = {
  NEEDS_OPENSSH: ['openssh', 'Use OpenSSH'],
  SSH_AUTH_FAILED: ['openssh', 'Use OpenSSH'],
  HANDSHAKE_FAILED: ['openssh', 'Use OpenSSH'],
  LOGIN_UNREADABLE: ['openssh', 'Use OpenSSH'],
  SSH_MISSING: ['built-in', 'Use the built-in client'],
};

/** Offers the other SSH client where it may do what this one could not. */
export function OtherSshClient({ host, code }: { host: Host; code: string }) {
  const app = useApp();
  const [ssh, label] = Object.hasOwn(others, code) ? (others[code] ?? []) : [];
  if (host.kind !== 'ssh' || ssh === undefined || host.ssh === ssh) return null;
  return (
    <Button
      look={code === 'NEEDS_OPENSSH' ? 'primary' : 'plain'}
      onClick={() =>
        app.client.hosts
          .edit({ hostId: host.id, details: { ...detailsOf(host), ssh } })
          .catch((error) => tellCallFailed(app, error))
      }
    >
      {label}
    </Button>
  );
}
