import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutAtMatches, findMatches, mostMatches, tokenLines, XmlLines } from './xml-search.ts';
import { xmlTokens } from './xml-tokens.ts';

const xml = "<a>\n  <disk name='vda'/>\n  <!-- Disk\n disk -->\n</a>\n";
const textOf = (tokens: readonly { text: string }[]) => tokens.map(({ text }) => text).join('');

test('tokens are told by line, also those that span several', () => {
  const lines = tokenLines(xmlTokens(xml));
  expect(lines.map(textOf)).toEqual(['<a>', "  <disk name='vda'/>", '  <!-- Disk', ' disk -->', '</a>']);
  expect(lines[3]).toEqual([{ kind: 'comment', text: ' disk -->' }]);
});

test('matches are found in any case, in order, and not over one another', () => {
  const lower = xml.toLowerCase().split('\n');
  expect(findMatches(lower, 'DISK').map(({ line, from }) => [line, from])).toEqual([
    [1, 3],
    [2, 7],
    [3, 1],
  ]);
  expect(findMatches(['aaaa'], 'aa')).toHaveLength(2);
  expect(findMatches(lower, '')).toEqual([]);
  expect(findMatches(['a'.repeat(9_000)], 'a')).toHaveLength(mostMatches);
});

test('a match that goes over several tokens is marked in each', () => {
  const [tokens = []] = tokenLines(xmlTokens("<disk name='vda'/>"));
  const pieces = cutAtMatches(tokens, findMatches(["<disk name='vda'/>"], "name='v"));
  expect(pieces.filter(({ match }) => match === 0).map(({ text }) => text)).toEqual(['name', '=', "'v"]);
});

test('cutting loses nothing and marks what was found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<a ', "b='", "c'", '>', 'bc', ' ')),
      fc.constantFrom('b', "='", 'bc', 'c'),
      (parts, wanted) => {
        const text = parts.join('');
        const [tokens = []] = tokenLines(xmlTokens(text));
        const matches = findMatches([text], wanted);
        const pieces = cutAtMatches(tokens, matches);
        expect(textOf(pieces)).toBe(text);
        for (const n of matches.keys()) expect(textOf(pieces.filter(({ match }) => match === n))).toBe(wanted);
      },
    ),
  );
});

test('a line’s tokens are those that the whole text gives it', () => {
  const odd = "<a b='1\n2'>\n<!-- <c>\n<d/> -->\n  text\n  more <e/>\n  <f\n    g='h'/>\n</a>";
  for (const text of [xml, odd, '', '\n', '<a>'])
    expect(new XmlLines(text).texts.map((_, line) => new XmlLines(text).tokens(line))).toEqual(
      tokenLines(xmlTokens(text)),
    );
});

test('no character of a line is lost, whatever the text', () => {
  const piece = fc.constantFrom('<a ', '<!--', '-->', '>', '\n', '  ', "b='c'", '"', 'text', '</a>', '<');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const lines = new XmlLines(pieces.join(''));
      expect(lines.texts.map((_, line) => textOf(lines.tokens(line)))).toEqual(lines.texts);
    }),
  );
});

test('a megabyte is ready at once, as long as only some lines are looked at', () => {
  const line = "  <disk type='file' device='disk'><source file='/var/lib/x'/></disk>\n";
  const lines = new XmlLines(`<a>\n${line.repeat(15_000)}</a>\n`);
  expect(lines.texts).toHaveLength(15_002);
  expect(textOf(lines.tokens(14_000))).toBe(line.trimEnd());
});
