import { stateLabel } from '../../shared/format.ts';
import type { Operation, RevertOutcome } from '../../shared/schema.ts';
import type { Notice } from '../store/store.ts';

type Told = Pick<Operation, 'domainName' | 'snapshotName'> & { outcome: RevertOutcome };

const endings: Record<RevertOutcome['result'], (told: Told) => string> = {
  done: ({ domainName, snapshotName }) => `${domainName} reverted to “${snapshotName}”`,
  refused: ({ domainName, snapshotName }) => `${domainName} was not reverted to “${snapshotName}”: refused`,
  failed: ({ domainName, snapshotName }) => `Reverting ${domainName} to “${snapshotName}” failed`,
  unknown: ({ domainName, snapshotName }) => `It is not known whether ${domainName} was reverted to “${snapshotName}”`,
};

/** The end of an operation in one line: `ci-runner-1 reverted to “clean”, verified running`. */
export function outcomeSentence(told: Told): string {
  const { result, found, differences } = told.outcome;
  const ending = endings[result](told);
  if (result !== 'done') return ending;
  if (!found) return `${ending}, not verified`;
  return differences.length > 0
    ? `${ending}, but not all is as planned`
    : `${ending}, verified ${stateLabel(found.state)}`;
}

/** What libvirt answered when asked after an operation: `libvirt says: running (from snapshot), current snapshot is “clean”`. */
export function foundSentence(outcome: RevertOutcome): string {
  const { found } = outcome;
  if (!found) return 'libvirt could not be asked for the state afterwards.';
  const current = found.current === null ? 'no current snapshot' : `current snapshot is “${found.current}”`;
  const reason = found.reason ? ` (${found.reason})` : '';
  return `libvirt says: ${stateLabel(found.state)}${reason}, ${current}.`;
}

/** The message about an ended operation. Only an end that is wholly as planned may go away by itself. */
export function outcomeNotice(told: Told): Omit<Notice, 'id'> {
  const { result, problem, differences } = told.outcome;
  const tone = result !== 'done' ? 'failed' : differences.length > 0 ? 'differs' : 'done';
  const said = problem ? [problem.what, problem.effect, problem.next] : [];
  return {
    tone,
    title: outcomeSentence(told),
    lines: [...said, ...differences, foundSentence(told.outcome)].filter(Boolean),
    ...(problem?.detail ? { detail: problem.detail } : {}),
  };
}
