import { type LibvirtUri, placeLabel } from '../../shared/libvirt-uri.ts';
import type { Transport, TransportContext } from './transport.ts';
import { unixTransport } from './unix-socket.ts';
import { whenDialled } from './when-dialled.ts';

/** The way to the daemon a URI names. Connects nothing yet: the first dial does. */
export function openTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const { transport } = uri;
  if (transport === 'auto' || transport === 'unix') return unixTransport(uri, context);
  return whenDialled(async () => (await remote()).remoteTransports[transport](uri, context), placeLabel(uri));
}

/** Loads what only other machines are reached by, before it is asked for. */
export async function loadTransports(): Promise<void> {
  await remote();
}

const remote = () => import('./remote.ts');
