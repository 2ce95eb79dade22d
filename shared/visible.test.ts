import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exact, exactIn, visible, visibleIn } from './visible.ts';

const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...'a 1-_.“”⟨⟩U+202E\n\t',
      'א',
      'ب',
      '\u202e',
      '\u2066',
      '\u2068',
      '\u2069',
      '\u200d',
      '\ufe0f',
      '😀',
      '❤',
      '\ud800',
      '\u0000',
      '\u2028',
      '⟨U+202E⟩',
      '⟨U+0041⟩',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

it('what was made visible can be had back exactly', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(exact(visible(text))).toBe(text);
    }),
    { numRuns: 3_000 },
  );
});

it('nothing is hidden in what is visible, and no text ends another’s isolation', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const seen = visible(text);
      expect(seen.replace(/[\u2068\u2069]/g, '')).not.toMatch(
        /[\u202a-\u202e\u2066\u2067\u200b\u200e\u200f\ufeff\u2028]/,
      );
      expect(seen.replace(/[^\u2068\u2069]/g, '')).toMatch(/^(\u2068\u2069)*$/);
    }),
  );
});

it.each([
  ['test\u202edorp', 'test⟨U+202E⟩dorp'],
  ['web\u200b-01', 'web⟨U+200B⟩-01'],
  ['a\u2067b\u2069', 'a⟨U+2067⟩b⟨U+2069⟩'],
  ['ta\u{e0067}g', 'ta⟨U+E0067⟩g'],
  ['\ufeffbom', '⟨U+FEFF⟩bom'],
  ['x\ufe0f', 'x⟨U+FE0F⟩'],
  ['\u3164', '⟨U+3164⟩'],
  ['esc\u001b[31m', 'esc⟨U+001B⟩[31m'],
  ['half \ud83d', 'half ⟨U+D83D⟩'],
  ['⟨U+202E⟩', '⟨U+27E8⟩U+202E⟩'],
])('%j is shown as %s', (text, seen) => {
  expect(visible(text)).toBe(seen);
});

it.each(['web-01', 'two\nlines\tand a tab', 'of\r\nWindows', 'größer', '日本', '👩🏽‍💻 ❤️', '⟨x⟩', 'नमस्ते'])(
  '%s is as it was',
  (text) => {
    expect(visible(text)).toBe(text);
  },
);

it('names from right to left stay in their places', () => {
  expect(visible('Revert “אב” to “גד-2”, 3 days')).toBe('Revert “\u2068אב\u2069” to “\u2068גד-2\u2069”, 3 days');
  expect(visible('אב גד 7')).toBe('\u2068אב גד\u2069 7');
});

it('reaches every text of a value, and leaves what holds none', () => {
  const plain = { a: ['b', 1, null, true], date: new Date(0) };
  expect(visibleIn(plain)).toBe(plain);
  const told = { 'n\u200b': [{ name: 'x\u202e' }], same: plain };
  const seen = visibleIn(told);
  expect(seen).toEqual({ 'n⟨U+200B⟩': [{ name: 'x⟨U+202E⟩' }], same: plain });
  expect(seen.same).toBe(plain);
  expect(exactIn(seen)).toEqual(told);
});

it('only what holds something hidden is another value, with its members in their order', () => {
  const plain = { name: 'a', of: [{ b: 1 }, null] };
  expect(visibleIn(plain)).toBe(plain);
  const mixed = { a: 'a', list: [plain, 'x\u200b'], '\u200bz': Number.NaN, last: plain };
  const seen = visibleIn(mixed) as unknown as typeof mixed;
  expect(Object.keys(seen)).toEqual(['a', 'list', '⟨U+200B⟩z', 'last']);
  expect(seen.list).toEqual([plain, 'x⟨U+200B⟩']);
  expect(seen.list[0]).toBe(plain);
  expect(exactIn(seen)).toEqual(mixed);
});
