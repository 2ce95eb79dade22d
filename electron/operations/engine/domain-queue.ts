/** One at a time for each key, in the order they came; different keys do not wait for each other. */
export class Turns {
  #last = new Map<string, Promise<void>>();
  #wanted = new Map<string, Set<() => void>>();

  isTaken(key: string): boolean {
    return this.#last.has(key);
  }

  /** Resolves when the next one comes for a key, whoever has the turn; or when the signal is aborted. */
  nextFor(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const all = this.#wanted.get(key) ?? new Set();
      this.#wanted.set(key, all);
      const done = () => {
        all.delete(done);
        if (all.size === 0) this.#wanted.delete(key);
        signal.removeEventListener('abort', done);
        resolve();
      };
      all.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  /**
   * Runs a task when its turn has come.
   * @throws the signal's reason when it is aborted before that; the task is not started then.
   */
  async take<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    for (const tell of [...(this.#wanted.get(key) ?? [])]) tell();
    const before = this.#last.get(key) ?? Promise.resolve();
    let release = () => {};
    const ended = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Whoever leaves the queue early still keeps those behind him behind those before him.
    const mine = before.then(() => ended);
    this.#last.set(key, mine);
    void mine.then(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    });
    try {
      await unlessAborted(before, signal);
      return await task();
    } finally {
      release();
    }
  }
}

async function unlessAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([waiting, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
