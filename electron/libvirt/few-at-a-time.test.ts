import { expect, it } from 'vitest';
import { fewAtATime } from './few-at-a-time.ts';

const items = Array.from({ length: 1_000 }, (_, n) => n);
const later = () => new Promise((resolve) => setImmediate(resolve));

it('does it for each, a few at a time, and answers in their order', async () => {
  let [now, most] = [0, 0];
  const results = await fewAtATime(items, async (n) => {
    most = Math.max(most, ++now);
    if (n % 3 === 0) await later();
    now--;
    return -n;
  });
  expect(results).toEqual(items.map((n) => -n));
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThan(50);
  expect(await fewAtATime([], later)).toEqual([]);
});

it('fails with the first that fails, and begins no other', async () => {
  const begun: number[] = [];
  const work = async (n: number) => {
    begun.push(n);
    await later();
    if (n === 3) throw new Error('three');
  };
  await expect(fewAtATime(items, work)).rejects.toThrow('three');
  await later();
  expect(begun.length).toBeLessThan(50);
});
