/** Some bytes of a file. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Gives the bytes of each range, in their order; fewer where the file ends. */
export type ReadRanges = (ranges: readonly Range[]) => Promise<readonly Buffer[]>;

/** Ranges no further apart than this are read as one. Bytes. */
export const NEAR = 64 * 1024;
/** The most that is read at once, bytes. */
export const LONGEST_PIECE = 4 * 1024 * 1024;

/** A stretch of the file, and which of the ranges lie in it. */
export interface Span extends Range {
  readonly holds: readonly number[];
}

/**
 * What to read for some ranges: those that overlap or are near each other as one, as long as that is one piece. A range
 * that is longer than a piece is a span of its own; one of no length is in none.
 */
export function spansOf(ranges: readonly Range[]): Span[] {
  const order = ranges.map((_, index) => index).filter((index) => at(ranges, index).length > 0);
  order.sort((a, b) => at(ranges, a).offset - at(ranges, b).offset);
  const spans: { offset: number; length: number; holds: number[] }[] = [];
  for (const index of order) {
    const { offset, length } = at(ranges, index);
    const last = spans.at(-1);
    const joined = last ? Math.max(offset + length, last.offset + last.length) - last.offset : 0;
    const isNear = last !== undefined && offset - (last.offset + last.length) <= NEAR;
    if (last && isNear && (joined <= LONGEST_PIECE || joined === last.length)) {
      last.length = joined;
      last.holds.push(index);
    } else spans.push({ offset, length, holds: [index] });
  }
  return spans;
}

/** A stretch in pieces that may be read at once. */
export function piecesOf({ offset, length }: Range): Range[] {
  return Array.from({ length: Math.ceil(length / LONGEST_PIECE) }, (_, index) => ({
    offset: offset + index * LONGEST_PIECE,
    length: Math.min(LONGEST_PIECE, length - index * LONGEST_PIECE),
  }));
}

function at(ranges: readonly Range[], index: number): Range {
  return ranges[index] as Range;
}
