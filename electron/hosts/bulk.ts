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
/** Without an answer for so long, and so many times the way, all that is asked may wait for one domain. Milliseconds. */
const STALL_MS = 300;
const STALL_WAYS = 4;

interface Route {
  readonly caller: Caller;
  /** Only so many are on it. */
  inFlight: number;
}

/**
 * Thousands of short reads on a connection of their own: as many in flight as the way is long, so that the host is never
 * waited for twice. It lives as long as the connection in front of it, which does the work where this one cannot be had, is
 * lost, or waits for a domain that libvirt is busy with.
 */
export class Bulk implements Caller {
  readonly #instead: Route;
  #own: (Route & { readonly caller: RpcConnection }) | undefined;
  #closed = false;
  #window = LEAST;
  /** The quickest answer so far: the way there and back. Milliseconds. */
  #nearestMs = Number.POSITIVE_INFINITY;
  #answeredAt = 0;
  #stalls: NodeJS.Timeout | undefined;
  /** Grants, in order; those before `#next` were given. */
  #waiting: ((route: Route) => void)[] = [];
  #next = 0;

  /** @param instead for when there is no connection of its own, or it is stalled; it gives up what takes too long */
  constructor(instead: Caller) {
    this.#instead = { caller: instead, inFlight: 0 };
  }

  /** @param roundTripMs as measured on it */
  use(connection: RpcConnection, roundTripMs: number): void {
    if (this.#closed) {
      connection.close();
      return;
    }
    const own = { caller: connection, inFlight: 0 };
    this.#own = own;
    this.#nearestMs = roundTripMs;
    this.#window = roundTripMs < FAR_MS ? LEAST : MOST / 4;
    void connection.ended.then(() => {
      if (this.#own === own) this.#own = undefined;
      this.#goOn();
    });
  }

  /** @throws LibvirtError, ConnectionError */
  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const route = await this.#enter();
    const began = performance.now();
    try {
      return await route.caller.call(procedure, args);
    } catch (error) {
      if (route === this.#instead || this.#closed || !(error instanceof ConnectionError)) throw error;
      return await this.#instead.caller.call(procedure, args);
    } finally {
      route.inFlight--;
      if (route === this.#own) this.#learn(began);
      this.#goOn();
    }
  }

  /** Hands its connection over to whoever says goodbye to libvirt; from then on it has none. */
  close(): RpcConnection | undefined {
    this.#closed = true;
    clearTimeout(this.#stalls);
    return this.#own?.caller;
  }

  #enter(): Route | Promise<Route> {
    const route = this.#free();
    if (!route) return new Promise((grant) => this.#waiting.push(grant));
    return this.#taken(route);
  }

  /** Where the next may go now. */
  #free(): Route | undefined {
    const own = this.#own;
    if (own && !this.#isStalled(own)) return own.inFlight < this.#window ? own : undefined;
    return this.#instead.inFlight < INSTEAD ? this.#instead : undefined;
  }

  #taken(route: Route): Route {
    route.inFlight++;
    if (route !== this.#own) return route;
    if (route.inFlight === 1) this.#answeredAt = performance.now();
    this.#watch();
    return route;
  }

  #isStalled({ inFlight }: Route): boolean {
    return inFlight > 0 && performance.now() - this.#answeredAt >= this.#stallMs;
  }

  get #stallMs(): number {
    return Math.max(STALL_MS, STALL_WAYS * this.#nearestMs);
  }

  /** Those that wait go another way when nothing is answered on this one. */
  #watch(): void {
    this.#stalls ??= setTimeout(() => {
      this.#stalls = undefined;
      this.#goOn();
      if (this.#own && this.#own.inFlight > 0) this.#watch();
    }, this.#stallMs).unref();
  }

  #goOn(): void {
    for (let route = this.#free(); route && this.#next < this.#waiting.length; route = this.#free())
      this.#waiting[this.#next++]?.(this.#taken(route));
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
  }

  /** More at a time while answers come as soon as the way allows, fewer where they wait for each other. */
  #learn(began: number): void {
    this.#answeredAt = performance.now();
    const tookMs = this.#answeredAt - began;
    this.#nearestMs = Math.min(this.#nearestMs, tookMs);
    const waited = tookMs > 2 * this.#nearestMs + WAIT_MS;
    this.#window = Math.min(MOST, Math.max(LEAST, this.#window + (waited ? -1 : 1)));
  }
}
