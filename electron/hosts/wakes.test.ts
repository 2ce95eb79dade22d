import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onWake } from './wakes.ts';

let now: number;
let addresses: string;
let changes: number;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  [now, addresses, changes] = [0, '192.0.2.1', 0];
  end = onWake(() => changes++, { now: () => now, addresses: () => addresses }, 1_000);
});
afterEach(() => {
  end();
  vi.useRealTimers();
});
const look = (passed: number) => {
  now += passed;
  vi.advanceTimersByTime(1_000);
};

it('is told of a sleep, and not of a busy moment', () => {
  look(1_000);
  look(9_000);
  expect(changes).toBe(0);
  look(600_000);
  expect(changes).toBe(1);
  look(1_000);
  expect(changes).toBe(1);
});

it('is told of other addresses, once', () => {
  addresses = '198.51.100.7';
  look(1_000);
  look(1_000);
  expect(changes).toBe(1);
  end();
  addresses = '';
  look(1_000);
  expect(changes).toBe(1);
});
