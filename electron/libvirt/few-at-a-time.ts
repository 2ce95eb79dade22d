/** More than are let through to libvirt at a time, so that none of those waits for the next to be asked. */
const AT_ONCE = 16;

/**
 * Does the same for each item of a list that a host has given, a few at a time: thousands of promises at once would hold
 * up everything else.
 * @returns what came of each, in the order of the list
 * @throws whatever the first that fails throws; then no other is begun
 */
export async function fewAtATime<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = AT_ONCE,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const left = items.entries();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failed) return;
      results[index] = await work(item);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
  return results;
}
