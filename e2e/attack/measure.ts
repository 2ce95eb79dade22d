import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Figures {
  /** The most memory that the process had, MB. */
  readonly memory: number;
  /**
   * The longest that the window waited for an answer, milliseconds; without the time for which the backend and the window
   * had no processor, as those who attack need one, too.
   */
  readonly worst: number;
  /** Open files, sockets included, now. */
  readonly files: number;
}

/** How often the window asks for something small, milliseconds. */
const EVERY_MS = 20;
/** A process that has just begun is measured once so many answers in a row took less than that, or some seconds later. */
const CALM = { answers: 10, ms: 20, withinMs: 5_000 };

/** Waits until a process that has just begun answers as it usually does. */
export async function calm(ask: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + CALM.withinMs;
  for (let quick = 0; quick < CALM.answers && performance.now() < end; await sleep(EVERY_MS)) {
    const before = performance.now();
    await ask();
    quick = performance.now() - before < CALM.ms ? quick + 1 : 0;
  }
}

/** Watches a process from outside: its memory, and how long it takes to answer. */
export function watch(pid: number, ask: () => Promise<unknown>): { figures(): Figures; stop(): Promise<void> } {
  let worst = 0;
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      const [before, queued] = [performance.now(), queuedOf(pid)];
      await ask().catch(() => {});
      worst = Math.max(worst, performance.now() - before - (queuedOf(pid) - queued));
      await sleep(EVERY_MS);
    }
  })();
  return {
    figures() {
      return {
        memory: peakOf(pid),
        worst: Math.round(worst),
        files: readdirSync(`/proc/${pid}/fd`).length,
      };
    },
    async stop() {
      stopped = true;
      await Promise.race([asking, sleep(1_000, undefined, { ref: false })]);
    },
  };
}

/** How long the backend’s loop and this process have waited for a processor, milliseconds. */
function queuedOf(pid: number): number {
  const nanoseconds = ['self', pid].map((each) =>
    Number(readFileSync(`/proc/${each}/schedstat`, 'utf8').split(' ')[1]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
}

/** What Linux says was the most memory that a process ever had, MB. */
function peakOf(pid: number): number {
  const kB = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kB) / 1_000);
}
