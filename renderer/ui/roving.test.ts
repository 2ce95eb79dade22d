import { expect, test } from 'vitest';
import { typeAhead } from './roving.ts';

const names = ['alpha', 'beta', 'bravo', 'Charlie'];
const find = (sought: string, active: number) => typeAhead(sought, active, names.length, (at) => names[at] ?? '');

test('typing goes to the next row that starts so', () => {
  expect(find('b', 0)).toBe(1);
  expect(find('b', 1)).toBe(2);
  expect(find('b', 2)).toBe(1);
  expect(find('br', 1)).toBe(2);
  expect(find('c', 0)).toBe(3);
  expect(find('x', 0)).toBeNull();
});
