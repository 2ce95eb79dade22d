import { expect, it } from 'vitest';
import { ancestry } from './ancestry.ts';

it('tells who is above whom, on one branch alone', () => {
  const isAbove = ancestry(
    new Map([
      ['e', 'b'],
      ['a', null],
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['other', 'nowhere'],
    ]),
  );
  expect([isAbove('a', 'd'), isAbove('b', 'e'), isAbove('c', 'd')]).toEqual([true, true, true]);
  for (const [above, below] of [
    ['d', 'a'],
    ['c', 'e'],
    ['a', 'a'],
    ['other', 'a'],
    ['a', 'other'],
    ['nowhere', 'other'],
  ] as const)
    expect(isAbove(above, below), `${above} above ${below}`).toBe(false);
});

it('survives deep histories and circles', () => {
  const deep = ancestry(new Map(Array.from({ length: 20_000 }, (_, n) => [`${n}`, n === 0 ? null : `${n - 1}`])));
  expect([deep('0', '19999'), deep('19999', '0')]).toEqual([true, false]);
  const odd = ancestry(
    new Map([
      ['x', 'y'],
      ['y', 'x'],
      ['self', 'self'],
    ]),
  );
  expect([odd('x', 'y'), odd('y', 'x'), odd('self', 'self')]).toEqual([false, false, false]);
});
