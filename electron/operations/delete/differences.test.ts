import { expect, it } from 'vitest';
import { assessDelete } from '../../../shared/operations/delete/assess.ts';
import { chain, deleteFacts } from '../../../shared/operations/delete/fixtures.ts';
import type { DeleteFacts } from '../../../shared/schema.ts';
import { differencesAfter } from './differences.ts';

const without = (facts: DeleteFacts, path: string): DeleteFacts => ({
  ...facts,
  images: { ...facts.images, [path]: { exists: false, tags: [] } },
});

it('tells of an image that is gone since, and not of one that was gone before, or held nothing', () => {
  const inside = (...names: string[]) => ({
    '/i/base': { tags: names.map((name, index) => ({ id: `${index + 1}`, name })) },
  });
  const rows = chain('internal', 'a', 'b');
  const facts = deleteFacts({ rows, images: inside('a', 'b') });
  const after = deleteFacts({ rows: chain('internal', 'a') });
  const told = (before: DeleteFacts) => {
    const assessment = assessDelete(before, ['b'], 'metadata-only');
    return differencesAfter({ facts: before, assessment }, { facts: without(after, '/i/base'), left: [] });
  };
  expect(told(facts)).toEqual(['/i/base, which “a” needs, is missing.']);
  expect(told(without(facts, '/i/base'))).toEqual([]);
  expect(told(deleteFacts({ rows, images: inside('b') }))).toEqual([]);
});
