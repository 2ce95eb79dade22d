import type { RpcConnection } from '../libvirt/connection.ts';
import type { StreamCaller } from '../libvirt/domains.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import type { ReceiveOptions } from '../libvirt/incoming-stream.ts';
import type { Procedure } from '../libvirt/procedures.ts';

/**
 * One below the daemon's max_client_requests (5): at that number it stops reading, and keepalive goes unanswered.
 */
const IN_FLIGHT = 4;

export interface Patience {
  /** How long a call is waited for, its turn included, milliseconds. libvirt itself gives up a busy domain after 30 s. */
  readonly ms: number;
  /** Told since when libvirt has left a call without an answer, and null once it answers again. */
  readonly onSilence: (since: number | null) => void;
}

/** A connection's calls, a few in flight at a time and the rest in order behind them. */
export class Gate implements StreamCaller {
  #free = IN_FLIGHT;
  #unanswered = 0;
  #waiting: (() => void)[] = [];
  #shared = new Map<string, Promise<unknown>>();

  /** @param patience none for changes, which may take as long as they do */
  constructor(
    readonly connection: RpcConnection,
    private readonly patience: Patience | null = null,
  ) {}

  /** @throws LibvirtError; ConnectionError, NO_ANSWER where it took too long: the connection goes on. */
  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const { patience } = this;
    const late = new AbortController();
    const timer =
      patience && setTimeout(() => late.abort(noAnswer(procedure.number, patience.ms)), patience.ms).unref();
    const asked = Date.now();
    try {
      await this.#enter(late.signal);
      return await this.#waitFor(this.connection.call(procedure, args), asked, late.signal);
    } finally {
      if (timer) clearTimeout(timer);
    }
  }

  /** The call keeps its place until it is answered, also where nobody waits for it any more. */
  #waitFor<R>(reply: Promise<R>, asked: number, late: AbortSignal): Promise<R> {
    return new Promise((resolve, reject) => {
      const onLate = () => {
        if (this.#unanswered++ === 0) this.patience?.onSilence(asked);
        reject(late.reason);
      };
      late.addEventListener('abort', onLate, { once: true });
      const answered = () => {
        late.removeEventListener('abort', onLate);
        this.#leave();
        if (late.aborted && --this.#unanswered === 0) this.patience?.onSilence(null);
      };
      reply.finally(answered).then(resolve, reject);
    });
  }

  /**
   * Calls a procedure whose answer is followed by a stream; all of it counts as one call in flight, and one that was
   * aborted counts until libvirt has answered it.
   */
  async receive<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: Omit<ReceiveOptions, 'settled'> = {},
  ): Promise<{ result: R; data: Buffer }> {
    await this.#enter(options.signal);
    return this.connection.receive(procedure, args, { ...options, settled: () => this.#leave() });
  }

  /** Waits for its turn; a signal ends the waiting. */
  async #enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== go);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(go);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  /** Runs a read, or joins the one of the same key that is already under way. */
  shared<T>(key: string, read: () => Promise<T>): Promise<T> {
    const running = this.#shared.get(key) as Promise<T> | undefined;
    if (running) return running;
    const started = read().finally(() => this.#shared.delete(key));
    this.#shared.set(key, started);
    return started;
  }
}

function noAnswer(procedure: number, ms: number): ConnectionError {
  return new ConnectionError('NO_ANSWER', `no answer to procedure ${procedure} within ${ms / 1000} s`);
}
