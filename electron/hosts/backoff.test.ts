import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('doubles up to half a minute, a quarter more or less', () => {
  const waits = (random: number) => {
    const backoff = new Backoff(() => random);
    return Array.from({ length: 7 }, () => backoff.wait() / 1_000);
  };
  expect(waits(0.5)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  expect(waits(0)[0]).toBe(0.75);
  expect(waits(1)[6]).toBe(37.5);
});

it('begins anew only after a connection that lasted', () => {
  const backoff = new Backoff(() => 0.5);
  backoff.wait();
  backoff.lasted(30_000);
  expect(backoff.wait()).toBe(2_000);
  backoff.lasted(30_001);
  expect(backoff.wait()).toBe(1_000);
});
