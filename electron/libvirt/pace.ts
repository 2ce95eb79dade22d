import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work may go on before other work gets a chance, milliseconds. */
export const TURN_MS = 10;

/** Keeps long work from blocking: asked between its steps, it waits for the next turn of the event loop when it is time. */
export class Pace {
  #since = performance.now();

  /** @throws what the signal is aborted with */
  async breathe(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (performance.now() - this.#since < TURN_MS) return;
    await nextTurn();
    signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
