import { expect, it } from 'vitest';
import type { Snapshot } from '../../../shared/schema.ts';
import { historyOf } from './history.ts';

const snapshot = (name: string, parent: string | null, kind: Snapshot['kind'] = 'internal'): Snapshot => ({
  name,
  parent,
  kind,
  description: '',
  createdAt: 0,
  state: 'shutoff',
  memory: 'none',
  disks: [],
});
/** a ─ b ─ c ─ d, and e below b. */
const tree = [
  snapshot('a', null),
  snapshot('b', 'a'),
  snapshot('c', 'b', 'external'),
  snapshot('d', 'c', 'mixed'),
  snapshot('e', 'b'),
];
const left = (current: string | null, target: string) => historyOf({ snapshots: tree, current }, target).leftBehind;

it('tells which snapshots the domain would no longer descend from', () => {
  expect(left('d', 'b')).toEqual({ names: ['d', 'c'], count: 2 });
  expect(left('d', 'e')).toEqual({ names: ['d', 'c'], count: 2 });
  expect(left('b', 'b')).toEqual({ names: [], count: 0 });
  expect(left('a', 'd')).toEqual({ names: [], count: 0 });
  expect(left(null, 'b')).toEqual({ names: [], count: 0 });
});

it('finds external snapshots below the target, not the target itself', () => {
  const below = (target: string) => historyOf({ snapshots: tree, current: 'd' }, target).externalDescendants;
  expect(below('a')).toEqual(['c', 'd']);
  expect(below('c')).toEqual(['d']);
  expect(below('d')).toEqual([]);
  expect(below('e')).toEqual([]);
});

it('survives deep chains, missing parents and circles', () => {
  const deep = Array.from({ length: 20_000 }, (_, index) => snapshot(`${index}`, index === 0 ? null : `${index - 1}`));
  expect(historyOf({ snapshots: deep, current: '19999' }, '5').leftBehind.count).toBe(19_994);
  const odd = [snapshot('x', 'y'), snapshot('y', 'x'), snapshot('z', 'nowhere')];
  expect(historyOf({ snapshots: odd, current: 'x' }, 'z').leftBehind.count).toBe(2);
});
