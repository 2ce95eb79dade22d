import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('cells are quoted where RFC 4180 wants it, and only there', () => {
  expect(
    csvOf([
      ['When', 'What'],
      ['plain', 'a,b'],
      ['say "hi"', 'two\nlines'],
      [3, null],
    ]),
  ).toBe('When,What\r\nplain,"a,b"\r\n"say ""hi""","two\nlines"\r\n3,\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('%j is a text, whatever opens it', (text) => {
  const cell = csvOf([[text]])
    .trimEnd()
    .replace(/^"/, '');
  expect(cell.startsWith("'")).toBe(true);
  expect(cell).toContain(text.trim());
});

test('numbers of ours stay numbers', () => {
  expect(csvOf([[-5, 0.5]])).toBe('-5,0.5\r\n');
});
