import { expect, test } from 'vitest';
import { targetOf } from './target.ts';

test('a name or a tag is needed where one is meant', () => {
  expect(targetOf({ kind: 'newest', name: 'x', tag: '' })).toEqual({ kind: 'newest' });
  expect(targetOf({ kind: 'named', name: ' ', tag: 'x' })).toBeNull();
  expect(targetOf({ kind: 'named', name: ' x ', tag: '' })).toEqual({ kind: 'named', name: 'x' });
  expect(targetOf({ kind: 'tagged', name: 'x', tag: ' ' })).toBeNull();
  expect(targetOf({ kind: 'tagged', name: '', tag: ' x ' })).toEqual({ kind: 'tagged', tag: 'x' });
});
