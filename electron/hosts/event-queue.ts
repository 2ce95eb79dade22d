/** Events that are waited for one after the other, until the end or until the signal. */
export class EventQueue<T> implements AsyncIterable<T> {
  #waiting: T[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Adds an event; after the end it is ignored. */
  push(event: T): void {
    if (this.#ended) return;
    this.#waiting.push(event);
    this.#wake();
  }

  /** No more will come; what is there is still told. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (!this.signal.aborted) {
      const event = this.#waiting.shift();
      if (event !== undefined) yield event;
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
