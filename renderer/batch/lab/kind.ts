import { formatCount } from '../../../shared/format.ts';
import { weightOf } from '../../../shared/operations/revert/risk.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type { StartState } from '../../../shared/schema.ts';
import type { BatchKind, CommonConsent } from '../kind.ts';

/** How all of them are reverted. */
export interface LabOptions {
  readonly startState: StartState;
  /** Wherever one can be taken. */
  readonly safetySnapshot: boolean;
  readonly removeManagedSave: boolean;
}
export const labKind: BatchKind<typeof revertType, LabOptions> = {
  type: revertType,
  none: 'None of these domains can be reverted this way',
  first: (plans) => ({
    startState: 'as-saved',
    safetySnapshot: plans.some(({ safety }) => safety.available),
    removeManagedSave: false,
  }),
  choice: ({ startState, safetySnapshot, removeManagedSave }, { safety, facts }) => ({
    startState,
    safetySnapshot: safetySnapshot && safety.available,
    removeManagedSave: removeManagedSave && facts.domain.managedSave,
    resetNvram: false,
  }),
  weigh({ requirements, warnings, verdict }) {
    const needed = requirements.find(({ certainty }) => certainty === 'needed');
    if (needed) return { verdict: 'force', why: needed.text };
    const warning = warnings.find((each) => weightOf(each) !== 'note') ?? warnings[0];
    return { verdict: verdict === 'risky' && warning ? 'risky' : 'safe', why: warning?.text ?? null };
  },
  consents(rows) {
    const force = rows.filter(({ verdict }) => verdict === 'force').length;
    const lost =
      rows.length === 1 ? 'everything since this snapshot is lost' : 'everything since these snapshots is lost';
    const loss: CommonConsent = {
      by: 'button',
      look: 'loss',
      text: `Revert ${formatCount(rows.length, 'domain')}; ${lost}`,
      missing: 'Confirm what is lost to continue',
    };
    if (force === 0) return [loss];
    const which = force < rows.length ? `${force} of them` : force === 1 ? 'it' : 'all of them';
    const text = `Revert ${which} with --force`;
    return [loss, { by: 'tick', look: 'force', text, missing: 'Confirm force to continue' }];
  },
};
