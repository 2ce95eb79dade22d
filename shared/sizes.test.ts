import { expect, it } from 'vitest';
import type { SizeTruth } from './schema.ts';
import { bytesOf, known, leastTrue, sumOf, truthWhile, unknown } from './sizes.ts';

it.each<[SizeTruth[], SizeTruth]>([
  [[], 'exact'],
  [['exact', 'exact'], 'exact'],
  [['exact', 'at-least'], 'at-least'],
  [['at-most', 'exact'], 'at-most'],
  [['at-least', 'at-most'], 'about'],
  [['about', 'exact'], 'about'],
])('what rests on %j is %s', (truths, truth) => {
  expect(leastTrue(...truths)).toBe(truth);
});

it('is exact only of a guest that is off or paused', () => {
  expect((['shutoff', 'paused'] as const).map(truthWhile)).toEqual(['exact', 'exact']);
  for (const state of ['running', 'blocked', 'crashed', 'pmsuspended', 'shutdown', 'nostate', 'unknown'] as const)
    expect(truthWhile(state)).toBe('at-least');
});

it('a sum is as true as its parts, and not known where one of them is not', () => {
  expect(sumOf([])).toEqual(known(0, 'exact'));
  expect(sumOf([known(1, 'exact'), known(2, 'at-least')])).toEqual(known(3, 'at-least'));
  expect(sumOf([known(1, 'exact'), unknown('dirty'), unknown('no-pool')])).toEqual(unknown('dirty'));
});

it('what several refer to counts once', () => {
  const total = (...parts: [string, number][]) => ({
    measuredAt: 0,
    notReported: 0,
    parts: parts.map(([place, bytes]) => ({ place, bytes })),
  });
  expect(bytesOf([])).toBe(0);
  expect(bytesOf([total(['/a', 1], ['/b', 2]), total(['/b', 2], ['/b\0' + '1', 4])])).toBe(7);
});
