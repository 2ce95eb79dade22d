import { connect, type Socket } from 'node:net';
import { DEFAULT_PORTS, type LibvirtUri, placeLabel } from '../../shared/libvirt-uri.ts';
import type { ConnectStep } from '../../shared/schema.ts';
import { settle, throwIfAborted } from './abort.ts';
import { networkCode } from './network-errors.ts';
import { tellReaching } from './reaching.ts';
import { streamPerDial } from './stream-per-dial.ts';
import { type Transport, type TransportContext, TransportError } from './transport.ts';

/** Where a daemon listens. */
export interface NetworkPlace {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;

/** A daemon's TCP port, as it is: neither encrypted nor proved to be the one that is meant. */
export function tcpTransport(
  uri: LibvirtUri,
  { connectTimeoutMs = DEFAULT_TIMEOUT_MS, onStep }: TransportContext,
): Transport {
  const place = { host: uri.host ?? 'localhost', port: uri.port ?? DEFAULT_PORTS.tcp };
  return streamPerDial(
    (signal) => connectTcp(place, signal, connectTimeoutMs, (step) => onStep?.(step, place.host)),
    () => `TCP to ${placeLabel(uri)}, not encrypted`,
  );
}

/** The error of a port that could not be connected to. */
export function connectError({ host, port }: NetworkPlace, cause: Error): TransportError {
  const known = networkCode((cause as NodeJS.ErrnoException).code) ?? 'HOST_UNREACHABLE';
  // One that was tried by several addresses (AggregateError) has a message for each, and none of its own.
  const reason = cause instanceof AggregateError ? cause.errors.map(String).join('; ') : cause.message;
  const code = known === 'CONNECTION_REFUSED' ? 'LIBVIRT_PORT_REFUSED' : known;
  return new TransportError(code, `${host} port ${port}: ${reason}`, { host, port: `${port}`, reason }, { cause });
}

function connectTcp(
  place: NetworkPlace,
  signal: AbortSignal,
  ms: number,
  onStep: (step: ConnectStep) => void,
): Promise<Socket> {
  throwIfAborted(signal);
  const { host, port } = place;
  const socket = connect({ host, port, noDelay: true });
  tellReaching(socket, host, onStep);
  return settle<Socket>(
    signal,
    (resolve, reject) => {
      const onError = (error: Error) => reject(connectError(place, error));
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        resolve(socket);
      });
    },
    () => socket.destroy(),
    { ms, error: () => new TransportError('TIMED_OUT', `${host} port ${port}: no answer within ${ms} ms.`, { host }) },
  );
}
