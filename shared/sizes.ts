import type { DomainState, Size, SizeTotal, SizeTruth, SizeUnknown } from './schema.ts';

export const known = (bytes: number, truth: SizeTruth): Size => ({ known: true, bytes, truth });
export const unknown = (why: SizeUnknown): Size => ({ known: false, why });

/** Whether a size may be larger, and whether it may be smaller, than what is said. */
const bounds: Readonly<Record<SizeTruth, readonly [larger: boolean, smaller: boolean]>> = {
  exact: [false, false],
  'at-least': [true, false],
  'at-most': [false, true],
  about: [true, true],
};

/** How true something is that rests on all of these. */
export function leastTrue(...truths: readonly SizeTruth[]): SizeTruth {
  const larger = truths.some((each) => bounds[each][0]);
  const smaller = truths.some((each) => bounds[each][1]);
  return larger ? (smaller ? 'about' : 'at-least') : smaller ? 'at-most' : 'exact';
}

/**
 * How true what stands in the images of a domain is. QEMU flushes everything when a guest is stopped; of one that runs, or
 * of which nobody knows, some may be missing.
 */
export function truthWhile(state: DomainState): SizeTruth {
  return state === 'shutoff' || state === 'paused' ? 'exact' : 'at-least';
}

/** What is so much at most. */
export function atMost(size: Size): Size {
  return size.known ? known(size.bytes, leastTrue(size.truth, 'at-most')) : size;
}

/** The sum. Where one of them is not known it is not known either: the first reason counts. */
export function sumOf(sizes: readonly Size[]): Size {
  let bytes = 0;
  let truth: SizeTruth = 'exact';
  for (const size of sizes) {
    if (!size.known) return size;
    bytes += size.bytes;
    truth = leastTrue(truth, size.truth);
  }
  return known(bytes, truth);
}

/** What is known of all of these together, bytes: what several of them refer to counts once. */
export function bytesOf(totals: Iterable<SizeTotal>): number {
  const byPlace = new Map<string, number>();
  for (const { parts } of totals) for (const { place, bytes } of parts) byPlace.set(place, bytes);
  return [...byPlace.values()].reduce((sum, bytes) => sum + bytes, 0);
}
