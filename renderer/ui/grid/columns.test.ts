import { expect, test } from 'vitest';
import { fillOf, gap, roomFor, sortedRows, withoutRoom } from './columns.ts';

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

test('a column can ask for a grid that is wide enough, whatever room there is', () => {
  const wide = columns.map((column) => (column.id === 'was' ? { ...column, from: 880 } : column));
  expect(withoutRoom(wide, 879)).toEqual(['was']);
  expect(withoutRoom(wide, 880)).toEqual([]);
  expect(withoutRoom(wide, 0)).toEqual(['was', 'holds']);
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

test('rows are sorted by a value; those without one stand first either way, and those alike keep their order', () => {
  const rows = ['b2', 'a10', 'none', 'A9', 'b2 again'];
  const value = (row: string) => (row === 'none' ? undefined : row.slice(0, 3).trim());
  expect(sortedRows(rows, value, false)).toEqual(['none', 'A9', 'a10', 'b2', 'b2 again']);
  expect(sortedRows(rows, value, true)).toEqual(['none', 'b2', 'b2 again', 'a10', 'A9']);
  expect(sortedRows([3, 12, 7], (row) => row, true)).toEqual([12, 7, 3]);
});
