import { EventEmitter, on } from 'node:events';
import type { AppEvent } from '../../shared/schema.ts';

/** Carries every change to every window. */
export class Hub {
  #emitter = new EventEmitter().setMaxListeners(0);
  #waiting: AppEvent[] = [];

  publish(event: AppEvent): void {
    this.#emitter.emit('event', event);
    this.#emitter.emit('heard', event);
  }

  /** The same; where nobody listens yet, whoever does first hears it. */
  publishLater(event: AppEvent): void {
    if (this.#emitter.listenerCount('event') > 0) this.publish(event);
    else this.#waiting.push(event);
  }

  /** Hears every event from now on, at once; it is no window, for which something would wait. */
  listen(listener: (event: AppEvent) => void): void {
    this.#emitter.on('heard', listener);
  }

  /** All events from now on, until the signal; nothing is dropped while the caller is busy. */
  async *subscribe(first: () => AppEvent, signal: AbortSignal | undefined): AsyncGenerator<AppEvent> {
    const stop = new AbortController();
    try {
      const events = on(this.#emitter, 'event', {
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      });
      yield first();
      for (const event of this.#waiting.splice(0)) yield event;
      for await (const [event] of events) yield event as AppEvent;
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      stop.abort();
    }
  }
}
