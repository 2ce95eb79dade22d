import type { PowerChoice, PowerFacts, PowerPlan, Statement } from '../../schema.ts';
import type { BaseAssessment, OperationType } from '../operation.ts';
import type { PowerAction as Action } from '../words.ts';
import { powerChanges, powerLosses, powerRefusal, startHindrance, virshPower } from './rules.ts';

export interface PowerAssessment extends BaseAssessment {
  /** What is lost, or may be. */
  readonly losses: readonly Statement[];
}

/** What comes of an action. @param at when the facts were gathered, milliseconds since 1970 */
export function assessPower(
  action: Action,
  facts: PowerFacts,
  { discardSave }: PowerChoice,
  at: number,
): PowerAssessment {
  const refusal = powerRefusal(action, facts.state);
  const hindrance = refusal === null ? startHindrance(facts, discardSave) : null;
  const losses = powerLosses(action, facts, at);
  return {
    blockers: [
      ...(refusal === null ? [] : [{ code: 'STATE', text: refusal }]),
      ...(hindrance === null ? [] : [{ code: 'IMAGE_GONE', text: hindrance }]),
    ],
    losses,
    consents: losses.map((loss) => ({ ...loss, certainty: 'needed', by: 'button' })),
  };
}

/** Starting, pausing, resetting and switching off. */
export const powerType: OperationType<PowerPlan, { action: Action }, PowerChoice, PowerAssessment> = {
  kind: 'power',
  changed: (read, now) => powerChanges(read.facts, now),
  assess: ({ action, gatheredAt }, facts, choice) => assessPower(action, facts, choice, gatheredAt),
  subject: ({ action }) => action,
  isProtected: ({ losses }) => losses.length > 0,
  shown: ({ virsh, action }, { losses }, { discardSave }) => ({
    losses: losses.map(({ text }) => ({ text })),
    virsh: virshPower(virsh, action, discardSave),
  }),
  refusal: 'POWER_REFUSED',
};
