import { printable } from '../first-packet.ts';
import { TransportError, type TransportErrorCode } from '../transport.ts';

/** What ssh says as it gives up -> what happened. The first that fits counts. English: LC_ALL=C. */
const ENDS: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'HOST_KEY_CHANGED'],
  [/REVOKED HOST KEY DETECTED|host key .* revoked/i, 'HOST_KEY_REVOKED'],
  [/No .* host key is known for .* and you have requested strict checking/, 'HOST_KEY_UNKNOWN'],
  [/Host key verification failed/, 'HOST_KEY_DECLINED'],
  [/Could not resolve hostname/, 'HOST_NOT_FOUND'],
  [/No route to host|Network is unreachable|Host is down|Can't assign requested address/i, 'HOST_UNREACHABLE'],
  [/Connection refused/, 'CONNECTION_REFUSED'],
  [
    /Connection timed out|Operation timed out|Timeout, server .* not responding|Connection to .* timed out/,
    'TIMED_OUT',
  ],
  [
    /Bad configuration option|Bad owner or permissions|terminating, \d+ bad configuration|hostname contains invalid/,
    'SSH_CONFIG_FAILED',
  ],
  // With ProxyJump the ssh on the way says this first, and then the one here that it was hung up on.
  [/stdio forwarding failed|channel \d+: open failed/, 'JUMP_REFUSED'],
  [/kex_exchange_identification: (?:read: )?Connection (?:closed|reset)/, 'SSH_HUNG_UP'],
  [
    /no matching .* found|kex_exchange_identification|banner exchange|Protocol major versions differ|invalid format/,
    'HANDSHAKE_FAILED',
  ],
  [/password .*expired|password change/i, 'PASSWORD_EXPIRED'],
  [/Permission denied|Too many authentication failures|no more authentication methods/, 'AUTH_FAILED'],
  [/Connection (?:closed|reset)|Broken pipe|closed by remote host/, 'CONNECTION_LOST'],
];

/** Which of a key's lines tell something. */
const KEY = /([A-Z0-9-]+) (?:host )?key (?:sent by the remote host|fingerprint) is\s+(SHA256:\S+?)\.?\s/;
const OFFENDING = /Offending (\S+) key in (.+):(\d+)/;

/** How `ssh` ended. */
export interface SshEnd {
  readonly host: string;
  readonly user: string;
  readonly said: string;
  /** null when a signal ended it */
  readonly code: number | null;
  /** It had logged in: whatever it says, a connection was lost. */
  readonly wasIn?: boolean;
  /** Machines on the way, of which ssh does not say which one refused. */
  readonly jumps?: readonly string[];
}

/** The end of `ssh`, as one of our errors. */
export function openSshError({ host, user, said: all, code, wasIn = false, jumps = [] }: SshEnd): TransportError {
  const otherwise = wasIn || all.trim() === '' ? 'CONNECTION_LOST' : 'SSH_FAILED';
  const found = ENDS.find(([said]) => said.test(all))?.[1] ?? otherwise;
  const [, keyType = '', fingerprint = ''] = KEY.exec(all) ?? [];
  const [, knownType, knownFile, knownLine] = OFFENDING.exec(all) ?? [];
  const said = printable(lastLines(all), 600);
  const tooMany = /Too many authentication failures/.exec(all)?.[0];
  const accepts = /Permission denied \(([^)]*)\)/.exec(all)?.[1]?.replaceAll(',', ', ') ?? '';
  return new TransportError(found, `ssh to ${host} ended with ${code ?? 'a signal'}: ${said || 'it said nothing'}`, {
    ...{ host, user, reason: said, keyType, fingerprint, jump: jumps.join(', ') || 'ssh', accepts },
    ...(tooMany === undefined ? {} : { tooMany }),
    ...(knownFile === undefined || knownLine === undefined ? {} : { knownFile, knownLine, knownType: knownType ?? '' }),
  });
}

/** Warnings explain nothing. */
function lastLines(text: string): string {
  const lines = text.trim().split('\n');
  return lines
    .filter((line) => !line.startsWith('Warning: '))
    .slice(-4)
    .join(' ');
}
