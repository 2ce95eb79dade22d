import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedTags, countTags, parseTags, tooLongTag } from './tags.ts';

const tags = fc.uniqueArray(fc.constantFrom<string[]>('gold', 'lab', 'my lab', 'old'));

test('tags are read from between commas, each once', () => {
  expect(parseTags(' gold, my lab ,,gold')).toEqual(['gold', 'my lab']);
  expect(parseTags(' , ')).toEqual([]);
  expect(tooLongTag(['gold', 'x'.repeat(41)])).toBe('x'.repeat(41));
});

test('a change adds and removes what it names, and leaves the rest', () => {
  expect(changedTags(['lab', 'old'], { add: ['gold'], remove: ['old'] })).toEqual(['gold', 'lab']);
  expect(changedTags(['lab'], { add: ['lab'], remove: ['old'] })).toBeNull();
  fc.assert(
    fc.property(tags, tags, tags, (present, add, remove) => {
      const after = changedTags(present, { add, remove }) ?? present;
      expect(add.every((tag) => after.includes(tag))).toBe(true);
      expect(after.some((tag) => remove.includes(tag) && !add.includes(tag))).toBe(false);
      const untouched = present.filter((tag) => !add.includes(tag) && !remove.includes(tag));
      expect(untouched.every((tag) => after.includes(tag))).toBe(true);
      expect(changedTags(after, { add, remove })).toBeNull();
    }),
  );
});

test('tags of several snapshots are counted', () => {
  expect(countTags([['lab', 'gold'], ['lab'], []])).toEqual([
    { tag: 'gold', count: 1 },
    { tag: 'lab', count: 2 },
  ]);
});
