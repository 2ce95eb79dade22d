import type { Duplex } from 'node:stream';
import { RpcConnection } from './connection.ts';
import { authType, feature } from './constants.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/** No way to authenticate that both sides know; `types` are libvirt's REMOTE_AUTH_* numbers. */
export class AuthenticationError extends Error {
  override name = 'AuthenticationError';
  constructor(
    readonly code: 'POLKIT_REFUSED' | 'UNSUPPORTED',
    readonly types: readonly number[],
    options?: ErrorOptions,
  ) {
    super(
      code === 'POLKIT_REFUSED'
        ? 'polkit refused access to libvirt'
        : `libvirt asks for an unknown authentication (${types.join(', ')})`,
      options,
    );
  }
}

/**
 * Authenticates and opens a driver on a fresh stream, in the order that remoteClientOpen (libvirt) uses. AUTH_LIST
 * always comes first: the daemon lets root pass inside it.
 * @param uri the driver's URI, as `qemu:///system`; never one with a transport.
 * @throws AuthenticationError, LibvirtError, ConnectionError; the stream is closed then.
 */
export async function openConnection(
  stream: Duplex,
  uri: string,
  log?: (line: string) => void,
): Promise<RpcConnection> {
  const connection = new RpcConnection(stream, log);
  try {
    await authenticate(connection);
    const { supported } = await connection.call(procedures.connectSupportsFeature, {
      feature: feature.programKeepalive,
    });
    await connection.call(procedures.connectOpen, { name: uri, flags: 0 });
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

async function authenticate(connection: RpcConnection): Promise<void> {
  const { types } = await connection.call(procedures.authList, {});
  if (types.length === 0 || types.includes(authType.none)) return;
  if (!types.includes(authType.polkit)) throw new AuthenticationError('UNSUPPORTED', types);
  try {
    await connection.call(procedures.authPolkit, {});
  } catch (error) {
    if (error instanceof LibvirtError) throw new AuthenticationError('POLKIT_REFUSED', types, { cause: error });
    throw error;
  }
}
