import { encodePacket, packetStatus, packetType, program } from '../libvirt/frame.ts';

export interface KeepalivePace {
  readonly intervalMs: number;
  readonly count: number;
}

const ping = 1;
const pong = 2;

/** libvirtd's side of keepalive (virKeepAlive): gives signs of life, and asks for them once it was started. */
export class Pulse {
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #heard = false;

  constructor(
    private readonly link: { write(bytes: Uint8Array): void; drop(): void; muted(): boolean },
    private readonly pace: KeepalivePace,
  ) {}

  /** Anything that arrives is a sign of life. */
  heard(): void {
    this.#heard = true;
  }

  /** A packet of the keepalive program. */
  receive(procedure: number): void {
    if (procedure === ping && !this.link.muted()) this.link.write(packet(pong));
  }

  /** Only for a client that told that it knows how to answer. */
  start(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#beat(), this.pace.intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.link.muted()) return;
    if (this.#heard) {
      this.#heard = false;
      this.#unanswered = 0;
    } else if (this.#unanswered >= this.pace.count) this.link.drop();
    else {
      this.#unanswered++;
      this.link.write(packet(ping));
    }
  }
}

function packet(procedure: number): Buffer {
  const head = { program: program.keepalive, procedure, type: packetType.message, serial: 0 };
  return encodePacket({ ...head, status: packetStatus.ok, payload: Buffer.alloc(0) });
}
