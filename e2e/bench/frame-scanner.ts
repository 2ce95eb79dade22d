/** VIR_NET_MESSAGE: the length word, which counts itself, and virNetMessageHeader. */
const HEADER = 28;
const CALL = 0;
/** REMOTE_PROGRAM and QEMU_PROGRAM; signs of life are of another one. */
const PROGRAMS: readonly number[] = [0x20008086, 0x20008087];

export interface Frame {
  readonly program: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

/** Finds the frames in a stream of bytes by their headers, and looks at nothing else. */
export class FrameScanner {
  #head: Buffer = Buffer.alloc(0);
  /** Bytes of the last frame that have not come yet. */
  #left = 0;

  constructor(private readonly onFrame: (frame: Frame) => void) {}

  push(chunk: Buffer): void {
    let bytes = chunk;
    while (bytes.length > 0) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length);
        this.#left -= taken;
        bytes = bytes.subarray(taken);
        continue;
      }
      const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
      if (head.length < HEADER) {
        this.#head = head;
        return;
      }
      bytes = head.subarray(HEADER);
      this.#head = Buffer.alloc(0);
      this.#left = head.readUInt32BE(0) - HEADER;
      this.onFrame({
        program: head.readUInt32BE(4),
        procedure: head.readInt32BE(12),
        type: head.readInt32BE(16),
        serial: head.readUInt32BE(20),
        status: head.readInt32BE(24),
      });
    }
  }
}

/** Whether something is asked of libvirt, other than for a sign of life. */
export function isCall({ program, type }: Frame): boolean {
  return type === CALL && PROGRAMS.includes(program);
}
