import type { LibvirtTransport, LibvirtUri } from '../../shared/libvirt-uri.ts';
import { sshTransport } from './ssh/ssh-transport.ts';
import { tcpTransport } from './tcp.ts';
import { tlsTransport } from './tls.ts';
import type { Transport, TransportContext } from './transport.ts';
import { unixTransport } from './unix-socket.ts';

/** The way to the daemon a URI names. Connects nothing yet: the first dial does. */
export function openTransport(uri: LibvirtUri, context: TransportContext): Transport {
  return OPENERS[uri.transport](uri, context);
}

const OPENERS: Readonly<Record<LibvirtTransport, (uri: LibvirtUri, context: TransportContext) => Transport>> = {
  auto: unixTransport,
  unix: unixTransport,
  ssh: sshTransport,
  tls: tlsTransport,
  tcp: tcpTransport,
};
