import type { Duplex } from 'node:stream';
import { ConnectionError, LibvirtError } from './errors.ts';
import { encodePacket, type Packet, PacketReader, packetStatus, packetType, program } from './frame.ts';
import { IncomingStream, type ReceiveOptions } from './incoming-stream.ts';
import { TURN_MS } from './pace.ts';
import { type EventBody, events, type Procedure, remoteError } from './procedures.ts';
import { decode, encode, type Xdr } from './xdr.ts';

export interface KeepaliveOptions {
  /** Silence after which the peer is asked, milliseconds. */
  intervalMs: number;
  /** Unanswered questions after which the connection is given up. */
  count: number;
}
/** libvirt's own defaults (daemon: keepalive_interval 5, keepalive_count 5). */
export const defaultKeepalive: KeepaliveOptions = { intervalMs: 5_000, count: 5 };

/** Signs of life that a peer asks for and does not read are not sent any more; bytes waiting to be written. */
const UNREAD = 64 * 1024;
/** Packets that nobody understands are told of so often, and then no more. */
const TOLD = 10;
/** What still comes of streams that were aborted, before it is taken for something else than what was under way. Bytes. */
const MAX_UNWANTED = 256 * 1024 * 1024;

/** The most a stream may deliver unless the call says so (a screenshot is far smaller). Bytes. */
const MAX_STREAM = 64 * 1024 * 1024;

interface Pending {
  procedure: Procedure<never, unknown>;
  resolve(value: unknown): void;
  reject(error: Error): void;
}
export type EventName = keyof typeof events;
type Listener = (body: never) => void;

const eventByNumber = new Map<number, EventName>(
  Object.entries(events).map(([name, row]) => [row.number, name as EventName]),
);
const keepalive = { ping: 1, pong: 2 } as const;

/**
 * libvirt's RPC over one byte stream: many calls in flight, answers in any order, events, incoming streams and
 * keepalive both ways. Whatever ends the connection rejects every pending call with the same ConnectionError.
 */
export class RpcConnection {
  /** Resolves once, with the reason, when the connection has ended. */
  readonly ended: Promise<ConnectionError>;
  #end!: (reason: ConnectionError) => void;
  #endedWith: ConnectionError | undefined;
  #serial = 0;
  #pending = new Map<number, Pending>();
  #incoming = new Map<number, IncomingStream>();
  #listeners = new Map<EventName, Set<Listener>>();
  #reader = new PacketReader();
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #heard = false;
  #ignored = 0;
  #unwanted = 0;
  /** On reading since others had a turn, milliseconds. */
  #spent = 0;

