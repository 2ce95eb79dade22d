import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Asking, lastOf, type Question } from './asking.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A question whose calls are answered by hand, in any order. */
function asked(more: Partial<Question<string>> = {}, isShown = () => true) {
  const asking = new Asking<string>(isShown);
  const told = vi.fn();
  asking.watch(told);
  const calls: { signal: AbortSignal; give: (value: string) => Promise<void>; fail: () => Promise<void> }[] = [];
  const ask = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const settled = async (settle: () => void) => {
        settle();
        await vi.advanceTimersByTimeAsync(0);
      };
      calls.push({
        signal,
        give: (value) => settled(() => resolve(value)),
        fail: () => settled(() => reject(new Error('no'))),
      });
    });
  const put = (now: Partial<Question<string>> = {}) => asking.put({ subject: 'a', ask, ...more, ...now });
  put();
  return { asking, told, calls, put };
}

test('asked once, however often it is put; the answer is told', async () => {
  const { asking, calls, put, told } = asked();
  put();
  expect(calls).toHaveLength(1);
  expect(asking.about('a')).toEqual({ status: 'loading' });
  await calls[0]?.give('one');
  expect(asking.about('a')).toEqual({ status: 'ready', value: 'one' });
  expect(told).toHaveBeenCalledTimes(1);
});

test('of another subject nothing is known, and a late answer about the one before is nobody’s', async () => {
  const { asking, calls, put, told } = asked();
  put({ subject: 'b' });
  expect(calls[0]?.signal.aborted).toBe(true);
  await calls[0]?.give('of a');
  expect(told).not.toHaveBeenCalled();
  await calls[1]?.give('of b');
  expect(asking.about('a')).toEqual({ status: 'loading' });
  expect(asking.about('b')).toEqual({ status: 'ready', value: 'of b' });
});

test('another version asks again, and the answer stays on show until the next', async () => {
  const { asking, calls, put } = asked({ versions: [1] });
  await calls[0]?.give('one');
  put({ versions: [2] });
  expect(calls).toHaveLength(2);
  expect(asking.about('a')).toEqual({ status: 'ready', value: 'one' });
  await calls[1]?.give('two');
  expect(asking.about('a')).toEqual({ status: 'ready', value: 'two' });
});

test('a failure stays until the next answer, and remembers the one before', async () => {
  const { asking, calls, put } = asked({ versions: [1] });
  await calls[0]?.give('one');
  put({ versions: [2] });
  await calls[1]?.fail();
  expect(asking.about('a')).toMatchObject({ status: 'failed', problem: { code: 'UNEXPECTED' }, last: 'one' });
  put({ versions: [3] });
  expect(asking.about('a')).toMatchObject({ status: 'failed' });
  await calls[2]?.fail();
  expect(lastOf(asking.about('a'))).toBe('one');
});

test('while it may not be asked nothing is, and what is known stays', async () => {
  const { asking, calls, put } = asked();
  await calls[0]?.give('one');
  put({ when: false });
  put({ when: false, versions: [2] });
  expect(calls).toHaveLength(1);
  expect(asking.about('a')).toEqual({ status: 'ready', value: 'one' });
  put({ versions: [2] });
  expect(calls).toHaveLength(2);
});

test('with no subject it is forgotten: the same one is asked about anew', async () => {
  const { asking, calls, put } = asked();
  await calls[0]?.give('one');
  put({ subject: null });
  expect(asking.about(null)).toEqual({ status: 'loading' });
  put();
  expect(asking.about('a')).toEqual({ status: 'loading' });
  expect(calls).toHaveLength(2);
});

test('of several changes in a row only the last is asked about', async () => {
  const { calls, put } = asked({ settleMs: 90 });
  vi.advanceTimersByTime(80);
  put({ subject: 'b' });
  vi.advanceTimersByTime(80);
  expect(calls).toHaveLength(0);
  vi.advanceTimersByTime(10);
  expect(calls).toHaveLength(1);
});

test('what is wanted now does not wait, and is not forgotten while it may not be asked', () => {
  const { calls, put } = asked({ settleMs: 90 });
  put({ again: 1 });
  expect(calls).toHaveLength(1);
  put({ again: 1, versions: [2] });
  expect(calls).toHaveLength(1);
  put({ again: 2, when: false });
  put({ again: 2 });
  expect(calls).toHaveLength(2);
});

test('looked at again while the window is shown; the same answer is told once', async () => {
  let shown = true;
  const { asking, calls, told } = asked({ everyMs: 1000 }, () => shown);
  await calls[0]?.give('one');
  const first = asking.about('a');
  vi.advanceTimersByTime(1000);
  await calls[1]?.give('one');
  expect(asking.about('a')).toBe(first);
  expect(told).toHaveBeenCalledTimes(1);
  shown = false;
  vi.advanceTimersByTime(5000);
  expect(calls).toHaveLength(2);
});

test('stopped, it tells nothing more; put again, it asks again', async () => {
  const { asking, calls, put, told } = asked({ everyMs: 1000 });
  asking.stop();
  await calls[0]?.give('late');
  vi.advanceTimersByTime(5000);
  expect(told).not.toHaveBeenCalled();
  expect(calls).toHaveLength(1);
  put();
  expect(calls).toHaveLength(2);
});
