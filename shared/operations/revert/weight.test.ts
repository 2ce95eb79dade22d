import { expect, it } from 'vitest';
import { revertNeeds } from './needs.ts';
import { warningRules } from './warnings.ts';
import { weightOf } from './weight.ts';

it('a warning weighs as much as its rule says, and one that nobody knows is a risk', () => {
  for (const need of revertNeeds) expect(weightOf(need)).toBe('unknown');
  for (const rule of warningRules) expect(weightOf(rule)).toBe(rule.risk ? 'risk' : 'note');
  expect(weightOf({ code: 'OF_AN_OLDER_PLAN' })).toBe('risk');
});
