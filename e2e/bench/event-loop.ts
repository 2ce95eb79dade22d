import { readFileSync } from 'node:fs';

/** How often it is looked at, milliseconds. */
const RESOLUTION_MS = 2;

/** For how long this process’s one thread let nothing else have a turn. */
export interface Blocks {
  /** Milliseconds; without the time for which other processes had the processor, where the system tells. */
  readonly longest: number;
  /** Below which all but a hundredth of them lie, milliseconds. */
  readonly most: number;
}

/** Watches the event loop from here on, until `stop`. */
export function watchEventLoop(): { stop(): Blocks } {
  const late: number[] = [];
  let last = { at: performance.now(), queued: queuedMs() };
  const look = () => {
    const now = { at: performance.now(), queued: queuedMs() };
    late.push(Math.max(0, now.at - last.at - RESOLUTION_MS - (now.queued - last.queued)));
    last = now;
    timer = setTimeout(look, RESOLUTION_MS);
  };
  let timer = setTimeout(look, RESOLUTION_MS);
  return {
    stop() {
      clearTimeout(timer);
      look();
      clearTimeout(timer);
      const sorted = late.sort((a, b) => a - b);
      return { longest: sorted.at(-1) ?? 0, most: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
    },
  };
}

/** How long this thread has waited for a processor so far, milliseconds (Linux, Documentation/scheduler/sched-stats). */
function queuedMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
