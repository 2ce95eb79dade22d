/** One of those that do the same thing, each in its way. */
export interface Rival {
  readonly name: string;
  /** Does it once. @returns milliseconds, of as much as the others do */
  run(): Promise<number>;
}

export interface Rounds {
  /** Unless told, five. */
  readonly atMost?: number;
  /** No round is begun after it, but the first. Milliseconds. */
  readonly withinMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** What each rival took, a value a round, in the order of the rounds. */
export type Times = ReadonlyMap<string, readonly number[]>;

/**
 * Has rivals do the same in turns: in each round all of them, in the order of the one before turned round, so that none has
 * always the machine as the same other one left it.
 * @throws whatever one of them throws
 */
export async function inRounds(
  rivals: readonly Rival[],
  { atMost = 5, withinMs, now = () => performance.now() }: Rounds,
): Promise<Times> {
  const times = new Map<string, number[]>(rivals.map(({ name }) => [name, []]));
  const end = now() + withinMs;
  for (let round = 0; round < atMost && (round === 0 || now() < end); round++) {
    const order = round % 2 === 0 ? rivals : rivals.toReversed();
    for (const { name, run } of order) times.get(name)?.push(await run());
  }
  return times;
}

/** How many times as long as the other one each round took. */
export function ratios(times: Times, name: string, other: string): number[] {
  const others = times.get(other) ?? [];
  return (times.get(name) ?? []).flatMap((time, round) => {
    const by = others[round];
    return by === undefined ? [] : [time / by];
  });
}

/** Runs something once. @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
