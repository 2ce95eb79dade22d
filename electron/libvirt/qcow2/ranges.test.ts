import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LONGEST_PIECE, NEAR, piecesOf, spansOf } from './ranges.ts';

it('ranges near each other are read as one, in whatever order they are asked', () => {
  const ranges = [
    { offset: 200_000, length: 10 },
    { offset: 0, length: 512 },
    { offset: 512 + NEAR, length: 100 },
    { offset: 100, length: 5 },
    { offset: 7, length: 0 },
  ];
  expect(spansOf(ranges)).toEqual([
    { offset: 0, length: 612 + NEAR, holds: [1, 3, 2] },
    { offset: 200_000, length: 10, holds: [0] },
  ]);
  expect(
    spansOf([
      { offset: 0, length: 1 },
      { offset: NEAR + 2, length: 1 },
    ]),
  ).toHaveLength(2);
});

it('what is long comes in pieces', () => {
  expect(piecesOf({ offset: 5, length: LONGEST_PIECE + 1 })).toEqual([
    { offset: 5, length: LONGEST_PIECE },
    { offset: 5 + LONGEST_PIECE, length: 1 },
  ]);
});

it('every range lies in one span, no span is longer than a piece unless its one range is, and none is of no length', () => {
  const range = fc.record({ offset: fc.nat({ max: 2 ** 26 }), length: fc.nat({ max: 2 ** 23 }) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), (ranges) => {
      const spans = spansOf(ranges);
      const held = spans.flatMap((span) =>
        span.holds.map((index) => {
          const { offset, length } = ranges[index] as (typeof ranges)[0];
          expect(offset).toBeGreaterThanOrEqual(span.offset);
          expect(offset + length).toBeLessThanOrEqual(span.offset + span.length);
          return index;
        }),
      );
      expect(held.toSorted((a, b) => a - b)).toEqual(ranges.flatMap(({ length }, index) => (length > 0 ? index : [])));
      for (const { length, holds } of spans) {
        const longest = Math.max(...holds.map((index) => ranges[index]?.length ?? 0));
        expect(length).toBeLessThanOrEqual(Math.max(LONGEST_PIECE, longest));
        expect(length).toBeGreaterThan(0);
      }
    }),
  );
});
