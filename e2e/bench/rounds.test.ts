import { expect, test } from 'vitest';
import { inRounds, ratios } from './rounds.ts';

function rivals(log: string[], times: Readonly<Record<string, number>>) {
  return Object.entries(times).map(([name, time]) => ({
    name,
    async run() {
      log.push(name);
      return time;
    },
  }));
}

test('rivals take turns, each round in the other order', async () => {
  const log: string[] = [];
  const times = await inRounds(rivals(log, { a: 2, b: 3 }), { atMost: 3, withinMs: 1, now: () => 0 });
  expect(log).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(ratios(times, 'b', 'a')).toEqual([1.5, 1.5, 1.5]);
});

test('no round is begun when the time is over, but the first', async () => {
  const log: string[] = [];
  let now = 0;
  const slow = [{ name: 'slow', run: async () => (now += 10) }, ...rivals(log, { a: 2 })];
  const times = await inRounds(slow, { atMost: 9, withinMs: 15, now: () => now });
  expect(times.get('slow')).toEqual([10, 20]);
  const once = await inRounds(slow, { withinMs: 0, now: () => now });
  expect(once.get('a')).toEqual([2]);
});

test('what one of them did not do has no ratio', () => {
  const times = new Map([
    ['a', [2, 4]],
    ['b', [1]],
  ]);
  expect(ratios(times, 'a', 'b')).toEqual([2]);
  expect(ratios(times, 'a', 'nobody')).toEqual([]);
});
