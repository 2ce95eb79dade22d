import type { TransportErrorCode } from './transport.ts';

/** What a system error on the way to another machine means; undefined for one that is not of the network. */
export function networkCode(
  system: string | undefined,
  platform: NodeJS.Platform = process.platform,
): TransportErrorCode | undefined {
  // macOS 15 and newer: what an app may not do in the local network looks like a host that is not there.
  if (platform === 'darwin' && system === 'EHOSTUNREACH') return 'LOCAL_NETWORK';
  return system === undefined ? undefined : SYSTEM_ERRORS[system];
}

const SYSTEM_ERRORS: Readonly<Record<string, TransportErrorCode>> = {
  ENOTFOUND: 'HOST_NOT_FOUND',
  EAI_AGAIN: 'HOST_NOT_FOUND',
  EAI_NONAME: 'HOST_NOT_FOUND',
  EHOSTUNREACH: 'HOST_UNREACHABLE',
  EHOSTDOWN: 'HOST_UNREACHABLE',
  ENETUNREACH: 'HOST_UNREACHABLE',
  ENETDOWN: 'HOST_UNREACHABLE',
  EADDRNOTAVAIL: 'HOST_UNREACHABLE',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  ETIMEDOUT: 'TIMED_OUT',
  ECONNRESET: 'CONNECTION_LOST',
  ECONNABORTED: 'CONNECTION_LOST',
  EPIPE: 'CONNECTION_LOST',
};
