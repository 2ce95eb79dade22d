import type { Duplex } from 'node:stream';
import { authType, eventId } from '../libvirt/constants.ts';
import { LibvirtError } from '../libvirt/errors.ts';
import {
  encodePacket,
  FrameError,
  type Packet,
  PacketReader,
  packetStatus,
  packetType,
  program,
} from '../libvirt/frame.ts';
import { events, type Procedure, procedures, remoteError } from '../libvirt/procedures.ts';
import { decode, encode, type Xdr, XdrError } from '../libvirt/xdr.ts';
import type { FaultState } from './faults.ts';
import {
  beforeAuth,
  beforeOpen,
  type Context,
  type Handler,
  type ProcedureName,
  type Session,
  wireDomain,
} from './handlers/handler.ts';
import { handlers } from './handlers/handlers.ts';
import type { DomainEvent, DomainModel } from './model.ts';
import { refusal, refuse } from './refuse.ts';
import type { World } from './world.ts';

export interface KeepalivePace {
  readonly intervalMs: number;
  readonly count: number;
}
export interface Server {
  readonly world: World;
  readonly faults: FaultState;
  readonly keepalive: KeepalivePace;
  /** The daemon dies: every connection drops. */
  readonly crash: () => void;
}

/** libvirtd.conf: max_client_requests. Beyond it the daemon stops reading, keepalive included. */
const MAX_REQUESTS = 5;
/** VIR_NET_MESSAGE_PAYLOAD_MAX for streams */
const STREAM_CHUNK = 262_120;
const CALLS_KEPT = 1_000;
const ping = 1;
const pong = 2;

const nameOf = new Map<string, ProcedureName>(
  Object.entries(procedures).map(([name, row]) => [`${row.program}:${row.number}`, name as ProcedureName]),
);

