const FIRST_MS = 1_000;
const MOST_MS = 30_000;
/** A connection that did not last that long was none: the next try waits longer still. */
const LASTING_MS = 30_000;

/**
 * How long to wait before each next try: twice as long each time, and never quite the same, so that the hosts behind one
 * switch do not all come back at once. Milliseconds.
 */
export class Backoff {
  #next = FIRST_MS;

  constructor(private readonly random: () => number = Math.random) {}

  /** The wait before the next try. */
  wait(): number {
    const wait = this.#next * (0.75 + this.random() / 2);
    this.#next = Math.min(this.#next * 2, MOST_MS);
    return wait;
  }

  /** A connection has lasted for so long, milliseconds. */
  lasted(ms: number): void {
    if (ms > LASTING_MS) this.#next = FIRST_MS;
  }
}
