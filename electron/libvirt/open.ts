import type { Duplex } from 'node:stream';
import { authType, feature } from '../../shared/libvirt/flags.ts';
import { RpcConnection } from './connection.ts';
import { ConnectionError, LibvirtError } from './errors.ts';
import { type Procedure, procedures } from './procedures.ts';

/** No way to authenticate that both sides know; `types` are libvirt's REMOTE_AUTH_* numbers. */
export class AuthenticationError extends Error {
  override name = 'AuthenticationError';
  constructor(
    readonly code: 'POLKIT_REFUSED' | 'SASL' | 'UNSUPPORTED',
    readonly types: readonly number[],
    /** Of SASL: what the daemon offers, as SCRAM-SHA-256 or GSSAPI; empty where it has not told. */
    readonly mechanisms: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(REFUSALS[code](types, mechanisms), options);
  }
}

const REFUSALS: Readonly<
  Record<AuthenticationError['code'], (types: readonly number[], mechanisms: readonly string[]) => string>
> = {
  POLKIT_REFUSED: () => 'polkit refused access to libvirt',
  SASL: (_, mechanisms) => `libvirt asks for SASL authentication (${mechanisms.join(', ') || 'mechanisms unknown'})`,
  UNSUPPORTED: (types) => `libvirt asks for an unknown authentication (${types.join(', ')})`,
};

/**
 * Authenticates and opens a driver on a fresh stream, in the order that remoteClientOpen (libvirt) uses. AUTH_LIST
 * always comes first: the daemon lets root pass inside it.
 * @param uri the driver's URI, as `qemu:///system`; never one with a transport.
 * @param signal gives up; without effect once the connection is open.
 * @throws AuthenticationError, LibvirtError, ConnectionError (NO_ANSWER when one answer takes longer than
 * `patienceMs`), the signal's reason; the stream is closed then.
 */
export async function openConnection(
  stream: Duplex,
  uri: string,
  log?: (line: string) => void,
  signal: AbortSignal = never,
  patienceMs: number = OPEN_PATIENCE_MS,
): Promise<RpcConnection> {
  const connection = new RpcConnection(stream, log);
  const ask: Ask = (procedure, args) => {
    const late = AbortSignal.timeout(patienceMs);
    return connection.call(procedure, args, AbortSignal.any([signal, late])).catch((error: unknown) => {
      if (late.aborted && error === late.reason)
        throw new ConnectionError('NO_ANSWER', `libvirt did not answer within ${patienceMs / 1000} s`);
      throw error;
    });
  };
  try {
    await authenticate(ask, () => connection.call(procedures.authPolkit, {}, signal));
    const { supported } = await ask(procedures.connectSupportsFeature, { feature: feature.programKeepalive });
    await ask(procedures.connectOpen, { name: uri, flags: 0 });
    if (supported) connection.startKeepalive();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Says goodbye, so that libvirt frees the driver at once, then closes the stream. Never throws. */
export async function closeConnection(connection: RpcConnection, patienceMs = 1_000): Promise<void> {
  const goodbye = connection.call(procedures.connectClose, {}).catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([goodbye, new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)))]);
  clearTimeout(timer);
  connection.close();
}

type Ask = <A, R>(procedure: Procedure<A, R>, args: A) => Promise<R>;
/** Nothing tells of signs of life before the connection is open. */
const OPEN_PATIENCE_MS = 30_000;
const never = new AbortController().signal;

/** RFC 4422, 3.1: up to 20 of these; libvirt joins them by commas. */
const SASL_MECHANISM = /[A-Z0-9_-]{1,20}/g;
const SASL_LIST_MAX = 500;

/** `askPolkit` may wait for a person to type a password. */
async function authenticate(ask: Ask, askPolkit: () => Promise<unknown>): Promise<void> {
  const { types } = await ask(procedures.authList, {});
  if (types.length === 0 || types.includes(authType.none)) return;
  if (types.includes(authType.polkit)) {
    await askPolkit().catch((cause: unknown) => {
      throw cause instanceof LibvirtError ? new AuthenticationError('POLKIT_REFUSED', types, [], { cause }) : cause;
    });
    return;
  }
  if (!types.includes(authType.sasl)) throw new AuthenticationError('UNSUPPORTED', types);
  throw new AuthenticationError('SASL', types, await saslMechanisms(ask));
}

/** What a daemon offers that wants SASL; nothing where it does not say. @throws ConnectionError */
async function saslMechanisms(ask: Ask): Promise<string[]> {
  try {
    const { mechanisms } = await ask(procedures.authSaslInit, {});
    return mechanisms.slice(0, SASL_LIST_MAX).match(SASL_MECHANISM) ?? [];
  } catch (error) {
    if (error instanceof LibvirtError) return [];
    throw error;
  }
}
