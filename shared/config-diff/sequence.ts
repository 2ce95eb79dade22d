/** Indexes of a longest strictly increasing subsequence, in order. n log n steps. */
export function longestIncreasing(values: readonly number[]): number[] {
  /** At `length - 1`: the index of the smallest value that ends a subsequence of that length. */
  const ends: number[] = [];
  const before: number[] = [];
  const valueAt = (index: number | undefined) => (index === undefined ? Number.NaN : (values[index] ?? Number.NaN));
  for (const [index, value] of values.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueAt(ends[middle]) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = index;
  }
  const found: number[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) found.push(index);
  return found.reverse();
}
