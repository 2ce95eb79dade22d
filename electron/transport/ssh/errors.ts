import { printable } from '../first-packet.ts';
import { networkCode } from '../network-errors.ts';
import { TransportError, type TransportErrorCode } from '../transport.ts';

/** How far an SSH connection had come when something went wrong. */
export type SshStage = 'connecting' | 'logging in' | 'connected';

/** What ssh2 puts on its errors: where they arose, and a system error's name or an SSH disconnect reason. */
interface Ssh2Error extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** An error of ssh2 or its socket, as one of ours. */
export function sshError(
  error: unknown,
  host: string,
  stage: SshStage,
  platform: NodeJS.Platform = process.platform,
): TransportError {
  if (error instanceof TransportError) return error;
  const { level, code } = error as Ssh2Error;
  // A server that hangs up says why in as many words as it likes.
  const message = printable(error instanceof Error ? error.message : String(error));
  const known = typeof code === 'string' ? networkCode(code, platform) : undefined;
  const ours =
    known ?? ENDS.find(([said]) => said.test(message))?.[1] ?? LEVELS[levelOf(level, code)]?.[stage] ?? STAGES[stage];
  return new TransportError(
    ours,
    `SSH to ${host}: ${message}`,
    { host, reason: message, ...otherThan(message) },
    { cause: error },
  );
}

/** The error for a connection that went without one. */
export function connectionLost(host: string, stage: SshStage): TransportError {
  return new TransportError('CONNECTION_LOST', `SSH to ${host}: the connection was closed while ${stage}.`, { host });
}

/** What ssh2 says, where nothing else tells it apart. */
const ENDS: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/^Connection lost before handshake$/, 'SSH_HUNG_UP'],
];

/** The client that knows more algorithms, where those of this one are not enough. */
function otherThan(message: string): { readonly other?: string } {
  return /^Handshake failed: no matching /.test(message) ? { other: 'OpenSSH' } : {};
}

const LEVELS: Readonly<Record<string, Partial<Record<SshStage, TransportErrorCode>>>> = {
  'client-timeout': { connecting: 'TIMED_OUT', 'logging in': 'TIMED_OUT' },
  protocol: { 'logging in': 'LOGIN_UNREADABLE' },
};

/** Packets that ssh2 cannot read it throws at, without a word where that was; a number is the server's own reason. */
function levelOf(level: string | undefined, code: string | number | undefined): string {
  return level ?? (code === undefined ? 'protocol' : '');
}

const STAGES: Readonly<Record<SshStage, TransportErrorCode>> = {
  connecting: 'HANDSHAKE_FAILED',
  'logging in': 'AUTH_FAILED',
  connected: 'CONNECTION_LOST',
};
