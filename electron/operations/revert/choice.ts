import type { RevertChoice } from '../../../shared/schema.ts';

/** What was chosen, with what was not said. */
export function choiceIn(request: Partial<RevertChoice> & Pick<RevertChoice, 'startState'>): RevertChoice {
  const { startState, safetySnapshot = false, removeManagedSave = false, resetNvram = false } = request;
  return { startState, safetySnapshot, removeManagedSave, resetNvram };
}
