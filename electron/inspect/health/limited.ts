/**
 * Does something with each item, a few at a time, in order of the items.
 * @throws what the signal was aborted with, and whatever `run` throws first
 */
export async function limited<T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) {
      signal.throwIfAborted();
      results[at] = await run(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}
