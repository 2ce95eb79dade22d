import type { RpcConnection } from '../libvirt/connection.ts';
import type { Caller } from '../libvirt/domains.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import type { Procedure } from '../libvirt/procedures.ts';

/** Enough that the daemon of a host nearby is never without work, and so few that what comes behind does not wait long. */
const LEAST = 32;
/** What fits into the socket of the daemon, which reads only as many as it works on (max_client_requests, 5). */
const MOST = 2_048;
/** Whoever does the work instead waits only so long for each of them. */
const INSTEAD = 16;
/** How long a call may have waited for others when it is answered, beside the way there and back. Milliseconds. */
const WAIT_MS = 12;
/** A host that is this far away has a larger window to begin with: it would take round trips to find out. Milliseconds. */
const FAR_MS = 4;

/**
 * Thousands of short reads on a connection of their own: as many in flight as the way is long, so that the host is never
 * waited for twice. Nothing that waits for a domain may be asked here. It lives as long as the connection in front of it,
 * which does the work where this one cannot be had or is lost.
 */
export class Bulk implements Caller {
  #connection: RpcConnection | undefined;
  #closed = false;
  #inFlight = 0;
  #window = LEAST;
  /** The quickest answer so far: the way there and back. Milliseconds. */
  #nearestMs = Number.POSITIVE_INFINITY;
  /** Grants, in order; those before `#next` were given. */
  #waiting: (() => void)[] = [];
  #next = 0;

  /** @param instead for when there is no connection of its own */
  constructor(private readonly instead: Caller) {}

  /** @param roundTripMs as measured on it */
  use(connection: RpcConnection, roundTripMs: number): void {
    if (this.#closed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#nearestMs = roundTripMs;
    this.#window = roundTripMs < FAR_MS ? LEAST : MOST / 4;
    void connection.ended.then(() => {
      if (this.#connection === connection) this.#connection = undefined;
      this.#goOn();
    });
  }

  /** @throws LibvirtError, ConnectionError */
  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    await this.#enter();
    const connection = this.#connection;
    const began = performance.now();
    try {
      return await (connection ?? this.instead).call(procedure, args);
    } catch (error) {
      if (!connection || this.#closed || !(error instanceof ConnectionError)) throw error;
      return await this.instead.call(procedure, args);
    } finally {
      this.#inFlight--;
      if (connection) this.#learn(performance.now() - began);
      this.#goOn();
    }
  }

  /** Hands its connection over to whoever says goodbye to libvirt; from then on it has none. */
  close(): RpcConnection | undefined {
    this.#closed = true;
    return this.#connection;
  }

  #enter(): Promise<void> | undefined {
    if (this.#isFree) {
      this.#inFlight++;
      return undefined;
    }
    return new Promise((grant) => this.#waiting.push(grant));
  }

  get #isFree(): boolean {
    return this.#inFlight < (this.#connection ? this.#window : INSTEAD);
  }

  #goOn(): void {
    while (this.#next < this.#waiting.length && this.#isFree) {
      this.#inFlight++;
      this.#waiting[this.#next++]?.();
    }
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
  }

  /** More at a time while answers come as soon as the way allows, fewer where they wait for each other. */
  #learn(tookMs: number): void {
    this.#nearestMs = Math.min(this.#nearestMs, tookMs);
    const waited = tookMs > 2 * this.#nearestMs + WAIT_MS;
    this.#window = Math.min(MOST, Math.max(LEAST, this.#window + (waited ? -1 : 1)));
  }
}
