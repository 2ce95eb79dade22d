import type { Duplex } from 'node:stream';
import { authType, feature } from '../../shared/libvirt/flags.ts';
import { type KeepaliveOptions, RpcConnection } from './connection.ts';
import { ConnectionError, LibvirtError } from './errors.ts';
import { type PolkitRefusal, polkitRefusal } from './polkit.ts';
import { type Procedure, procedures } from './procedures.ts';

/** polkit did not let this user in, or no way to authenticate is known to both sides; `types` are libvirt's REMOTE_AUTH_* numbers. */
export class AuthenticationError extends Error {
  override name = 'AuthenticationError';
  constructor(
    readonly code: PolkitRefusal | 'SASL' | 'UNSUPPORTED',
    readonly types: readonly number[],
    /** Of SASL: what the daemon offers, as SCRAM-SHA-256 or GSSAPI; empty where it has not told. */
    readonly mechanisms: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(
      code === 'SASL' || code === 'UNSUPPORTED'
        ? REFUSALS[code](types, mechanisms)
        : `polkit refused access to libvirt${options?.cause instanceof Error ? `: ${options.cause.message}` : ''}`,
      options,
    );
  }
}

const REFUSALS: Readonly<
  Record<'SASL' | 'UNSUPPORTED', (types: readonly number[], mechanisms: readonly string[]) => string>
> = {
  SASL: (_, mechanisms) => `libvirt asks for SASL authentication (${mechanisms.join(', ') || 'mechanisms unknown'})`,
  UNSUPPORTED: (types) => `libvirt asks for an unknown authentication (${types.join(', ')})`,
};

export interface OpenOptions {
  readonly log?: (line: string) => void;
  /**
   * Gives up; without effect once the connection is open. Connections of one signal ask polkit one after the other, and no
   * more once it has refused: it asks the person for each, and may keep the answer for the next.
   */
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
  /** Told how long polkit took to let this user in, which is long where it asked the person. */
  readonly onPolkit?: (ms: number) => void;
  /** `connectFlag`. */
  readonly flags?: number;
  /** How soon silence is found; libvirt's own defaults without it. */
  readonly keepalive?: KeepaliveOptions | undefined;
}

/**
 * Authenticates and opens a driver on a fresh stream, in the order that remoteClientOpen (libvirt) uses. AUTH_LIST
 * always comes first: the daemon lets root pass inside it.
 * @param uri the driver's URI, as `qemu:///system`; never one with a transport.
 * @throws AuthenticationError, LibvirtError, ConnectionError (NO_ANSWER when one answer takes longer than
 * `patienceMs`), the signal's reason; the stream is closed then.
 */
export async function openConnection(
  stream: Duplex,
  uri: string,
  {
    log,
    signal = new AbortController().signal,
    patienceMs = OPEN_PATIENCE_MS,
    onPolkit = () => {},
    flags = 0,
    keepalive,
  }: OpenOptions = {},
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
    const askPolkit = async () => {
      const since = performance.now();
      await connection.call(procedures.authPolkit, {}, signal);
      onPolkit(performance.now() - since);
    };
    await besideOthers(signal, (others) => authenticate(ask, askPolkit, others));
    const { supported } = await ask(procedures.connectSupportsFeature, { feature: feature.programKeepalive });
    await ask(procedures.connectOpen, { name: uri, flags });
    if (supported) connection.startKeepalive(keepalive);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Says goodbye, so that libvirt frees the driver at once, then closes the stream. Never throws.
 * @param reason what calls that are under way are rejected with, if not that Snapkeel has closed the connection
 */
export async function closeConnection(
  connection: RpcConnection,
  patienceMs = 1_000,
  reason?: ConnectionError,
): Promise<void> {
  const goodbye = connection.call(procedures.connectClose, {}).catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([goodbye, new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)))]);
  clearTimeout(timer);
  connection.close(reason);
}

/** Of each signal the last connection that is being authenticated. */
const authenticating = new WeakMap<AbortSignal, Promise<void>>();

/** Begins at once, and is told what to await before a person is asked. */
async function besideOthers(
  signal: AbortSignal,
  run: (others: Promise<void> | undefined) => Promise<void>,
): Promise<void> {
  const own = run(authenticating.get(signal));
  authenticating.set(signal, own);
  try {
    await own;
  } finally {
    if (authenticating.get(signal) === own) authenticating.delete(signal);
  }
}

type Ask = <A, R>(procedure: Procedure<A, R>, args: A) => Promise<R>;
/** Nothing tells of signs of life before the connection is open. */
const OPEN_PATIENCE_MS = 30_000;

/** RFC 4422, 3.1: up to 20 of these; libvirt joins them by commas. */
const SASL_MECHANISM = /[A-Z0-9_-]{1,20}/g;
const SASL_LIST_MAX = 500;

/** `askPolkit` may wait for a person to type a password. */
async function authenticate(ask: Ask, askPolkit: () => Promise<unknown>, others?: Promise<void>): Promise<void> {
  const { types } = await ask(procedures.authList, {});
  if (types.length === 0 || types.includes(authType.none)) return;
  if (types.includes(authType.polkit)) {
    await others;
    const since = performance.now();
    await askPolkit().catch((cause: unknown) => {
      if (!(cause instanceof LibvirtError)) throw cause;
      throw new AuthenticationError(polkitRefusal(cause, performance.now() - since), types, [], { cause });
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
