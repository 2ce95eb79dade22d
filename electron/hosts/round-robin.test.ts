import { describe, expect, it } from 'vitest';
import { RoundRobin } from './round-robin.ts';

describe('RoundRobin', () => {
  it('takes those that are due first, then whoever had no turn for longest, each once', () => {
    const turns = new RoundRobin();
    for (const key of ['a', 'b', 'c', 'd']) turns.later(key);
    turns.soon('x');
    turns.soon('c');
    expect(turns.take(3)).toEqual(['x', 'c', 'a']);
    expect(turns.takeDue(3)).toEqual([]);
    expect(turns.take(9)).toEqual(['b', 'd', 'x', 'c', 'a']);
    turns.later('b');
    expect(turns.take(1)).toEqual(['d']);
  });

  it('gives everybody a turn before anybody has another', () => {
    const turns = new RoundRobin();
    const keys = Array.from({ length: 103 }, (_, n) => `${n}`);
    for (const key of keys) turns.later(key);
    const taken = Array.from({ length: 3 }, () => turns.take(40)).flat();
    expect(taken.slice(0, 103)).toEqual(keys);
  });

  it('forgets', () => {
    const turns = new RoundRobin();
    for (const key of ['a', 'b']) turns.soon(key);
    turns.later('c');
    turns.drop('a');
    turns.drop('c');
    expect(turns.has('a')).toBe(false);
    expect(turns.take(9)).toEqual(['b']);
    turns.clear();
    expect(turns.take(9)).toEqual([]);
  });
});
