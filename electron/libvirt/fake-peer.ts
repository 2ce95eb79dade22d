import { type Duplex, duplexPair } from 'node:stream';
import { encodePacket, type Packet, PacketReader, packetStatus, packetType, program } from './frame.ts';
import { type Procedure, remoteError, type WireError } from './procedures.ts';
import { decode, encode } from './xdr.ts';

/** For tests: the other end of a stream, where every packet is seen and every answer is written by hand. */
export class FakePeer {
  /** The end for a connection. */
  readonly stream: Duplex;
  readonly packets: Packet[] = [];
  /** True when the connection has closed its end. */
  closed = false;
  readonly #side: Duplex;
  #waiting: (() => void)[] = [];

  constructor(onPacket?: (packet: Packet, peer: FakePeer) => void) {
    const [client, side] = duplexPair();
    this.stream = client;
    this.#side = side;
    client.once('close', () => side.destroy());
    const reader = new PacketReader();
    side.on('error', () => {});
    side.on('data', (chunk: Buffer) => {
      for (const packet of reader.push(chunk)) {
        this.packets.push(packet);
        onPacket?.(packet, this);
      }
      for (const wake of this.#waiting.splice(0)) wake();
    });
    side.on('close', () => {
      this.closed = true;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Resolves with all packets when there are so many. */
  async until(count: number): Promise<Packet[]> {
    while (this.packets.length < count && !this.closed) await new Promise<void>((wake) => this.#waiting.push(wake));
    return this.packets;
  }

  /** The nth packet, as soon as it is there. */
  async packet(index: number): Promise<Packet> {
    const packet = (await this.until(index + 1))[index];
    if (!packet) throw new Error(`no packet ${index}: the connection was closed`);
    return packet;
  }

  args<A>(procedure: Procedure<A, unknown>, packet: Packet): A {
    return decode(procedure.args, packet.payload);
  }

  write(bytes: Uint8Array): void {
    if (!this.#side.destroyed) this.#side.write(bytes);
  }

  send(packet: Partial<Packet>): void {
    this.write(packetOf(packet));
  }

  reply<A, R>(procedure: Procedure<A, R>, serial: number, result: NoInfer<R>): void {
    this.send({ procedure: procedure.number, serial, payload: encode(procedure.result, result) });
  }

  refuse(procedure: { number: number }, serial: number, error: Pick<WireError, 'code'> & Partial<WireError>): void {
    this.send({ procedure: procedure.number, serial, status: packetStatus.error, payload: wireError(error) });
  }

  /** The peer's own orderly end. */
  end(): void {
    this.#side.end();
  }

  /** The stream breaks, as this end's error. */
  fail(error: Error): void {
    this.stream.destroy(error);
  }
}

export function wireError(error: Pick<WireError, 'code'> & Partial<WireError>): Buffer {
  const rest = { dom: null, str1: null, str2: null, str3: null, int1: -1, int2: -1, net: null };
  return encode(remoteError, { domain: 10, message: null, level: 2, ...rest, ...error });
}

/** A packet with what is not said as in an answer of the remote program. */
export function packetOf(parts: Partial<Packet>): Buffer {
  const usual = { program: program.remote, procedure: 0, type: packetType.reply, serial: 0, status: packetStatus.ok };
  return encodePacket({ ...usual, payload: Buffer.alloc(0), ...parts });
}
