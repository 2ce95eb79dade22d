import type { PeerCertificate } from 'node:tls';
import { printable } from './first-packet.ts';
import type { TlsCredentials } from './pki.ts';
import { connectError, type NetworkPlace } from './tcp.ts';
import { TransportError, type TransportErrorCode } from './transport.ts';

/** How far a TLS connection had come when something went wrong. */
export type TlsStage = 'connecting' | 'shaking hands' | 'being accepted';

/** What is known where a TLS connection fails. */
export interface TlsAttempt extends NetworkPlace {
  readonly credentials: TlsCredentials;
  /** Where the client's certificate is looked for last. */
  readonly certPath: string;
}

/** An error of Node's TLS, as one of ours. `peer` is the server's certificate, if it has shown one. */
export function tlsError(
  error: Error,
  stage: TlsStage,
  attempt: TlsAttempt,
  peer: PeerCertificate | undefined,
): TransportError {
  if (error instanceof TransportError) return error;
  if (stage === 'connecting') return connectError(attempt, error);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (stage === 'being accepted' || CERTIFICATE_ALERT.test(code)) return refusedClient(attempt, error.message, error);
  const { host, port, credentials } = attempt;
  const reason = printable(error.message);
  return new TransportError(
    codeOf(code),
    `TLS to ${host} port ${port}: ${reason}`,
    {
      host,
      port: `${port}`,
      reason,
      ca: credentials.ca.path,
      ...(credentials.crl && { crl: credentials.crl.path }),
      ...(peer && shownBy(peer)),
    },
    { cause: error },
  );
}

/** What a certificate says of itself, for a person; it has come from whoever answered. */
function shownBy({ issuer, subject, subjectaltname, valid_from, valid_to }: PeerCertificate): Record<string, string> {
  const names = subjectaltname ?? (subject?.CN === undefined ? undefined : `CN=${subject.CN}`);
  const by = Object.entries(issuer ?? {}).map(([key, value]) => `${key}=${value}`);
  return {
    issuer: printable(by.join(', ')),
    ...(names === undefined ? {} : { names: printable(names) }),
    ...(valid_from && valid_to ? { from: printable(valid_from), until: printable(valid_to) } : {}),
  };
}

/**
 * The daemon did not say that it accepts this client. It never says why: it hangs up (libvirt src/rpc/virnetserverclient.c,
 * `virNetServerClientDispatchHandshake`).
 */
export function refusedClient(
  { host, port, credentials: { identity }, certPath }: TlsAttempt,
  reason: string,
  cause?: unknown,
): TransportError {
  const what = `${host} port ${port} did not accept this client: ${printable(reason)}`;
  return identity === undefined
    ? new TransportError('TLS_CLIENT_UNKNOWN', what, { host, file: certPath, reason }, { cause })
    : new TransportError(
        'TLS_CLIENT_REFUSED',
        what,
        { host, certificate: identity.cert.path, subject: printable(identity.subject), reason },
        { cause },
      );
}

/** Alerts about the client's certificate (RFC 8446, 6.2): servers other than libvirt's own send them. */
const CERTIFICATE_ALERT = /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/;

/** Node's names of X.509 errors, and of its own check of the name. Other such names say that there is no trust. */
const VERIFY_ERRORS: Readonly<Record<string, TransportErrorCode>> = {
  CERT_HAS_EXPIRED: 'TLS_SERVER_EXPIRED',
  CERT_NOT_YET_VALID: 'TLS_SERVER_EXPIRED',
  CERT_REVOKED: 'TLS_SERVER_REVOKED',
  UNABLE_TO_GET_CRL: 'TLS_CRL_UNUSABLE',
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: 'TLS_CRL_UNUSABLE',
  CRL_SIGNATURE_FAILURE: 'TLS_CRL_UNUSABLE',
  CRL_NOT_YET_VALID: 'TLS_CRL_UNUSABLE',
  CRL_HAS_EXPIRED: 'TLS_CRL_UNUSABLE',
  ERROR_IN_CRL_LAST_UPDATE_FIELD: 'TLS_CRL_UNUSABLE',
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: 'TLS_CRL_UNUSABLE',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_SERVER_NAME',
};

/** A daemon that is being restarted hangs up, and so does one whose port is that of plain TCP. */
const HUNG_UP = /^(ECONNRESET|ECONNABORTED|EPIPE)$/;

function codeOf(code: string): TransportErrorCode {
  const known = Object.hasOwn(VERIFY_ERRORS, code) ? VERIFY_ERRORS[code] : undefined;
  if (known !== undefined) return known;
  if (HUNG_UP.test(code)) return 'TLS_HUNG_UP';
  return code === '' || /^(ERR_|E[A-Z]+$)/.test(code) ? 'TLS_HANDSHAKE_FAILED' : 'TLS_SERVER_UNTRUSTED';
}
