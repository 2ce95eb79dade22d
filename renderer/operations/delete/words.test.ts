import { expect, test } from 'vitest';
import { deleteFacts } from '../../../shared/operations/delete/fixtures.ts';
import type { DeletePlan } from '../../../shared/schema.ts';
import { modesFor } from './words.ts';

const facts = deleteFacts({ rows: [{ name: 'root' }, { name: 'mid' }, { name: 'leaf' }] });
const modes = (...names: string[]) => modesFor({ names, facts } as DeletePlan);

test('where nothing is below, only the first and the last way are offered', () => {
  expect(modes('leaf')).toEqual(['this', 'metadata-only']);
  expect(modes('mid')).toEqual(['this', 'with-children', 'children-only', 'metadata-only']);
  expect(modes('leaf', 'root')).toContain('with-children');
});
