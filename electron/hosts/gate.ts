import type { RpcConnection } from '../libvirt/connection.ts';
import type { StreamCaller } from '../libvirt/domains.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import type { ReceiveOptions } from '../libvirt/incoming-stream.ts';
import type { Procedure } from '../libvirt/procedures.ts';
import { Places } from '../places.ts';

/**
 * One below the daemon's max_client_requests (5): at that number it stops reading, and keepalive goes unanswered.
 */
const IN_FLIGHT = 4;

export interface Patience {
  /**
   * How long a call is waited for, its turn included, or the next piece of a stream, milliseconds. libvirt itself gives up
   * a busy domain after 30 s.
   */
  readonly ms: number;
  /** Told since when libvirt has left a call without an answer, and null once it answers again. */
  readonly onSilence: (since: number | null) => void;
}

/** When a call has been waited for long enough. */
interface Deadline {
  /** When it began, milliseconds since 1970. */
  readonly since: number;
  readonly signal: AbortSignal;
  /** Something came: it begins anew. */
  readonly putOff: () => void;
  readonly end: () => void;
}

/** A connection's calls, a few in flight at a time and the rest in order behind them. */
export class Gate implements StreamCaller {
  readonly #places = new Places(IN_FLIGHT);
  #unanswered = 0;

  /** @param patience none for changes, which may take as long as they do */
  constructor(
    readonly connection: RpcConnection,
    private readonly patience: Patience | null = null,
  ) {}

  /** @throws LibvirtError; ConnectionError, NO_ANSWER where it took too long: the connection goes on. */
  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const late = this.#deadline(procedure.number);
    try {
      await this.#places.enter(late.signal);
      const reply = this.connection.call(procedure, args).finally(this.#occupy(late));
      return await unlessAborted(reply, late.signal);
    } finally {
      late.end();
    }
  }

  /**
   * Calls a procedure whose answer is followed by a stream; all of it counts as one call in flight, and one that was
   * aborted counts until libvirt has answered it.
   * @throws as `call`, where nothing of it came for too long; StreamLimitError, the signal's reason
   */
  async receive<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: Pick<ReceiveOptions, 'limit' | 'signal'> = {},
  ): Promise<{ result: R; data: Buffer }> {
    const late = this.#deadline(procedure.number);
    const signal = options.signal ? AbortSignal.any([options.signal, late.signal]) : late.signal;
    try {
      await this.#places.enter(signal);
      const settled = this.#occupy(late);
      return await this.connection.receive(procedure, args, { ...options, signal, settled, onPiece: late.putOff });
    } finally {
      late.end();
    }
  }

  #deadline(procedure: number): Deadline {
    const { patience } = this;
    const late = new AbortController();
    const timer = patience
      ? setTimeout(() => late.abort(noAnswer(procedure, patience.ms)), patience.ms).unref()
      : undefined;
    return {
      since: Date.now(),
      signal: late.signal,
      putOff: () => timer?.refresh(),
      end: () => clearTimeout(timer),
    };
  }

  /** A call that was sent keeps its place until it is answered, also where nobody waits for it any more. Returns what to do then. */
  #occupy({ since, signal }: Deadline): () => void {
    const onLate = () => {
      if (this.#unanswered++ === 0) this.patience?.onSilence(since);
    };
    signal.addEventListener('abort', onLate, { once: true });
    return () => {
      signal.removeEventListener('abort', onLate);
      this.#places.leave();
      if (signal.aborted && --this.#unanswered === 0) this.patience?.onSilence(null);
    };
  }
}

/** The promise's end, or the signal's reason if that comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject);
  });
}

function noAnswer(procedure: number, ms: number): ConnectionError {
  return new ConnectionError('NO_ANSWER', `no answer to procedure ${procedure} within ${ms / 1000} s`);
}
