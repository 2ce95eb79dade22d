import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from './domain-queue.ts';

const never = new AbortController().signal;

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('turns', () => {
  it('come one after the other for a key, whatever the tasks do, and at once for another', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const first = gate();
    const a = turns.take('k', never, async () => {
      await first.opened;
      done.push('a');
      throw new Error('a failed');
    });
    const b = turns.take('k', never, async () => done.push('b'));
    const c = turns.take('k', never, async () => done.push('c'));
    await turns.take('other', never, async () => done.push('other'));
    expect(done).toEqual(['other']);
    expect(turns.isTaken('k')).toBe(true);
    first.open();
    await expect(a).rejects.toThrow('a failed');
    await Promise.all([b, c]);
    expect(done).toEqual(['other', 'a', 'b', 'c']);
    await tick();
    expect(turns.isTaken('k')).toBe(false);
  });

  it('whoever leaves the queue does not let the next one pass', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const first = gate();
    const a = turns.take('k', never, () => first.opened.then(() => done.push('a')));
    const leave = new AbortController();
    const b = turns.take('k', leave.signal, async () => done.push('b'));
    const c = turns.take('k', never, async () => done.push('c'));
    leave.abort(new Error('left'));
    await expect(b).rejects.toThrow('left');
    await tick();
    expect(done).toEqual([]);
    first.open();
    await Promise.all([a, c]);
    expect(done).toEqual(['a', 'c']);
    await expect(turns.take('k', leave.signal, async () => {})).rejects.toThrow('left');
  });
});
