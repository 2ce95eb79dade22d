import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readRegular } from '../regular-file.ts';
import { TransportError } from './transport.ts';

/** A PEM file that was read. */
export interface PemFile {
  readonly path: string;
  readonly pem: Buffer;
}

/** What a TLS client knows its server by, and what it shows of itself. */
export interface TlsCredentials {
  readonly ca: PemFile;
  /** The CA's list of revoked certificates, where there is one. */
  readonly crl: PemFile | undefined;
  /** undefined: the client shows no certificate, which a daemon may be set up to accept. */
  readonly identity: { readonly cert: PemFile; readonly key: PemFile; readonly subject: string } | undefined;
}

/** Where the four files of one place are. */
export interface PkiPlace {
  readonly ca: string;
  readonly crl: string;
  readonly cert: string;
  readonly key: string;
}

const MOST_BYTES = 1024 * 1024;

const SYSTEM: PkiPlace = {
  ca: '/etc/pki/CA/cacert.pem',
  crl: '/etc/pki/CA/cacrl.pem',
  cert: '/etc/pki/libvirt/clientcert.pem',
  key: '/etc/pki/libvirt/private/clientkey.pem',
};

/**
 * Where libvirt looks, best first: the folder that `pkipath=` names alone, else the person's own unless that is root, then
 * the system's (libvirt src/rpc/virnettlsconfig.c; src/remote/remote_driver.c).
 */
export function pkiPlaces(
  pkipath: string | undefined,
  home: string,
  userId: number | undefined = process.getuid?.(),
): PkiPlace[] {
  if (pkipath !== undefined) return [inFolder(pkipath.startsWith('~/') ? join(home, pkipath.slice(2)) : pkipath)];
  return userId === 0 ? [SYSTEM] : [inFolder(join(home, '.pki', 'libvirt')), SYSTEM];
}

/**
 * Reads and checks what is there. As in libvirt the CA certificate, the revocation list, and the client's certificate with
 * its key are each taken from the first place that has them; half a pair is an error, and so is what is unfit or expired:
 * a daemon that is shown it hangs up without a word.
 * @throws TransportError TLS_CA_MISSING, TLS_FILE_UNREADABLE, TLS_PAIR_INCOMPLETE, TLS_KEY_MISMATCH, TLS_OWN_EXPIRED
 */
export async function readCredentials(places: readonly PkiPlace[]): Promise<TlsCredentials> {
  const ca = await readFirst(places.map((place) => place.ca));
  if (ca === undefined) {
    const tried = places.map((place) => place.ca).join(', ');
    throw new TransportError('TLS_CA_MISSING', `No CA certificate is there; tried ${tried}.`, { tried });
  }
  const cas = certificatesIn(ca);
  if (cas.every(isOutOfDate)) throw outOfDate(ca, cas[0]);
  const crl = await readFirst(places.map((place) => place.crl));
  return { ca, crl, identity: await readIdentity(places) };
}

/** A name of an X.509 certificate in one line: "C=GB, O=Example, CN=kvm-a". */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

/** An error of a file that TLS cannot be begun with. */
export function unfit(path: string, reason: string, cause?: unknown): TransportError {
  return new TransportError('TLS_FILE_UNREADABLE', `${path}: ${reason}`, { file: path, reason }, { cause });
}

function inFolder(folder: string): PkiPlace {
  const named = (name: string) => join(folder, name);
  return {
    ca: named('cacert.pem'),
    crl: named('cacrl.pem'),
    cert: named('clientcert.pem'),
    key: named('clientkey.pem'),
  };
}

async function readIdentity(places: readonly PkiPlace[]): Promise<TlsCredentials['identity']> {
  for (const place of places) {
    const [cert, key] = await Promise.all([readIfThere(place.cert), readIfThere(place.key)]);
    if (cert !== undefined && key !== undefined) return checkPair(cert, key);
    if (cert !== undefined || key !== undefined) {
      const [file, other] = cert === undefined ? [place.cert, place.key] : [place.key, place.cert];
      throw new TransportError('TLS_PAIR_INCOMPLETE', `${other} is there, but ${file} is not.`, { file, other });
    }
  }
  return undefined;
}

function checkPair(cert: PemFile, key: PemFile): TlsCredentials['identity'] {
  const [own] = certificatesIn(cert);
  const keyfile = key.path;
  if (!own.checkPrivateKey(privateKeyIn(key))) {
    throw new TransportError('TLS_KEY_MISMATCH', `${keyfile} is not the key of ${cert.path}.`, {
      file: cert.path,
      keyfile,
    });
  }
  if (isOutOfDate(own)) throw outOfDate(cert, own);
  return { cert, key, subject: oneLine(own.subject) };
}

function certificatesIn({ path, pem }: PemFile): [X509Certificate, ...X509Certificate[]] {
  const blocks = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, ...others];
  } catch (cause) {
    throw unfit(path, 'it holds a certificate that cannot be read', cause);
  }
  throw unfit(path, 'it holds no certificate in PEM');
}

function privateKeyIn({ path, pem }: PemFile): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isLocked = /ENCRYPTED/.test(pem.toString('latin1'));
    throw unfit(path, isLocked ? 'the key is protected by a passphrase' : 'it holds no private key in PEM', cause);
  }
}

function isOutOfDate({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return now < Date.parse(validFrom) || now > Date.parse(validTo);
}

function outOfDate({ path }: PemFile, { validFrom, validTo }: X509Certificate): TransportError {
  const detail = { file: path, from: validFrom, until: validTo };
  return new TransportError('TLS_OWN_EXPIRED', `${path} is valid from ${validFrom} to ${validTo}.`, detail);
}

async function readFirst(paths: readonly string[]): Promise<PemFile | undefined> {
  for (const path of paths) {
    const found = await readIfThere(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readIfThere(path: string): Promise<PemFile | undefined> {
  try {
    return { path, pem: await readRegular(path, MOST_BYTES) };
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
    throw unfit(path, reason, cause);
  }
}
