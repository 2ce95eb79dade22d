import { describe, expect, test } from 'vitest';
import { type Measurement, verdictOf } from './measurement.ts';
import { lineOf, markdownOf, summaryOf, withTables } from './report.ts';

const reading: Measurement = { name: 'reading', unit: 'ms', values: [40, 10, 20], target: 30 };
const faster: Measurement = { name: 'faster', unit: '×', values: [7, 7.9], atLeast: 8 };
const told: Measurement = { name: 'a | b', unit: 'ms', values: [1_234.5], note: 'extrapolated from 1 of 5' };
const nothing: Measurement = { name: 'nothing', unit: 'ms', values: [], target: 1 };

describe('a verdict', () => {
  test.each([
    [reading, { name: 'reading', unit: 'ms', measured: 20, target: 30, met: true }],
    [
      { ...reading, target: 19 },
      { name: 'reading', unit: 'ms', measured: 20, target: 19, met: false },
    ],
    [faster, { name: 'faster', unit: '×', measured: 7.45, target: 8, met: false }],
    [
      { ...faster, atLeast: 7.45 },
      { name: 'faster', unit: '×', measured: 7.45, target: 7.45, met: true },
    ],
    [told, { name: 'a | b', unit: 'ms', measured: 1_234.5, target: null, met: null }],
    // What could not be measured is not as it should be.
    [nothing, { name: 'nothing', unit: 'ms', measured: null, target: 1, met: false }],
  ])('of $0.name', (measurement, expected) => expect(verdictOf(measurement)).toEqual(expected));

  test('survives being kept', () => {
    const verdicts = [reading, told, nothing].map(verdictOf);
    expect(JSON.parse(JSON.stringify(verdicts))).toEqual(verdicts);
  });
});

test('counts targets, not measurements', () => {
  expect(summaryOf([reading, faster, told, nothing].map(verdictOf))).toBe('bench: 1 of 3 targets met');
});

test('a line tells what was missed', () => {
  expect(lineOf(faster)).toMatch(/^faster .* 7\.45 × {2}7 … 7\.9 .*MISSED, wanted ≥ 8 ×$/);
  expect(lineOf(reading)).toMatch(/20 ms {2}10 … 40 .*met, wanted ≤ 30 ms$/);
});

test('tables hold together', () => {
  const text = markdownOf([{ title: 'All', measurements: [reading, faster, told] }], 'A machine');
  expect(text).toContain('| reading | 20 ms | 10 … 40 | ≤ 30 ms | yes |');
  expect(text).toContain('| a \\| b (extrapolated from 1 of 5) | 1,235 ms |  |  |  |');
  expect(text).toContain('1 of 2 targets met.');
  expect(markdownOf([{ title: 'None', measurements: [] }], 'A machine')).not.toContain('None');
});

test('tables take the place of those that a document had, and nothing else', () => {
  const document = 'Before.\n\n<!-- measured -->\n\nold\n\n<!-- /measured -->\n\nAfter.\n';
  const once = withTables(document, 'new\n');
  expect(once).toBe('Before.\n\n<!-- measured -->\n\nnew\n\n<!-- /measured -->\n\nAfter.\n');
  expect(withTables(once, 'new\n')).toBe(once);
  expect(withTables('', 'new\n')).toBe('new\n');
});
