/** Remembers the last result for each argument object, so that the same is not derived twice. */
export function once<A extends object, R>(derive: (from: A) => R): (from: A) => R {
  const kept = new WeakMap<A, { result: R }>();
  return (from) => {
    const known = kept.get(from);
    if (known) return known.result;
    const result = derive(from);
    kept.set(from, { result });
    return result;
  };
}
