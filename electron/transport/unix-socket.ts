import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { isSession, type LibvirtUri, placeLabel } from '../../shared/libvirt-uri.ts';
import { settle, throwIfAborted } from './abort.ts';
import { runLocalHelper } from './local-helper.ts';
import { modeOf, socketNames } from './socket-names.ts';
import { streamPerDial } from './stream-per-dial.ts';
import { type Transport, type TransportContext, TransportError, type TransportErrorCode } from './transport.ts';

/** The surroundings local sockets are looked for in. */
export type LocalContext = Pick<TransportContext, 'env' | 'home'>;

const DEFAULT_TIMEOUT_MS = 20_000;

/** A daemon on this machine, by its socket. A session nobody serves yet is started by virt-ssh-helper. */
export function unixTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const paths = localSockets(uri, context);
  let found: string | undefined;

  const open = async (signal: AbortSignal): Promise<Duplex> => {
    context.onStep?.('socket', placeLabel(uri));
    try {
      const { path, stream } = await connectFirst(paths, signal, context.connectTimeoutMs, modeOf(uri));
      found = path;
      return stream;
    } catch (error) {
      if (!startsDaemon(uri, error)) throw error;
      const stream = await runLocalHelper(uri, context, error as TransportError, signal);
      found = 'virt-ssh-helper';
      return stream;
    }
  };

  return streamPerDial(open, () => found ?? `one of ${paths.join(', ')}`);
}

/**
 * Paths of sockets that may serve a URI on this machine, best first, whether or not they exist. As in libvirt, a session
 * of root's is the system's.
 */
export function localSockets(uri: LibvirtUri, { env, home }: LocalContext, userId = process.getuid?.()): string[] {
  const { socket } = uri.params;
  if (socket !== undefined) return [socket];
  const names = socketNames(uri);
  const directories = isSession(uri) && userId !== 0 ? [sessionDirectory(env, home)] : SYSTEM_DIRECTORIES;
  return directories.flatMap((directory) => names.map((name) => join(directory, name)));
}

/** The socket of this machine's libvirt that answers, if one does. Nothing is started. */
export async function probeLocal(uri: LibvirtUri, context: LocalContext, ms = 2_000): Promise<string | undefined> {
  const found = await lookLocal(uri, context, AbortSignal.timeout(ms), ms).catch(() => undefined);
  return typeof found === 'string' ? found : undefined;
}

/** The same, or why none does. @throws TransportError CANCELLED */
export async function lookLocal(
  uri: LibvirtUri,
  context: LocalContext,
  signal: AbortSignal,
  ms = 2_000,
): Promise<string | TransportError> {
  try {
    const { path, stream } = await connectFirst(localSockets(uri, context), signal, ms);
    stream.destroy();
    return path;
  } catch (error) {
    if (error instanceof TransportError && error.code !== 'CANCELLED') return error;
    throw error;
  }
}

/** Linux (where /var/run is /run, or was not yet), then Homebrew on Apple silicon and on Intel. */
const SYSTEM_DIRECTORIES = [
  '/run/libvirt',
  '/var/run/libvirt',
  '/opt/homebrew/var/run/libvirt',
  '/usr/local/var/run/libvirt',
] as const;

/** System error -> code, in order of what is worth telling: one socket that denies says more than three that aren't there. */
const CONNECT_ERRORS: readonly (readonly [TransportErrorCode, readonly string[], string])[] = [
  ['SOCKET_DENIED', ['EACCES', 'EPERM'], 'may not be opened by this user'],
  ['SOCKET_REFUSED', ['ECONNREFUSED', 'EAGAIN', 'ENOTSOCK', 'EPROTOTYPE'], 'is there, but nobody answers on it'],
  ['SOCKET_MISSING', ['ENOENT', 'ENOTDIR'], 'is not there'],
];

function sessionDirectory(env: LocalContext['env'], home: string): string {
  return join(env.XDG_RUNTIME_DIR || env.XDG_CACHE_HOME || join(home, '.cache'), 'libvirt');
}

function startsDaemon(uri: LibvirtUri, error: unknown): boolean {
  if (!isSession(uri) || uri.params.socket !== undefined || !(error instanceof TransportError)) return false;
  return error.code === 'SOCKET_MISSING' || error.code === 'SOCKET_REFUSED';
}

async function connectFirst(
  paths: readonly string[],
  signal: AbortSignal,
  ms = DEFAULT_TIMEOUT_MS,
  detail: Readonly<Record<string, string>> = {},
): Promise<{ path: string; stream: Duplex }> {
  const failures: TransportError[] = [];
  for (const path of paths) {
    try {
      return { path, stream: await connectSocket(path, signal, ms) };
    } catch (error) {
      if (!(error instanceof TransportError) || error.code === 'CANCELLED') throw error;
      failures.push(error);
    }
  }
  const tried = paths.join(', ');
  const telling = CONNECT_ERRORS.map(([code]) => failures.find((error) => error.code === code)).find(Boolean);
  if (telling !== undefined && telling.code !== 'SOCKET_MISSING') {
    throw new TransportError(telling.code, telling.message, { ...telling.detail, tried }, { cause: telling.cause });
  }
  throw (
    failures.find((error) => error.code !== 'SOCKET_MISSING') ??
    new TransportError('SOCKET_MISSING', `No libvirt socket is there; tried ${tried}.`, { tried, ...detail })
  );
}

function connectSocket(path: string, signal: AbortSignal, ms: number): Promise<Duplex> {
  throwIfAborted(signal);
  const socket = connect({ path });
  return settle<Duplex>(
    signal,
    (resolve, reject) => {
      const onError = (error: Error) => reject(connectError(path, error));
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        resolve(socket);
      });
    },
    () => socket.destroy(),
    {
      ms,
      error: () => new TransportError('TIMED_OUT', `${path} did not take the connection within ${ms} ms.`, { path }),
    },
  );
}

function connectError(path: string, cause: Error): TransportError {
  const system = (cause as NodeJS.ErrnoException).code ?? '';
  const [code, , text] = CONNECT_ERRORS.find(([, codes]) => codes.includes(system)) ?? [
    'CONNECTION_LOST',
    [],
    cause.message,
  ];
  return new TransportError(code as TransportErrorCode, `${path} ${text}.`, { path, reason: system }, { cause });
}