  constructor(
    private readonly stream: Duplex,
    private readonly log: (line: string) => void = () => {},
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => this.#fail(new ConnectionError('LOST', error.message, { cause: error })));
    stream.on('end', () => this.#fail(new ConnectionError('LOST', 'libvirt closed the connection')));
    stream.on('close', () => this.#fail(new ConnectionError('LOST', 'the connection was closed')));
  }

  /**
   * Calls one procedure. Aborting stops the waiting, not libvirt: the protocol cannot take a call back.
   * @throws LibvirtError libvirt's answer; ConnectionError when none can come any more; XdrError for bad arguments.
   */
  call<A, R>(procedure: Procedure<A, R>, args: A, signal?: AbortSignal): Promise<R> {
    return this.#send(procedure, args, signal).reply;
  }

  /**
   * Calls a procedure whose answer is followed by a stream; resolves when all of it has come. A stream that passes its
   * limit, or that the signal ends, is aborted (STREAM/ERROR), and that call alone is rejected.
   * @throws LibvirtError, StreamLimitError, ConnectionError, the signal's reason
   */
  async receive<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    { limit = MAX_STREAM, signal, onPiece, settled = () => {} }: ReceiveOptions = {},
  ): Promise<{ result: R; data: Buffer }> {
    if (signal?.aborted) {
      settled();
      throw signal.reason;
    }
    const incoming = new IncomingStream(limit, onPiece);
    const { reply, serial } = this.#send(procedure, args, undefined, (number) => this.#incoming.set(number, incoming));
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        incoming.drop(signal?.reason);
        this.#abortUnwanted(procedure, serial);
        reject(signal?.reason);
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    reply.then(
      () => {
        incoming.begun = true;
        this.#abortUnwanted(procedure, serial);
      },
      (error) => {
        this.#incoming.delete(serial);
        incoming.fail(error);
      },
    );
    void Promise.allSettled([reply, incoming.data]).then(settled);
    try {
      const [result, data] = await Promise.race([Promise.all([reply, incoming.data]), aborted]);
      this.#endStream(procedure, serial, packetStatus.ok);
      return { result, data };
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (!incoming.unwanted) this.#incoming.delete(serial);
    }
  }

  /** Listens to one kind of event; returns the way to stop. */
  on<E extends EventName>(name: E, listener: (body: EventBody<(typeof events)[E]>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as Listener);
    return () => {
      set.delete(listener as Listener);
    };
  }

  /** Starts asking for signs of life; the daemon asks too once it was told that feature 10 is known here. */
  startKeepalive({ intervalMs, count }: KeepaliveOptions = defaultKeepalive): void {
    this.#timer = setInterval(() => {
      if (this.#heard) {
        this.#heard = false;
        this.#unanswered = 0;
        return;
      }
      if (this.#unanswered >= count) {
        this.#fail(
          new ConnectionError('NO_ANSWER', `no sign of life from libvirt for ${(intervalMs * (count + 1)) / 1000} s`),
        );
        return;
      }
      this.#unanswered++;
      this.#keepalive(keepalive.ping);
    }, intervalMs);
    this.#timer.unref();
  }

  /** Ends the connection from this side; pending calls are rejected with CLOSED. */
  close(reason = new ConnectionError('CLOSED', 'the connection was closed by Snapkeel')): void {
    this.#fail(reason);
  }

  #send<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    signal?: AbortSignal,
    prepare?: (serial: number) => void,
  ): { reply: Promise<R>; serial: number } {
    this.#serial = this.#serial >= 0xffff_fffe ? 1 : this.#serial + 1;
    const serial = this.#serial;
    const reply = new Promise<R>((resolve, reject) => {
      if (this.#endedWith) throw this.#endedWith;
      signal?.throwIfAborted();
      const payload = encode(procedure.args, args);
      const packet = encodePacket({
        program: procedure.program,
        procedure: procedure.number,
        type: packetType.call,
        serial,
        status: packetStatus.ok,
        payload,
      });
      prepare?.(serial);
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const settled = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(serial, {
        procedure: procedure as unknown as Procedure<never, unknown>,
        resolve: (value) => {
          settled();
          resolve(value as R);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.#put(packet);
    });
    return { reply, serial };
  }

  /** Whoever sends without end is read with pauses, so that others get their turns. */
  #receive(chunk: Buffer): void {
    const began = performance.now();
    this.#read(chunk);
    this.#spent += performance.now() - began;
    if (this.#spent < TURN_MS || this.stream.isPaused()) return;
    this.stream.pause();
    setImmediate(() => {
      this.#spent = 0;
      this.stream.resume();
    });
  }

  #read(chunk: Buffer): void {
    this.#heard = true;
    try {
      for (const packet of this.#reader.push(chunk)) {
        if (this.#endedWith) return;
        this.#dispatch(packet);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#fail(
        new ConnectionError('PROTOCOL', `libvirt's answer could not be understood: ${message}`, { cause: error }),
      );
    }
  }

  #dispatch(packet: Packet): void {
    if (packet.program === program.keepalive) {
      const isRead = this.stream.writableLength < UNREAD;
      if (packet.procedure === keepalive.ping && isRead) this.#keepalive(keepalive.pong);
    } else if (packet.type === packetType.reply) this.#reply(packet);
    else if (packet.type === packetType.stream) this.#stream(packet);
    else if (packet.type === packetType.message) this.#event(packet);
    else this.#ignore(`a packet of type ${packet.type}, procedure ${packet.procedure}`);
  }

  #reply(packet: Packet): void {
    const pending = this.#pending.get(packet.serial);
    if (!pending) throw new Error(`answer to serial ${packet.serial}, which nobody asked`);
    if (packet.procedure !== pending.procedure.number || packet.program !== pending.procedure.program)
      throw new Error(`answer to procedure ${packet.procedure} where ${pending.procedure.number} was called`);
    const failed = packet.status === packetStatus.error;
    const value = failed
      ? new LibvirtError(decode(remoteError, packet.payload))
      : decode(pending.procedure.result, packet.payload);
    this.#pending.delete(packet.serial);
    if (failed) pending.reject(value as Error);
    else pending.resolve(value);
  }

  #stream(packet: Packet): void {
    const incoming = this.#incoming.get(packet.serial);
    if (!incoming || incoming.unwanted) this.#unwanted += packet.payload.length;
    if (this.#unwanted > MAX_UNWANTED) throw new Error('a stream that goes on after it was aborted');
    incoming?.push(packet);
    this.#abortUnwanted({ program: packet.program, number: packet.procedure }, packet.serial);
  }

  #ignore(what: string): void {
    if (++this.#ignored <= TOLD)
      this.log(`ignored ${what}${this.#ignored === TOLD ? '; more of them are not told' : ''}`);
  }

  /** Aborts a stream that nobody wants, as soon as libvirt has begun it. */
  #abortUnwanted(procedure: Pick<Procedure<never, unknown>, 'program' | 'number'>, serial: number): void {
    const incoming = this.#incoming.get(serial);
    if (!incoming?.unwanted || !incoming.begun) return;
    this.#incoming.delete(serial);
    this.#endStream(procedure, serial, packetStatus.error);
  }

  /** Says that a stream is done with: OK after all of it, ERROR to abort it (virNetClientStream). */
  #endStream({ program, number }: { program: number; number: number }, serial: number, status: number): void {
    const payload = Buffer.alloc(0);
    this.#write({ program, procedure: number, type: packetType.stream, serial, status, payload });
  }

  #event(packet: Packet): void {
    const name = packet.program === program.remote ? eventByNumber.get(packet.procedure) : undefined;
    if (!name) {
      this.#ignore(`event ${packet.procedure} of program ${packet.program.toString(16)}`);
      return;
    }
    const body = decode(events[name].body as Xdr<unknown>, packet.payload) as never;
    for (const listener of this.#listeners.get(name) ?? [])
      try {
        listener(body);
      } catch (error) {
        this.log(`a listener to ${name} failed: ${error}`);
      }
  }

  #keepalive(procedure: number): void {
    this.#write({
      program: program.keepalive,
      procedure,
      type: packetType.message,
      serial: 0,
      status: packetStatus.ok,
      payload: Buffer.alloc(0),
    });
  }

  #write(packet: Packet): void {
    if (!this.#endedWith) this.#put(encodePacket(packet));
  }

  /** What is asked in one turn leaves together. */
  #put(packet: Buffer): void {
    if (this.stream.writableCorked === 0) {
      this.stream.cork();
      process.nextTick(() => this.stream.uncork());
    }
    this.stream.write(packet);
  }

  #fail(reason: ConnectionError): void {
    if (this.#endedWith) return;
    this.#endedWith = reason;
    clearInterval(this.#timer);
    for (const pending of this.#pending.values()) pending.reject(reason);
    for (const incoming of this.#incoming.values()) incoming.fail(reason);
    this.#pending.clear();
    this.#incoming.clear();
    this.stream.destroy();
    this.#end(reason);
  }
}
