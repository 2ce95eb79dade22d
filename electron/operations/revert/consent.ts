import type { Assessment } from '../../../shared/schema.ts';

export interface Consent {
  /** Whether force may be used, should libvirt ask for it. */
  readonly mayForce: boolean;
  /** Why the revert may not be asked for. */
  readonly refusal: { readonly code: 'BLOCKED' | 'FORCE_NOT_ACKNOWLEDGED'; readonly reason: string } | null;
}

/** What the person's consents allow, given what the rules say. */
export function consent({ blockers, requirements }: Assessment, acknowledged: readonly string[]): Consent {
  const given = (requirement: { code: string }) => acknowledged.includes(requirement.code);
  const mayForce = requirements.some((each) => each.grants === 'force' && given(each));
  if (blockers[0]) return { mayForce, refusal: { code: 'BLOCKED', reason: blockers[0].text } };
  const missing = requirements.find((each) => each.certainty === 'needed' && !given(each));
  return { mayForce, refusal: missing ? { code: 'FORCE_NOT_ACKNOWLEDGED', reason: missing.text } : null };
}
