import type { WireError } from './procedures.ts';

/** virErrorNumber by the names libvirt gives them, without the prefix (include/libvirt/virterror.h). */
export const errorCode = {
  INTERNAL_ERROR: 1,
  NO_MEMORY: 2,
  NO_SUPPORT: 3,
  INVALID_ARG: 8,
  OPERATION_FAILED: 9,
  XML_ERROR: 27,
  OPERATION_DENIED: 29,
  XML_DETAIL: 35,
  SYSTEM_ERROR: 38,
  RPC: 39,
  NO_DOMAIN: 42,
  AUTH_FAILED: 45,
  NO_STORAGE_POOL: 49,
  NO_STORAGE_VOL: 50,
  OPERATION_INVALID: 55,
  CONFIG_UNSUPPORTED: 67,
  OPERATION_TIMEOUT: 68,
  INVALID_DOMAIN_SNAPSHOT: 71,
  NO_DOMAIN_SNAPSHOT: 72,
  ARGUMENT_UNSUPPORTED: 74,
  SNAPSHOT_REVERT_RISKY: 77,
  OPERATION_ABORTED: 78,
  AUTH_CANCELLED: 79,
  OPERATION_UNSUPPORTED: 84,
  BLOCK_COPY_ACTIVE: 83,
  AGENT_UNRESPONSIVE: 86,
  RESOURCE_BUSY: 87,
  ACCESS_DENIED: 88,
  XML_INVALID_SCHEMA: 92,
  AUTH_UNAVAILABLE: 94,
  AGENT_UNSYNCED: 97,
  AGENT_COMMAND_TIMEOUT: 112,
  AGENT_COMMAND_FAILED: 113,
} as const;
export type ErrorName = keyof typeof errorCode;

/** virErrorDomain: which part of libvirt raised the error. */
export const errorDomain = {
  XML: 5,
  DOM: 6,
  RPC: 7,
  QEMU: 10,
  TEST: 12,
  REMOTE: 13,
  STORAGE: 18,
  DOMAIN: 20,
  DOMAIN_SNAPSHOT: 35,
  DBUS: 47,
  POLKIT: 60,
  CHECKPOINT: 69,
} as const;

const nameOf = new Map<number, ErrorName>(Object.entries(errorCode).map(([name, code]) => [code, name as ErrorName]));

/**
 * An error that libvirt answered with. Dispatch on `code` and `domain`, never on `message`: the text is in the
 * daemon's language and differs between versions.
 */
export class LibvirtError extends Error {
  override name = 'LibvirtError';
  /** virErrorNumber */
  readonly code: number;
  /** virErrorDomain */
  readonly domain: number;
  /** virErrorLevel: 1 warning, 2 error */
  readonly level: number;
  /** The host's errno of a SYSTEM_ERROR (virReportSystemError puts it into int1), Linux's numbers; null for others. */
  readonly errno: number | null;

  constructor(
    error: Pick<WireError, 'code' | 'domain' | 'level' | 'message'> & { readonly int1?: number | undefined },
  ) {
    super(error.message ?? `libvirt error ${error.code}`);
    this.code = error.code;
    this.domain = error.domain;
    this.level = error.level;
    this.errno =
      error.code === errorCode.SYSTEM_ERROR && error.int1 !== undefined && error.int1 > 0 ? error.int1 : null;
  }

  /** libvirt's own name of the code, or `ERROR_n` for one that is newer than the table. */
  get codeName(): string {
    return nameOf.get(this.code) ?? `ERROR_${this.code}`;
  }

  is(...names: ErrorName[]): boolean {
    return names.some((name) => errorCode[name] === this.code);
  }
}

export type ConnectionErrorCode = 'CLOSED' | 'LOST' | 'NO_ANSWER' | 'PROTOCOL';

/**
 * The connection is gone. `CLOSED`: by this side. `LOST`: the stream ended or failed. `NO_ANSWER`: keepalive went
 * unanswered. `PROTOCOL`: the peer sent what libvirt's protocol does not allow. A call that was waiting may or may
 * not have taken effect.
 */
export class ConnectionError extends Error {
  override name = 'ConnectionError';
  constructor(
    readonly code: ConnectionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A stream delivered more than was allowed; it was aborted, and the connection goes on. */
export class StreamLimitError extends Error {
  override name = 'StreamLimitError';
  constructor(
    /** Bytes. */
    readonly limit: number,
  ) {
    super(`the stream delivers more than ${limit} bytes`);
  }
}
