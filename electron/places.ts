/** So many at a time, and the rest in order behind them. */
export class Places {
  #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Waits for a place; a signal ends the waiting. @throws the signal's reason */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== go);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(go);
    });
  }

  /** Gives a place back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.free++;
  }
}
