import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LayeredMap } from './layered-map.ts';

const key = fc.integer({ min: 0, max: 300 });
const change = fc.tuple(key, fc.option(fc.integer(), { nil: undefined }));

test('it is what a map is after the same changes, and the one before stays what it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.integer())),
      fc.array(fc.array(change, { maxLength: 60 })),
      (first, steps) => {
        const plain = new Map(first);
        let layered = LayeredMap.of<number, number>(new Map(first));
        for (const step of steps) {
          const before = layered;
          const held = [...before];
          layered = before.with(new Map(step));
          for (const [at, value] of new Map(step)) value === undefined ? plain.delete(at) : plain.set(at, value);
          expect([...before]).toEqual(held);
          expect(layered.size).toBe(plain.size);
          expect(new Map(layered)).toEqual(plain);
          expect([...layered.keys()].length).toBe(plain.size);
          for (const at of [0, 7, 299]) {
            expect(layered.get(at)).toBe(plain.get(at));
            expect(layered.has(at)).toBe(plain.has(at));
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('what has changed keeps its place', () => {
  const map = LayeredMap.of(new Map([['a', 1], ['b', 2], ['c', 3]])); // biome-ignore format: as it reads
  const next = map.with(new Map<string, number | undefined>([['d', 4], ['a', 5], ['b', undefined]])); // biome-ignore format: as it reads
  expect([...next]).toEqual([
    ['a', 5],
    ['c', 3],
    ['d', 4],
  ]);
});
