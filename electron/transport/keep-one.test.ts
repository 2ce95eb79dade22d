import { expect, it } from 'vitest';
import { keepOne } from './keep-one.ts';

function harness() {
  const opened: { resolve: (n: number) => void; reject: (e: Error) => void; signal: AbortSignal }[] = [];
  const dead = new Set<number>();
  const discarded: number[] = [];
  const get = keepOne<number>({
    open: (signal) => new Promise((resolve, reject) => opened.push({ resolve, reject, signal })),
    isAlive: (n) => !dead.has(n),
    discard: (n) => discarded.push(n),
  });
  return { opened, dead, discarded, get };
}

const never = () => new AbortController().signal;

it('opens once for callers that come together and later', async () => {
  const { opened, get } = harness();
  const both = Promise.all([get(never()), get(never())]);
  opened[0]?.resolve(1);
  expect(await both).toEqual([1, 1]);
  expect(await get(never())).toBe(1);
  expect(opened).toHaveLength(1);
});

it('opens again once the value is dead or the opening failed', async () => {
  const { opened, dead, get } = harness();
  const first = get(never());
  opened[0]?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');
  const second = get(never());
  opened[1]?.resolve(2);
  expect(await second).toBe(2);
  dead.add(2);
  const third = get(never());
  opened[2]?.resolve(3);
  expect(await third).toBe(3);
});

it('cancels the opening only when the last caller gives up, and discards what still comes', async () => {
  const { opened, discarded, get } = harness();
  const [a, b] = [new AbortController(), new AbortController()];
  const [first, second] = [get(a.signal), get(b.signal)];
  a.abort();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(opened[0]?.signal.aborted).toBe(false);
  b.abort();
  await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(opened[0]?.signal.aborted).toBe(true);
  opened[0]?.resolve(1);
  await new Promise(setImmediate);
  expect(discarded).toEqual([1]);
  const again = get(never());
  opened[1]?.resolve(2);
  expect(await again).toBe(2);
});

it('keeps a live value when a caller comes with an aborted signal', async () => {
  const { opened, discarded, get } = harness();
  const first = get(never());
  opened[0]?.resolve(1);
  await first;
  await expect(get(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await get(never())).toBe(1);
  expect(discarded).toEqual([]);
});
