import { expect, it } from 'vitest';
import { countOf } from './bounds.ts';

it.each<[unknown, number | null]>([
  [0, 0],
  ['12', 12],
  ['1.9', 1],
  [12n, 12],
  [2n ** 63n, null],
  [-1, null],
  ['-5', null],
  ['', null],
  [' ', null],
  ['many', null],
  ['9'.repeat(400), null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  [null, null],
  [undefined, null],
  [{}, null],
])('%s is %s', (told, count) => {
  expect(countOf(told)).toBe(count);
});

it('may be bounded closer', () => {
  expect([countOf(5, 5), countOf(6, 5)]).toEqual([5, null]);
});
