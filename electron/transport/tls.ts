import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { domainToASCII } from 'node:url';
import { DEFAULT_PORTS, type LibvirtUri, placeLabel } from '../../shared/libvirt-uri.ts';
import type { ConnectStep } from '../../shared/schema.ts';
import { settle, throwIfAborted } from './abort.ts';
import { Bridge } from './bridge.ts';
import { printable } from './first-packet.ts';
import { type PkiPlace, pkiPlaces, readCredentials, type TlsCredentials, unfit } from './pki.ts';
import { tellReaching } from './reaching.ts';
import { streamPerDial } from './stream-per-dial.ts';
import { refusedClient, type TlsAttempt, type TlsStage, tlsError } from './tls-errors.ts';
import { type Transport, type TransportContext, TransportError } from './transport.ts';

const DEFAULT_TIMEOUT_MS = 20_000;
/** What the daemon sends, encrypted, once it has accepted the client (libvirt src/rpc/virnetclient.c). */
const ACCEPTED = 1;

/**
 * A daemon's TLS port. The server's certificate must be of the CA in libvirt's own places, in date, not revoked, and of the
 * host's name or address; nothing switches that off. The files are read at each dial, so that new ones count at once.
 */
export function tlsTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const places = pkiPlaces(uri.params.pkipath, context.home);
  const place = { host: uri.host ?? 'localhost', port: uri.port ?? DEFAULT_PORTS.tls };
  return streamPerDial(
    async (signal) => {
      const onStep = (step: ConnectStep) => context.onStep?.(step, place.host);
      onStep('configure');
      const credentials = await readCredentials(places);
      throwIfAborted(signal);
      const attempt = { ...place, credentials, certPath: lastOf(places).cert };
      return await connectTls(attempt, signal, context.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS, onStep);
    },
    () => `TLS to ${placeLabel(uri)}`,
  );
}

async function connectTls(
  attempt: TlsAttempt,
  signal: AbortSignal,
  ms: number,
  onStep: (step: ConnectStep) => void,
): Promise<Duplex> {
  const { host, port, credentials } = attempt;
  // The zone of a link-local address is of this computer, and in no certificate.
  const name = host.replace(/%.*$/, '');
  const servername = isIP(name) === 0 ? domainToASCII(name) : '';
  const socket = connect({
    host,
    port,
    ...(servername === '' ? {} : { servername }),
    secureContext: secureContext(credentials),
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
  });
  socket.setNoDelay(true);
  tellReaching(socket, host, onStep);
  socket.once('connect', () => onStep('authenticate'));
  try {
    await accepted(socket, attempt, signal, ms);
    return oneRecordAPacket(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** @throws TransportError TLS_FILE_UNREADABLE */
function secureContext({ ca, crl, identity }: TlsCredentials): SecureContext {
  try {
    return createSecureContext({
      ca: ca.pem,
      ...(crl && { crl: crl.pem }),
      ...(identity && { cert: identity.cert.pem, key: identity.key.pem }),
      minVersion: 'TLSv1.2',
      // As with libvirt's GnuTLS, a CA of the file is trusted though another one has signed it.
      allowPartialTrustChain: true,
    });
  } catch (cause) {
    // Everything was parsed before, but for the list, and for what OpenSSL holds too weak.
    const file = crl === undefined ? (identity?.cert ?? ca) : crl;
    throw unfit(file.path, printable((cause as Error).message), cause);
  }
}

/** Waits until both sides have accepted each other. What follows the daemon's first byte stays unread. */
function accepted(socket: TLSSocket, attempt: TlsAttempt, signal: AbortSignal, ms: number): Promise<void> {
  const { host, port } = attempt;
  let stage: TlsStage = 'connecting';
  let peer: PeerCertificate | undefined;
  return settle<void>(
    signal,
    (resolve, reject) => {
      const onEnd = () => {
        reject(
          stage === 'being accepted'
            ? refusedClient(attempt, 'it hung up')
            : tlsError(Object.assign(new Error('it hung up'), { code: 'ECONNRESET' }), stage, attempt, peer),
        );
      };
      const onError = (error: Error) => reject(tlsError(error, stage, attempt, peer));
      const onReadable = () => {
        const byte = socket.read(1) as Buffer | null;
        if (byte === null) return;
        socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError);
        if (byte[0] === ACCEPTED) resolve();
        else reject(notLibvirt(attempt, byte));
      };
      socket.once('connect', () => {
        stage = 'shaking hands';
      });
      // Node's own name for "the handshake is over, and nothing is judged yet"; where it is not told, details are left out.
      // Not getPeerX509Certificate(): after it Node 20 has an empty certificate for checkServerIdentity.
      socket.prependOnceListener('secure', () => {
        peer = socket.getPeerCertificate();
      });
      socket.once('secureConnect', () => {
        stage = 'being accepted';
        socket.on('readable', onReadable);
      });
      socket.once('error', onError).once('end', onEnd).once('close', onEnd);
    },
    () => socket.destroy(),
    {
      ms,
      error: () =>
        new TransportError('TIMED_OUT', `TLS to ${host} port ${port}: no answer within ${ms} ms while ${stage}.`, {
          host,
        }),
    },
  );
}

/**
 * libvirtd reads one packet each time its socket wakes it. Node puts what is written while it writes into one TLS record,
 * and of two packets in a record the second would lie in the daemon's GnuTLS until something else is sent (seen on 9.0: 5 s,
 * the next keepalive). A bridge has each packet written before it passes on the next.
 */
function oneRecordAPacket(socket: TLSSocket): Duplex {
  return new Bridge({
    input: socket,
    output: socket,
    shut: () => socket.destroy(),
    gone: new Promise((resolve) => socket.once('close', () => resolve(undefined))),
  });
}

function notLibvirt({ host }: TlsAttempt, first: Buffer): TransportError {
  const text = printable(first);
  return new TransportError('STREAM_GARBAGE', `Something other than libvirt answered on ${host}: "${text}"`, {
    host,
    text,
  });
}

function lastOf(places: readonly PkiPlace[]): PkiPlace {
  return places[places.length - 1] as PkiPlace;
}