/** libvirtd's side of one connection: authentication, calls, streams, events, keepalive. */
export class ServerConnection {
  readonly #server: Server;
  readonly #stream: Duplex;
  readonly #session: Session;
  readonly #reader = new PacketReader();
  readonly #backlog: Packet[] = [];
  readonly #streams = new Set<number>();
  readonly #deaf: () => void;
  #inFlight = 0;
  #unanswered = 0;
  #heard = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(stream: Duplex, server: Server, onEnd: (connection: ServerConnection) => void) {
    this.#stream = stream;
    this.#server = server;
    this.#session = newSession(server.faults);
    this.#deaf = server.world.listen((domain, event) => this.#tell(domain, event));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', () => this.drop());
    stream.on('end', () => this.drop());
    stream.on('close', () => {
      this.drop();
      onEnd(this);
    });
  }

  /** Ends the connection without a word. */
  drop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deaf();
    clearInterval(this.#timer);
    this.#stream.destroy();
  }

  write(bytes: Uint8Array): void {
    if (!this.#ended) this.#stream.write(bytes);
  }

  /** CONNECT_CLOSED event, for a client that registered for it. */
  tellClosed(reason: number): void {
    if (this.#session.closeCallback) this.#message(events.connectionClosed, { reason });
  }

  #receive(chunk: Buffer): void {
    this.#heard = true;
    if (this.#server.faults.frozen) return;
    try {
      for (const packet of this.#reader.push(chunk)) this.#backlog.push(packet);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.drop();
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#inFlight < MAX_REQUESTS && !this.#ended) {
      const packet = this.#backlog.shift();
      if (!packet) break;
      this.#handle(packet);
    }
    if (this.#inFlight >= MAX_REQUESTS) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
  }

  #handle(packet: Packet): void {
    if (packet.program === program.keepalive) this.#keepalive(packet.procedure);
    else if (packet.type === packetType.stream) this.#streamEnd(packet);
    else {
      this.#inFlight++;
      void this.#answer(packet).then(() => {
        this.#inFlight--;
        if (this.#session.leaving && !this.#ended) this.#stream.end();
        this.#pump();
      });
    }
  }

  async #answer(packet: Packet): Promise<void> {
    const { world, faults } = this.#server;
    const name = nameOf.get(`${packet.program}:${packet.procedure}`);
    const streamed: Buffer[] = [];
    try {
      if (packet.type !== packetType.call) refuse('RPC', 'RPC', `Unexpected message type ${packet.type}`);
      if (!name) refuse('RPC', 'RPC', unknownCall(packet));
      faults.calls.push(name);
      if (faults.calls.length > CALLS_KEPT) faults.calls.shift();
      const drop = faults.drops.get(name);
      faults.drops.delete(name);
      if (drop === 'before') return this.#server.crash();
      await world.sleep(faults.delays.get(name) ?? 0);
      const result = await this.#run(name, packet.payload, (data) => streamed.push(data));
      if (drop === 'after') return this.#server.crash();
      if (faults.streamFirst) this.#sendStream(packet, streamed);
      this.#reply(packet, packetStatus.ok, result);
      if (!faults.streamFirst) this.#sendStream(packet, streamed);
      if (name === 'connectSupportsFeature') this.#startKeepalive();
    } catch (error) {
      this.#reply(packet, packetStatus.error, encodeError(error));
    }
  }

  async #run(name: ProcedureName, payload: Buffer, stream: (data: Buffer) => void): Promise<Buffer> {
    const { world, faults, crash } = this.#server;
    const session = this.#session;
    if (!session.authenticated && !beforeAuth.has(name)) refuse('RPC', 'RPC', 'authentication required');
    if (session.opened === null && !beforeOpen.has(name)) refuse('INTERNAL_ERROR', 'RPC', 'connection not open');
    const procedure = procedures[name] as unknown as Procedure<unknown, unknown>;
    const handler = handlers[name] as unknown as Handler<unknown, unknown>;
    const args = decodeArgs(procedure.args, payload);
    if (session.readOnly && handler.writes)
      refuse('OPERATION_DENIED', handler.writes, 'operation forbidden: read only access prevents it');
    const failure = faults.failures.get(name)?.shift();
    if (failure) throw new LibvirtError({ message: null, level: 2, ...failure });
    const context: Context = { world, session, stream, crash };
    return encode(procedure.result, await handler.run(args, context));
  }

  #reply({ program, procedure, serial }: Packet, status: number, payload: Buffer): void {
    this.write(encodePacket({ program, procedure, type: packetType.reply, serial, status, payload }));
  }

  /** Data in chunks, then an empty chunk; the client says that it has all, and is told that so it is. */
  #sendStream({ program, procedure, serial }: Packet, parts: readonly Buffer[]): void {
    if (parts.length === 0) return;
    this.#streams.add(serial);
    const all = Buffer.concat(parts);
    for (let at = 0; at <= all.length; at += STREAM_CHUNK) {
      const payload = all.subarray(at, at + STREAM_CHUNK);
      const packet = { program, procedure, type: packetType.stream, serial, status: packetStatus.continue };
      if (payload.length > 0) this.write(encodePacket({ ...packet, payload }));
      if (at + STREAM_CHUNK >= all.length) this.write(encodePacket({ ...packet, payload: Buffer.alloc(0) }));
    }
  }

  #streamEnd(packet: Packet): void {
    if (!this.#streams.delete(packet.serial) || packet.status === packetStatus.error) return;
    this.write(encodePacket({ ...packet, status: packetStatus.ok, payload: Buffer.alloc(0) }));
  }

  #tell(domain: DomainModel, event: DomainEvent): void {
    for (const [callbackId, wanted] of this.#session.callbacks) {
      if (wanted.uuid !== null && wanted.uuid !== domain.uuid) continue;
      const body = { callbackId, domain: wireDomain(domain) };
      if (event.kind === 'lifecycle' && wanted.eventId === eventId.lifecycle)
        this.#message(events.lifecycle, { ...body, event: event.event, detail: event.detail });
      else if (event.kind === 'blockJob' && wanted.eventId === eventId.blockJob)
        this.#message(events.blockJob, { ...body, target: event.target, type: event.type, status: event.status });
      else if (event.kind === 'jobCompleted' && wanted.eventId === eventId.jobCompleted) {
        const params = [{ field: 'operation', value: { tag: 1, value: event.operation } }];
        this.#message(events.jobCompleted, { ...body, params });
      }
    }
  }

  #message<T>(row: { program: number; number: number; body: Xdr<T> }, body: T): void {
    if (this.#server.faults.frozen) return;
    const head = { program: row.program, procedure: row.number, type: packetType.message, serial: 0 };
    this.write(encodePacket({ ...head, status: packetStatus.ok, payload: encode(row.body, body) }));
  }

  #keepalive(procedure: number): void {
    if (procedure === ping && !this.#server.faults.keepaliveMuted) this.#sendKeepalive(pong);
  }

  /** The daemon asks only a client that told that it knows how to answer. */
  #startKeepalive(): void {
    if (!this.#session.keepalive || this.#timer) return;
    const { intervalMs, count } = this.#server.keepalive;
    this.#timer = setInterval(() => {
      const { keepaliveMuted, frozen } = this.#server.faults;
      if (keepaliveMuted || frozen) return;
      if (this.#heard) {
        this.#heard = false;
        this.#unanswered = 0;
      } else if (this.#unanswered >= count) this.drop();
      else {
        this.#unanswered++;
        this.#sendKeepalive(ping);
      }
    }, intervalMs);
    this.#timer.unref();
  }

  #sendKeepalive(procedure: number): void {
    const head = { program: program.keepalive, procedure, type: packetType.message, serial: 0 };
    this.write(encodePacket({ ...head, status: packetStatus.ok, payload: Buffer.alloc(0) }));
  }
}

function newSession({ polkit }: FaultState): Session {
  return {
    authTypes: [polkit === null ? authType.none : authType.polkit],
    polkitRefuses: polkit === 'refused',
    authenticated: false,
    opened: null,
    readOnly: false,
    keepalive: false,
    closeCallback: false,
    callbacks: new Map(),
    lastCallback: 0,
    leaving: false,
  };
}

function unknownCall({ program: asked, procedure }: Packet): string {
  const known: readonly number[] = [program.remote, program.qemu];
  return known.includes(asked) ? `unknown procedure: ${procedure}` : `Cannot find program ${asked} version 1`;
}

function decodeArgs<T>(codec: Xdr<T>, payload: Buffer): T {
  try {
    return decode(codec, payload);
  } catch (error) {
    if (!(error instanceof XdrError)) throw error;
    return refuse('RPC', 'RPC', 'Unable to decode message payload');
  }
}

/** Anything but a LibvirtError is a fault of the simulator's own; it is answered, not hidden. */
function encodeError(error: unknown): Buffer {
  const { code, domain, level, message } =
    error instanceof LibvirtError
      ? error
      : refusal({ code: 'INTERNAL_ERROR', domain: 'RPC', message: `simulator: ${String(error)}` });
  const rest = { dom: null, str1: '%s', str2: message, str3: null, int1: -1, int2: -1, net: null };
  return encode(remoteError, { code, domain, message, level, ...rest });
}
