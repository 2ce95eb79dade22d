import { Duplex, type Readable, type Writable } from 'node:stream';
import { TransportError } from './transport.ts';

/** The two ends of something that carries bytes: an SSH channel, or a process's standard streams. */
export interface BridgeEnds {
  readonly input: Readable;
  readonly output: Writable;
  /** Lets go of both ends. Called once. */
  readonly shut: () => void;
  /** Resolves once both directions are gone, after the last byte: with the reason, if they went because of a failure. */
  readonly gone: Promise<TransportError | undefined>;
  /**
   * The end of `input` waits for `gone`, so that a helper's exit can be the stream's error rather than a silent end.
   * Otherwise it ends the stream at once.
   */
  readonly endsWhenGone?: boolean;
  /** Looks at the first bytes (at least 4, unless the stream is shorter); an error ends the stream before they are seen. */
  readonly inspect?: (first: Buffer) => TransportError | undefined;
  /** What a failure of `input` means, if not that the stream broke. */
  readonly whyBroken?: (cause: Error) => TransportError | undefined;
  /** Told once, when the first bytes have passed. */
  readonly onFirstBytes?: () => void;
  /** What is written at once may leave as one. */
  readonly joins?: boolean;
}

/**
 * A byte stream that behaves as a socket does, whatever it runs over: ending it half-closes, destroying it reaches the far
 * side, 'close' always comes, and the far side's end ends it.
 */
export class Bridge extends Duplex {
  readonly #ends: BridgeEnds;
  #held: Buffer[] = [];
  #heldLength = 0;
  #passed = false;
  #ended = false;

  constructor(ends: BridgeEnds) {
    super({ allowHalfOpen: false });
    this.#ends = ends;
    ends.input.on('data', (chunk: Buffer) => this.#receive(chunk));
    ends.input.on('error', (error) => this.destroy(ends.whyBroken?.(error) ?? broken(error)));
    // Why a write failed is what the far side says as it goes: `gone` brings it.
    ends.output.on('error', () => undefined);
    if (!ends.endsWhenGone) ends.input.on('end', () => this.#end());
    if (ends.joins)
      this._writev = (chunks, done) => this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done);
    ends.gone.then((error) => this.#gone(error));
  }

  override _read(): void {
    this.#ends.input.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#ends.output.write(chunk, encoding, (error) => {
      if (!error) done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ends.output.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held = [];
    this.#ends.shut();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    if (this.#passed) {
      if (!this.push(chunk)) this.#ends.input.pause();
      return;
    }
    this.#held.push(chunk);
    this.#heldLength += chunk.length;
    if (this.#heldLength >= 4 || this.#ends.inspect === undefined) this.#release();
  }

  #release(): boolean {
    const first = Buffer.concat(this.#held);
    const error = this.#ends.inspect?.(first);
    if (error !== undefined) {
      this.destroy(error);
      return false;
    }
    this.#held = [];
    this.#passed = true;
    this.#ends.onFirstBytes?.();
    if (!this.push(first)) this.#ends.input.pause();
    return true;
  }

  #end(): void {
    if (this.destroyed || this.#ended) return;
    if (!this.#passed && this.#heldLength > 0 && !this.#release()) return;
    this.#ended = true;
    this.push(null);
  }

  #gone(error: TransportError | undefined): void {
    if (error !== undefined) {
      this.destroy(error);
      return;
    }
    this.#end();
    // A write the far side never took would otherwise keep the stream from closing.
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }
}

function broken(cause: Error): TransportError {
  return new TransportError('CONNECTION_LOST', `The stream broke: ${cause.message}`, {}, { cause });
}
