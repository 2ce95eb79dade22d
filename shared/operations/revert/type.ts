import type {
  Assessment,
  Consent,
  RevertAim,
  RevertChoice,
  RevertFacts,
  RevertPlan,
  SafetyOffer,
} from '../../schema.ts';
import type { BaseAssessment, OperationType } from '../operation.ts';
import { assessRevert } from './assess.ts';
import { staleness } from './staleness.ts';
import { virshRevert } from './virsh.ts';

export type RevertAssessment = Assessment & BaseAssessment;

/** Force has a box of its own; what is lost and what to beware of is read above the button. */
function consentsOf({ requirements, losses, warnings }: Assessment): Consent[] {
  return [
    ...requirements.map(({ code, text, certainty }) => ({ code, text, certainty, by: 'tick' as const })),
    ...[...losses, ...warnings].map(({ code, text }) => ({
      code,
      text,
      certainty: 'needed' as const,
      by: 'button' as const,
    })),
  ];
}

/** Everything the rules say of a choice, and what the person has to agree to. */
export function assessWithConsents(
  facts: RevertFacts,
  choice: RevertChoice,
  safety: SafetyOffer | null,
): RevertAssessment {
  const assessment = assessRevert(facts, choice, safety);
  return { ...assessment, consents: consentsOf(assessment) };
}

/** Whether libvirt is asked with force: it is needed, or was consented to should it be. */
export function isForced({ requirements }: Pick<Assessment, 'requirements'>, acknowledged: readonly string[]): boolean {
  return requirements.some(
    ({ code, grants, certainty }) => grants === 'force' && (certainty === 'needed' || acknowledged.includes(code)),
  );
}

/** Going back to a snapshot, which throws away everything since. */
export const revertType: OperationType<RevertPlan, RevertAim, RevertChoice, RevertAssessment> = {
  kind: 'revert',
  changed: (read, now) => staleness(read.facts, now),
  assess: ({ safety }, facts, choice) => assessWithConsents(facts, choice, safety),
  subject: ({ facts }) => `“${facts.snapshot.name}”`,
  isUndo: ({ undo }) => undo,
  isProtected: () => true,
  shown: (plan, assessment, choice, acknowledged) => ({
    losses: assessment.losses.map(({ text, kept }) => ({ text, kept })),
    virsh: virshRevert(plan, { ...choice, force: isForced(assessment, acknowledged) }),
  }),
  refusal: 'BLOCKED',
};
