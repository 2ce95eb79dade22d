import { LibvirtError, StreamLimitError } from './errors.ts';
import { type Packet, packetStatus } from './frame.ts';
import { remoteError } from './procedures.ts';
import { decode } from './xdr.ts';

export interface ReceiveOptions {
  /** The most bytes that the stream may deliver; 64 MiB unless given. */
  readonly limit?: number;
  /** Aborting it aborts the stream, and the call is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever a piece of it comes. */
  readonly onPiece?: (() => void) | undefined;
  /** Called once, when libvirt has answered the call and the stream is over, however it ended. */
  readonly settled?: () => void;
}

/** One stream of a call: what has come of it, and how it ends. Memory held is at most twice what has arrived, and the limit. */
export class IncomingStream {
  /** Everything, once it has come. @throws LibvirtError, StreamLimitError, or what `fail` or `drop` was given */
  readonly data: Promise<Buffer>;
  /** libvirt has begun it, so that it can be aborted: a STREAM packet before that would be ignored. */
  begun = false;
  /** Nobody wants it any more. */
  unwanted = false;
  #bytes = Buffer.alloc(0);
  #size = 0;
  #resolve!: (data: Buffer) => void;
  #reject!: (reason: unknown) => void;

  constructor(
    private readonly limit: number,
    private readonly onPiece: () => void = () => {},
  ) {
    this.data = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.data.catch(() => {}); // it may fail before anybody waits for it
  }

  /** Takes a packet in, unless it makes the stream longer than it may be. @throws XdrError */
  push({ status, payload }: Packet): void {
    this.begun = true;
    if (this.unwanted) return;
    this.onPiece();
    if (status === packetStatus.error) this.fail(new LibvirtError(decode(remoteError, payload)));
    else if (status !== packetStatus.continue || payload.length === 0)
      this.#resolve(this.#bytes.subarray(0, this.#size));
    else {
      if (this.#size + payload.length > this.limit) this.drop(new StreamLimitError(this.limit));
      else this.#take(payload);
    }
  }

  /** Copied, since a piece of one byte holds the packet that it came in. */
  #take(payload: Buffer): void {
    const size = this.#size + payload.length;
    if (size > this.#bytes.length) {
      const room = Buffer.allocUnsafe(Math.min(Math.max(size, 2 * this.#bytes.length, 4_096), this.limit));
      this.#bytes.copy(room, 0, 0, this.#size);
      this.#bytes = room;
    }
    payload.copy(this.#bytes, this.#size);
    this.#size = size;
  }

  fail(reason: unknown): void {
    this.#bytes = Buffer.alloc(0);
    this.#reject(reason);
  }

  /** Fails it; what still comes is thrown away. */
  drop(reason: unknown): void {
    this.unwanted = true;
    this.fail(reason);
  }
}
