import { type ErrorName, errorCode, errorName } from '../../shared/libvirt/flags.ts';
import type { WireError } from './procedures.ts';

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
  /** virErrorLevel, as `errorLevel` */
  readonly level: number;
  /** The host's errno of a SYSTEM_ERROR (virReportSystemError puts it into int1), Linux's numbers; null for others. */
  readonly errno: number | null;

  constructor(
    error: Pick<WireError, 'code' | 'domain' | 'level' | 'message'> & { readonly int1?: number | undefined },
  ) {
    super(shortened(error.message ?? `libvirt error ${error.code}`));
    this.code = error.code;
    this.domain = error.domain;
    this.level = error.level;
    this.errno =
      error.code === errorCode.SYSTEM_ERROR && error.int1 !== undefined && error.int1 > 0 ? error.int1 : null;
  }

  /** libvirt's own name of the code, or `ERROR_n` for one that is newer than the table. */
  get codeName(): string {
    return errorName(this.code) ?? `ERROR_${this.code}`;
  }

  is(...names: ErrorName[]): boolean {
    return names.some((name) => errorCode[name] === this.code);
  }
}

/** What a host says ends up in windows, logs and the journal. libvirt's own are of one line, or quote a few of a program. */
const MESSAGE = 4_000;

function shortened(text: string): string {
  return text.length > MESSAGE ? `${text.slice(0, MESSAGE)}… (${text.length - MESSAGE} characters more)` : text;
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
