/** Runs one task a key at a time. Asked again meanwhile, it runs once more, since the first answer may be too old. */
export class Repeater {
  #running = new Map<string, { again: boolean }>();

  async run(key: string, task: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (running) {
      running.again = true;
      return;
    }
    const mark = { again: true };
    this.#running.set(key, mark);
    try {
      while (mark.again) {
        mark.again = false;
        await task().catch((error: unknown) => {
          if (!mark.again) throw error;
        });
      }
    } finally {
      this.#running.delete(key);
    }
  }
}
