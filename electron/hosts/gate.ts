import type { RpcConnection } from '../libvirt/connection.ts';
import type { StreamCaller } from '../libvirt/domains.ts';
import type { ReceiveOptions } from '../libvirt/incoming-stream.ts';
import type { Procedure } from '../libvirt/procedures.ts';

/**
 * One below the daemon's max_client_requests (5): at that number it stops reading, and keepalive goes unanswered.
 */
const IN_FLIGHT = 4;

/** A connection's calls, a few in flight at a time and the rest in order behind them. */
export class Gate implements StreamCaller {
  #free = IN_FLIGHT;
  #waiting: (() => void)[] = [];
  #shared = new Map<string, Promise<unknown>>();

  constructor(readonly connection: RpcConnection) {}

  call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    return this.#through(() => this.connection.call(procedure, args));
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

  async #through<T>(ask: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await ask();
    } finally {
      this.#leave();
    }
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
