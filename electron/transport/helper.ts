import { driverUri, formatLibvirtUri, isSession, type LibvirtUri } from '../../shared/libvirt-uri.ts';
import { printable } from './first-packet.ts';
import { TransportError, type TransportErrorCode } from './transport.ts';

export const HELPER = 'virt-ssh-helper';

/**
 * The URI virt-ssh-helper is given: the driver's, with `mode` and `socket`, which it honours from libvirt 9.1 and ignores
 * before. With an explicit `name=` it is that name alone.
 */
export function helperUri(uri: LibvirtUri): string {
  const { name, mode, socket } = uri.params;
  if (name !== undefined && name !== '') return name;
  if (mode === undefined && socket === undefined) return driverUri(uri);
  return formatLibvirtUri({
    driver: uri.driver,
    transport: 'auto',
    path: uri.path,
    params: { ...(mode === undefined ? {} : { mode }), ...(socket === undefined ? {} : { socket }) },
  });
}

/** A word for a POSIX shell (and fish, and csh outside history expansion), whatever it contains. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** How a helper ended, in terms of what can be done about it. */
export interface HelperEnd {
  /** Where it ran, if not on this machine. */
  readonly host?: string;
  /** null when a signal ended it. */
  readonly exitCode: number | null | undefined;
  readonly stderr: string;
  /** Sockets that were tried before the helper. */
  readonly tried: readonly string[];
  /** The mode that the URI chooses, if any. */
  readonly mode?: string;
  /** libvirt has answered through it: whatever it says, what ended is a connection that was there. */
  readonly worked?: boolean;
}

/** The error a helper's end means, or undefined for a clean one. */
export function helperError({
  host,
  exitCode,
  stderr,
  tried,
  mode,
  worked = false,
}: HelperEnd): TransportError | undefined {
  if (exitCode === 0) return undefined;
  const text = printable(stderr, 600);
  const found = HELPER_ENDS.find(([exit, said]) => (exit === undefined || exit === exitCode) && said.test(text))?.[2];
  const code = worked ? 'CONNECTION_LOST' : (found ?? 'HELPER_FAILED');
  const before = tried.length === 0 ? '' : ` (after ${tried.join(', ')})`;
  const end = exitCode === null || exitCode === undefined ? 'was ended' : `exited with ${exitCode}`;
  const where = host === undefined ? '' : ` on ${host}`;
  return new TransportError(
    (host === undefined ? HERE[code] : undefined) ?? code,
    `${HELPER}${where} ${end}${before}: ${text || 'it said nothing'}`,
    {
      ...(host === undefined ? {} : { host }),
      stderr: text,
      tried: tried.join(', '),
      ...(mode === undefined ? {} : { mode }),
    },
  );
}

/** Sessions have no socket of a known path on another machine: only the helper finds, and starts, their daemon. */
export function needsHelper(uri: LibvirtUri): boolean {
  return isSession(uri) && uri.params.socket === undefined;
}

const HERE: Partial<Record<TransportErrorCode, TransportErrorCode>> = {
  REMOTE_SOCKET_MISSING: 'SOCKET_MISSING',
  REMOTE_SOCKET_DENIED: 'SOCKET_DENIED',
  REMOTE_SOCKET_REFUSED: 'SOCKET_REFUSED',
};

/** Exit code (any if undefined) and words on stderr -> what happened. The first that fits counts. */
const HELPER_ENDS: readonly (readonly [number | undefined, RegExp, TransportErrorCode])[] = [
  [127, /(?:)/, 'HELPER_MISSING'],
  [undefined, /virt-ssh-helper: command not found/i, 'HELPER_MISSING'],
  [undefined, /(?:socket|nc\b|netcat).*permission denied/i, 'REMOTE_SOCKET_DENIED'],
  [undefined, /(?:sock|nc\b|netcat).*connection refused/i, 'REMOTE_SOCKET_REFUSED'],
  [undefined, /socket.*no such file or directory|^no libvirt socket is there/i, 'REMOTE_SOCKET_MISSING'],
];
