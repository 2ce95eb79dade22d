/** virNetMessageHeader programs (libvirt src/rpc/virnetprotocol.x, src/remote/remote_protocol.x). */
export const program = { remote: 0x20008086, qemu: 0x20008087, keepalive: 0x6b656570 } as const;
export const packetType = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  streamHole: 6,
} as const;
export const packetStatus = { ok: 0, error: 1, continue: 2 } as const;

const HEADER = 28;
/** VIR_NET_MESSAGE_MAX and its length word. */
const MAX_PACKET = 33_554_436;
/** Shorter pieces are put together when there are so many of them: by itself each takes some hundred bytes of memory. */
const SHORT = 4_096;
const MANY = 1_024;

export interface Packet {
  program: number;
  procedure: number;
  type: number;
  serial: number;
  status: number;
  payload: Buffer;
}

/** Thrown when the peer's bytes cannot be libvirt's protocol; nothing after them can be trusted. */
export class FrameError extends Error {
  override name = 'FrameError';
}

export function encodePacket(packet: Packet): Buffer {
  const length = HEADER + packet.payload.length;
  if (length > MAX_PACKET) throw new FrameError(`packet of ${length} bytes, at most ${MAX_PACKET} allowed`);
  const head = Buffer.allocUnsafe(HEADER);
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(packet.program, 4);
  head.writeUInt32BE(1, 8);
  head.writeInt32BE(packet.procedure, 12);
  head.writeInt32BE(packet.type, 16);
  head.writeUInt32BE(packet.serial, 20);
  head.writeInt32BE(packet.status, 24);
  return Buffer.concat([head, packet.payload], length);
}

/** Cuts a byte stream into packets. Memory held is what has arrived, never what a length promises. */
export class PacketReader {
  #chunks: Buffer[] = [];
  /** What came after them in short pieces. */
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = 4;

  /** @throws FrameError for a length or version outside the protocol. */
  *push(chunk: Buffer): Generator<Packet> {
    this.#hold(chunk);
    while (this.#held >= this.#wanted) {
      this.#join();
      const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#held);
      this.#chunks = [all];
      const length = all.readUInt32BE(0);
      if (length < HEADER || length > MAX_PACKET)
        throw new FrameError(`packet length ${length} is outside ${HEADER}…${MAX_PACKET}`);
      if (all.length < length) {
        this.#wanted = length;
        return;
      }
      this.#chunks = all.length > length ? [all.subarray(length)] : [];
      this.#held = all.length - length;
      this.#wanted = 4;
      yield readPacket(all.subarray(0, length));
    }
  }

  #hold(chunk: Buffer): void {
    this.#held += chunk.length;
    if (chunk.length < SHORT) this.#pieces.push(chunk);
    if (chunk.length >= SHORT || this.#pieces.length >= MANY) this.#join();
    if (chunk.length >= SHORT) this.#chunks.push(chunk);
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    this.#chunks.push(this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces));
    this.#pieces = [];
  }
}

function readPacket(bytes: Buffer): Packet {
  const version = bytes.readUInt32BE(8);
  if (version !== 1) throw new FrameError(`protocol version ${version}, expected 1`);
  return {
    program: bytes.readUInt32BE(4),
    procedure: bytes.readInt32BE(12),
    type: bytes.readInt32BE(16),
    serial: bytes.readUInt32BE(20),
    status: bytes.readInt32BE(24),
    payload: bytes.subarray(HEADER),
  };
}
