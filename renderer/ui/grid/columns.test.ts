import { expect, test } from 'vitest';
import { fillOf, gap, roomFor, withoutRoom } from './columns.ts';

const columns = [
  { id: 'name', share: 1, min: 90, wants: 120 },
  { id: 'holds', width: 166, min: 100, goes: 2 },
  { id: 'taken', width: 116 },
  { id: 'was', width: 90, goes: 1 },
];
const whole = roomFor([120, 100, 116, 90]);

test('columns go where there is no room, in their order, and only as many as have to', () => {
  expect(withoutRoom(columns, whole)).toEqual([]);
  expect(withoutRoom(columns, whole - 1)).toEqual(['was']);
  expect(withoutRoom(columns, whole - 90 - gap - 1)).toEqual(['was', 'holds']);
  expect(withoutRoom(columns, 0)).toEqual(['was', 'holds']);
  expect(withoutRoom(columns, Number.POSITIVE_INFINITY)).toEqual([]);
});

test('the column with the greatest share takes what the others leave', () => {
  expect(fillOf(columns)?.id).toBe('name');
  expect(
    fillOf([
      { id: 'a', share: 1 },
      { id: 'b', share: 1.6 },
    ])?.id,
  ).toBe('b');
});
