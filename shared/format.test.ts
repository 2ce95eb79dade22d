import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatDateTime,
  formatDay,
  formatDuration,
  formatMoment,
  formatSpan,
  formatTaken,
  formatVersion,
  formatWhole,
  holdsLabel,
  stateLabel,
} from './format.ts';

const s = 1000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [4 * s + 900, '4 s'],
  [65 * s, '1 min 5 s'],
  [3 * h + 12 * min + 40 * s, '3 h 12 min'],
  [2 * h, '2 h'],
  [14 * d + 3 * h, '14 d 3 h'],
  [45 * d + 3 * h, '45 d'],
  [365 * d, '1 y'],
  [4480 * d, '12 y 100 d'],
])('a duration of %d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, 'just now'],
  [59 * s, 'just now'],
  [-30 * s, 'just now'],
  [12 * min + 30 * s, '12 min ago'],
  [3 * h + 12 * min, '3 h 12 min ago'],
  [24 * h - s, '23 h 59 min ago'],
  [24 * h, '1 day ago'],
  [14 * d - s, '13 days ago'],
  [14 * d, '2 weeks ago'],
  [140 * d, '20 weeks ago'],
  [182 * d, '26 weeks ago'],
  [183 * d, '6 months ago'],
  [322 * d, '10 months ago'],
  [730 * d - s, '23 months ago'],
  [730 * d, '2 years ago'],
  [12_000 * d, '32 years ago'],
  [-2 * h, '2 h ahead of this clock'],
])('%d ms back is %s', (ms, text) => expect(formatAge(1e12, 1e12 + ms)).toBe(text));

test.each([
  [59 * s, 'less than a minute', 'less than a minute'],
  [3 * h + 12 * min + 1, '3 h 12 min', '3 h 13 min'],
  [24 * h + 1, '1 day', '2 days'],
  [62 * d + 1, '8 weeks', '63 days'],
  [101 * d, '14 weeks', '15 weeks'],
])('a span of %d ms is %s, and not more than %s', (ms, least, most) => {
  expect([formatSpan(ms), formatSpan(ms, 'up')]).toEqual([least, most]);
});

test('older moments are dates, with a year when it is another one', () => {
  const now = new Date(2026, 10, 23, 12, 0).getTime();
  expect(formatTaken(now - 2 * d, now)).toBe('2 days ago');
  expect(formatTaken(new Date(2026, 2, 12).getTime(), now)).toBe('12 Mar');
  expect(formatTaken(new Date(2026, 8, 20).getTime(), now)).toBe('20 Sep');
  expect(formatTaken(new Date(2024, 2, 12).getTime(), now)).toBe('12 Mar 2024');
  expect(formatMoment(new Date(2026, 10, 23, 9, 2).getTime(), now)).toBe('today 09:02');
  expect(formatMoment(new Date(2026, 10, 22, 23, 59).getTime(), now)).toBe('yesterday 23:59');
  expect(formatMoment(new Date(2026, 2, 12, 9, 2).getTime(), now)).toBe('12 March 2026, 09:02');
});

test('moments and numbers are written as the locale has them', () => {
  const day = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const now = new Date(9999, 11, 31).getTime();
  fc.assert(
    fc.property(fc.date({ min: new Date(1), max: new Date(9990, 0), noInvalidDate: true }), (date) => {
      const dayPart = date.toLocaleDateString('en-GB', day);
      expect(formatDateTime(date.getTime())).toBe(`${dayPart}, ${date.toLocaleTimeString('en-GB')}`);
      expect(formatMoment(date.getTime(), now)).toBe(`${dayPart}, ${date.toLocaleTimeString('en-GB', time)}`);
    }),
  );
  fc.assert(
    fc.property(fc.nat(), (number) => {
      expect(formatWhole(number)).toBe(number.toLocaleString('en-GB'));
    }),
  );
});

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [640 * 1024 ** 2, '640 MiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [2 * 1024 ** 4, '2 TiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test('versions, counts and states', () => {
  expect(formatVersion(11003000)).toBe('11.3.0');
  expect(formatVersion(9000012)).toBe('9.0.12');
  expect(formatCount(1, 'host')).toBe('1 host');
  expect(formatCount(5000, 'domain')).toBe('5,000 domains');
  expect(formatCount(2, 'branch', 'branches')).toBe('2 branches');
  expect(stateLabel('shutoff')).toBe('shut off');
});

test.each([
  ['internal', 'none', 'shutoff', 'disks'],
  ['internal', 'internal', 'running', 'disks + memory'],
  ['external', 'external', 'running', 'disks + memory'],
  ['external', 'none', 'disk-snapshot', 'disks only'],
  ['none', 'internal', 'running', 'memory'],
  ['none', 'none', 'shutoff', 'configuration'],
] as const)('%s disks and %s memory of a guest %s hold %s', (kind, memory, state, text) =>
  expect(holdsLabel({ kind, memory, state })).toBe(text),
);

test('a day as a heading, and the time on it', () => {
  const at = (month: number, date: number, year = 2026) => new Date(year, month, date, 9, 2).getTime();
  const now = at(10, 26);
  expect([now, at(10, 25), at(10, 24), at(10, 26, 2025), -1].map((each) => formatDay(each, now))).toEqual([
    'Today',
    'Yesterday',
    '24 November',
    '26 November 2025',
    'Unknown day',
  ]);
  expect(formatClock(now)).toBe('09:02');
});
