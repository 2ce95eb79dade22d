import type { LibvirtUri } from '../../shared/libvirt-uri.ts';
import { openSshTransport } from './openssh/openssh-transport.ts';
import { sshTransport } from './ssh/ssh-transport.ts';
import { tcpTransport } from './tcp.ts';
import { tlsTransport } from './tls.ts';
import type { Transport, TransportContext } from './transport.ts';

/** The ways to daemons of other machines: much code, which no start has to wait for. */
export const remoteTransports = {
  ssh: (uri, context) => (context.sshClient === 'openssh' ? openSshTransport : sshTransport)(uri, context),
  tls: tlsTransport,
  tcp: tcpTransport,
} as const satisfies Readonly<Record<string, (uri: LibvirtUri, context: TransportContext) => Transport>>;
