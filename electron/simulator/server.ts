import type { Duplex } from 'node:stream';
import { authType, errorLevel } from '../../shared/libvirt/flags.ts';
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
import { eventIdOf, eventPacket, messagePacket } from './event-packet.ts';
import type { FaultState } from './faults.ts';
import {
  beforeAuth,
  beforeOpen,
  type Context,
  type Handler,
  type ProcedureName,
  procedureNameOf,
  type Session,
} from './handlers/handler.ts';
import { handlers } from './handlers/handlers.ts';
import type { DomainEvent, DomainModel } from './model.ts';
import { type KeepalivePace, Pulse } from './pulse.ts';
import { refusal, refuse } from './refuse.ts';
import type { World } from './world.ts';

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
  readonly #pulse: Pulse;
  #ended = false;

  constructor(stream: Duplex, server: Server, onEnd: (connection: ServerConnection) => void) {
    this.#stream = stream;
    this.#server = server;
    this.#session = newSession(server.faults);
    const muted = (): boolean => server.faults.keepaliveMuted || server.faults.frozen;
    this.#pulse = new Pulse({ write: (bytes) => this.write(bytes), drop: () => this.drop(), muted }, server.keepalive);
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
    this.#pulse.stop();
    this.#stream.destroy();
  }

  write(bytes: Uint8Array): void {
    if (!this.#ended) this.#stream.write(bytes);
  }

  /** CONNECT_CLOSED event, for a client that registered for it. */
  tellClosed(reason: number): void {
    if (this.#session.closeCallback) this.write(messagePacket(events.connectionClosed, { reason }));
  }

  #receive(chunk: Buffer): void {
    this.#pulse.heard();
    try {
      for (const packet of this.#reader.push(chunk)) this.#backlog.push(packet);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.drop();
    }
    this.pump();
  }

  /** Takes up what has arrived, unless it is frozen or has as many calls as it may. */
  pump(): void {
    if (this.#server.faults.frozen) return;
    while (this.#inFlight < MAX_REQUESTS && !this.#ended) {
      const packet = this.#backlog.shift();
      if (!packet) break;
      this.#handle(packet);
    }
    if (this.#inFlight >= MAX_REQUESTS) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
  }

  #handle(packet: Packet): void {
    if (packet.program === program.keepalive) this.#pulse.receive(packet.procedure);
    else if (packet.type === packetType.stream) this.#streamEnd(packet);
    else {
      this.#inFlight++;
      void this.#answer(packet).then(() => {
        this.#inFlight--;
        if (this.#session.leaving) setImmediate(() => this.#stream.end());
        this.pump();
      });
    }
  }

  async #answer(packet: Packet): Promise<void> {
    const { world, faults } = this.#server;
    const name = procedureNameOf(packet);
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
      if (this.#session.keepalive) this.#pulse.start();
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
    if (failure) throw new LibvirtError({ message: null, level: errorLevel.error, ...failure });
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
    if (this.#server.faults.frozen) return;
    for (const [callbackId, wanted] of this.#session.callbacks) {
      const isWanted = wanted.eventId === eventIdOf[event.kind] && (wanted.uuid ?? domain.uuid) === domain.uuid;
      if (isWanted) this.write(eventPacket(callbackId, domain, event));
    }
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
