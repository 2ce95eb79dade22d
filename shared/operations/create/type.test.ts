import { expect, it } from 'vitest';
import { isProblemCode } from '../../errors.ts';
import { createRules } from './assess.ts';

it('no refusal is taken for a problem that means something else', () => {
  expect(createRules.map(({ code }) => code).filter(isProblemCode)).toEqual([]);
});
