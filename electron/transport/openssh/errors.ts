import { printable } from '../first-packet.ts';
import { TransportError, type TransportErrorCode } from '../transport.ts';

/** What ssh says on its standard error as it gives up -> what happened. The first that fits counts. English: LC_ALL=C. */
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

/**
 * How `ssh` ended, as one of ours.
 * @param code null when a signal ended it
 * @param jumps machines on the way, of which ssh does not say which one refused
 */
export function openSshError(
  host: string,
  user: string,
  stderr: string,
  code: number | null,
  jumps: readonly string[] = [],
): TransportError {
  const found = ENDS.find(([said]) => said.test(stderr))?.[1] ?? 'CONNECTION_LOST';
  const [, keyType = '', fingerprint = ''] = KEY.exec(stderr) ?? [];
  const [, knownType, knownFile, knownLine] = OFFENDING.exec(stderr) ?? [];
  const said = printable(lastLines(stderr), 600);
  const tooMany = /Too many authentication failures/.exec(stderr)?.[0];
  const accepts = /Permission denied \(([^)]*)\)/.exec(stderr)?.[1]?.replaceAll(',', ', ') ?? '';
  return new TransportError(found, `ssh to ${host} ended with ${code ?? 'a signal'}: ${said || 'it said nothing'}`, {
    ...{ host, user, reason: said, keyType, fingerprint, jump: jumps.join(', ') || 'ssh', accepts },
    ...(tooMany === undefined ? {} : { tooMany }),
    ...(knownFile === undefined || knownLine === undefined ? {} : { knownFile, knownLine, knownType: knownType ?? '' }),
  });
}

/** The first lines may be a banner, which a server sends before it lets anybody in; warnings explain nothing. */
function lastLines(text: string): string {
  const lines = text.trim().split('\n');
  return lines
    .filter((line) => !line.startsWith('Warning: '))
    .slice(-4)
    .join(' ');
}
