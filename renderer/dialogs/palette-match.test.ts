import { expect, test } from 'vitest';
import { inParts, matching } from './palette-match.ts';

const texts = ['web-01 kvm-a', 'wiki-db kvm-a', 'db-primary kvm-a', 'db-standby kvm-b', 'Größe 資料'];
const found = (query: string, typos = false) => matching(texts, query, typos).map(({ at }) => texts[at]);

test('what begins with a word comes first, and words go in any order', () => {
  expect(found('db')).toEqual(['db-primary kvm-a', 'db-standby kvm-b', 'wiki-db kvm-a']);
  expect(found('kvm-b db')).toEqual(['db-standby kvm-b']);
  expect(found('WEB 01')).toEqual(['web-01 kvm-a']);
  expect(found('nothing')).toEqual([]);
});

test('any script is found, and signs alone', () => {
  expect(found('größe')).toEqual(['Größe 資料']);
  expect(found('資')).toEqual(['Größe 資料']);
  expect(matching(['a.b', 'ab'], '.')).toEqual([{ at: 0, ranges: [1, 2] }]);
});

test('a wrong letter is forgiven only where that is wanted', () => {
  expect(found('primray')).toEqual([]);
  expect(found('primray', true)).toEqual(['db-primary kvm-a']);
});

test('what fits is told apart, also past the end of the text', () => {
  const [match] = matching(['wiki-db kvm-a'], 'db kvm');
  expect(inParts('wiki-db', match?.ranges ?? [])).toEqual([
    { text: 'wiki-', found: false },
    { text: 'db', found: true },
  ]);
  expect(inParts('a', [])).toEqual([{ text: 'a', found: false }]);
});
