import { lineOf, type Measured } from './report.ts';
import { type Bench, LeftOut, type Section } from './section.ts';

export interface Run {
  readonly measured: readonly Measured[];
  /** Sections that did not end as they should, in words. */
  readonly failures: readonly string[];
}

/**
 * Measures sections one after the other, and prints what comes of each as it comes. Each is told how much of the time is
 * its own.
 * @param endsAt what is under way then is given up, and the rest is left out: milliseconds of `performance.now()`
 */
export async function runSections(
  sections: readonly Section[],
  bench: Omit<Bench, 'left'>,
  endsAt: number,
): Promise<Run> {
  const began = performance.now();
  const shares = sections.reduce((sum, { share }) => sum + share, 0);
  let shared = 0;
  const measured: Measured[] = [];
  const failures: string[] = [];
  let isOver = false;
  for (const { name, title, share, measure } of sections) {
    const measurements: Measured['measurements'][number][] = [];
    measured.push({ title, measurements });
    bench.say(`\n${title} (${name})`);
    const since = performance.now();
    try {
      // A timer may come a little early: what was given up at its end is not started again.
      if (isOver || performance.now() >= endsAt) throw new LeftOut(OVER);
      shared += share;
      const until = began + (endsAt - began) * (shared / shares);
      const all = measure({ ...bench, left: () => until - performance.now() })[Symbol.asyncIterator]();
      for (;;) {
        const next = await inTime(all.next(), endsAt);
        if (next.done) break;
        measurements.push(next.value);
        bench.say(lineOf(next.value));
      }
    } catch (error) {
      isOver ||= error instanceof LeftOut && error.message === OVER;
      if (error instanceof LeftOut) bench.say(`left out: ${error.message}`);
      else failures.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
    bench.say(`${((performance.now() - since) / 1_000).toFixed(0)} s`);
  }
  return { measured, failures };
}

const OVER = 'the time that there is for all was over';

/** @throws LeftOut where the time is over before */
async function inTime<T>(work: Promise<T>, endsAt: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const late = () => reject(new LeftOut(OVER));
    timer = setTimeout(late, Math.max(0, endsAt - performance.now()));
  });
  work.catch(() => {}); // Whoever is late may fail as it likes.
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
