import { revertNeeds } from './needs.ts';
import { warningRules } from './warnings.ts';

/** How much a warning of an assessment weighs. */
export type Weight = 'unknown' | 'risk' | 'note';

const weights: ReadonlyMap<string, Weight> = new Map([
  ...warningRules.map(({ code, risk }) => [code, risk ? 'risk' : 'note'] as const),
  ...revertNeeds.map(({ code }) => [code, 'unknown'] as const),
]);

/** That of a warning; one of a code that no rule has, such as in an old plan, is taken for a risk. */
export function weightOf({ code }: { readonly code: string }): Weight {
  return weights.get(code) ?? 'risk';
}
