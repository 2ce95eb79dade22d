import { expect, it } from 'vitest';
import { Repeater } from './repeater.ts';

/** A task that runs until it is let go, or made to fail. */
function held() {
  const ends: ((error?: Error) => void)[] = [];
  const task = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve()));
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { ends, task, turn };
}

it('runs once more, however often it was asked meanwhile', async () => {
  const { ends, task, turn } = held();
  const repeater = new Repeater();
  const first = repeater.run('a', task);
  for (let i = 0; i < 5; i++) await repeater.run('a', task);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await first;
  expect(ends).toHaveLength(2);
});

it('keys do not wait for each other', async () => {
  const { ends, task } = held();
  const repeater = new Repeater();
  const both = Promise.all([repeater.run('a', task), repeater.run('b', task)]);
  expect(ends).toHaveLength(2);
  for (const end of ends) end();
  await both;
});

it('a failure is told, and the key is free again', async () => {
  const { ends, task } = held();
  const repeater = new Repeater();
  const failing = repeater.run('a', task);
  ends[0]?.(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  const next = repeater.run('a', task);
  ends[1]?.();
  await next;
});

it('a failure does not cancel the run that was asked for meanwhile', async () => {
  const { ends, task, turn } = held();
  const repeater = new Repeater();
  const first = repeater.run('a', task);
  await repeater.run('a', task);
  ends[0]?.(new Error('no'));
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await expect(first).resolves.toBeUndefined();
});
