import { isProblemCode, type ProblemCode, problemOf } from '../../shared/errors.ts';
import { LibvirtUriError } from '../../shared/libvirt-uri.ts';
import type { Requested } from '../../shared/request-problems.ts';
import type { Problem } from '../../shared/schema.ts';
import { ConnectionError, LibvirtError } from '../libvirt/errors.ts';
import { AuthenticationError } from '../libvirt/open.ts';
import { XmlError } from '../libvirt/xml.ts';
import { TransportError } from '../transport/transport.ts';

/** An error whose sentence is known where it is thrown. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;

  constructor(code: ProblemCode, details: Readonly<Record<string, string>> = {}, technical?: string) {
    const problem = problemOf(code, details, technical);
    super(problem.what);
    this.problem = problem;
  }
}

/**
 * Turns whatever was thrown into a sentence for a person. `host` is the name shown for the host concerned.
 * @param requested what libvirt was asked to do, where its codes mean something else than for a revert.
 */
export function toProblem(error: unknown, host: string, requested?: Requested): Problem {
  if (error instanceof ProblemError) return error.problem;
  const technical = error instanceof Error ? error.message : String(error);
  if (error instanceof LibvirtError) {
    const name = error.codeName;
    const details = { host, name: `${error.code}` };
    return problemOf(
      isProblemCode(name) ? name : 'LIBVIRT',
      details,
      `${technical} (libvirt error ${error.code}, ${name})`,
      requested,
    );
  }
  if (error instanceof TransportError) {
    const code = error.code === 'AUTH_FAILED' ? 'SSH_AUTH_FAILED' : error.code;
    return problemOf(code, { host, reason: technical, ...error.detail }, technical);
  }
  // A transport that fails after its stream was opened says why through the stream's error.
  if (error instanceof ConnectionError && error.cause instanceof TransportError) return toProblem(error.cause, host);
  if (error instanceof ConnectionError) return problemOf(error.code, { host }, technical);
  if (error instanceof AuthenticationError)
    return problemOf(authProblemOf(error.code), { host, mechanisms: error.mechanisms.join(', ') }, technical);
  if (error instanceof LibvirtUriError) return problemOf('INVALID_URI', { reason: technical });
  if (error instanceof XmlError) return problemOf('XML_UNREADABLE', { reason: technical }, technical);
  return problemOf('UNEXPECTED', { host }, technical);
}

/** Refusals of polkit have the codes of their sentences. */
function authProblemOf(code: AuthenticationError['code']): ProblemCode {
  if (code === 'SASL') return 'AUTH_SASL';
  return code === 'UNSUPPORTED' ? 'AUTH_UNSUPPORTED' : code;
}

/** For the log: a code, and the words of whoever refused. */
export function reasonIn({ code, detail, what }: Problem): string {
  return `${code}: ${detail ?? what}`;
}

/** Faults that may pass without anybody doing anything; after all others Snapkeel waits for the person. */
const passing: ReadonlySet<string> = new Set<ProblemCode>([
  'SOCKET_MISSING',
  'SOCKET_REFUSED',
  'HOST_NOT_FOUND',
  'HOST_UNREACHABLE',
  'LOCAL_NETWORK',
  'CONNECTION_REFUSED',
  'LIBVIRT_PORT_REFUSED',
  'SSH_HUNG_UP',
  'TLS_HUNG_UP',
  'CONNECTION_LOST',
  'TIMED_OUT',
  'NO_ANSWER',
  'JUMP_REFUSED',
  'SSH_CONFIG_TIMED_OUT',
  'REMOTE_SOCKET_REFUSED',
  'LOST',
]);
/** What a host says that starts, or whose libvirt does; one that was never connected may say it for ever. */
const passingOnce: ReadonlySet<string> = new Set<ProblemCode>(['REMOTE_SOCKET_MISSING', 'HELPER_FAILED']);

/** @param wasConnected whether the host has been reached before in the same way */
export function mayPass({ code }: Problem, wasConnected = false): boolean {
  return passing.has(code) || (wasConnected && passingOnce.has(code));
}

/** Answers that come before the domain is touched (qemuSnapshotRevertValidate and the API's own checks). */
export function nothingDone(error: unknown): boolean {
  if (error instanceof ProblemError) return true; // never asked
  return (
    error instanceof LibvirtError &&
    error.is(
      'SNAPSHOT_REVERT_RISKY',
      'OPERATION_INVALID',
      'BLOCK_COPY_ACTIVE',
      'OPERATION_UNSUPPORTED',
      'CONFIG_UNSUPPORTED',
      'INVALID_ARG',
      'NO_DOMAIN',
      'NO_DOMAIN_SNAPSHOT',
      'OPERATION_DENIED',
      'ACCESS_DENIED',
      'OPERATION_TIMEOUT',
    )
  );
}
