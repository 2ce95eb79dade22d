import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xmlTokens } from './xml-tokens.ts';

test('tags, attributes, values and comments are told apart', () => {
  expect(xmlTokens(`<a b='1>2'/>x<!-- > -->`)).toEqual([
    { kind: 'tag', text: '<a' },
    { kind: 'plain', text: ' ' },
    { kind: 'attribute', text: 'b' },
    { kind: 'plain', text: '=' },
    { kind: 'value', text: `'1>2'` },
    { kind: 'tag', text: '/>' },
    { kind: 'plain', text: 'x' },
    { kind: 'comment', text: '<!-- > -->' },
  ]);
});

test('no character of any text is lost or made up', () => {
  const piece = fc.constantFrom('<', '>', '/', '!--', '-->', '"', "'", '=', 'a', ' ', '\n', '&lt;', '🧨', '\0');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const xml = pieces.join('');
      expect(
        xmlTokens(xml)
          .map(({ text }) => text)
          .join(''),
      ).toBe(xml);
    }),
  );
});
