import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatUuid, parseUuid } from './uuid.ts';

it('round trip', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(formatUuid(parseUuid(uuid))).toBe(uuid);
    }),
  );
});

it('gives 16 bytes in the order they are written', () => {
  expect([...parseUuid('00010203-0405-0607-0809-0a0b0c0d0e0f')]).toEqual([...Array(16).keys()]);
  expect(formatUuid(parseUuid('ABCDEF00-0000-0000-0000-00000000000F'))).toBe('abcdef00-0000-0000-0000-00000000000f');
});

it.each(['', 'web-01', '0'.repeat(31), '0'.repeat(33), `${'0'.repeat(31)}g`, ` ${'0'.repeat(32)}`])(
  'refuses %j',
  (text) => {
    expect(() => parseUuid(text)).toThrow(RangeError);
  },
);
