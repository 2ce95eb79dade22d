import { describe, expect, test } from 'vitest';
import { exponent, median, quantile } from './statistics.ts';

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[10, 9, 1], 9],
    [[7], 7],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  test('of nothing is no number, and what it is of stays as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
    expect(median([])).toBeNaN();
  });
});

test('quartiles lie between values', () => {
  expect([0, 0.25, 0.75, 1].map((part) => quantile([10, 20, 30, 40, 50], part))).toEqual([10, 20, 40, 50]);
  expect(quantile([1, 2], 0.25)).toBe(1.25);
});

describe('exponent', () => {
  const of = (time: (size: number) => number) =>
    exponent([1_000, 4_000, 16_000].map((size) => ({ size, time: time(size) })));

  test.each([
    ['linear', (size: number) => size * 3, 1],
    ['quadratic', (size: number) => size ** 2 / 7, 2],
    ['not at all', () => 5, 0],
  ])('%s', (_, time, expected) => expect(of(time)).toBeCloseTo(expected));

  test('needs two sizes', () => {
    expect(exponent([{ size: 1, time: 1 }])).toBeNaN();
    expect(
      exponent([
        { size: 5, time: 1 },
        { size: 5, time: 2 },
      ]),
    ).toBeNaN();
  });
});
