import { deedEnded } from '../../shared/deeds.ts';
import { stateLabel } from '../../shared/format.ts';
import type {
  DeedOperation,
  Operation,
  Outcome,
  RevertOperation,
  RevertOutcome,
  SafetyReport,
  Verification,
} from '../../shared/schema.ts';
import type { Notice } from '../store/store.ts';

type Told = Pick<RevertOperation, 'domainName' | 'snapshotName'> &
  Partial<Pick<RevertOperation, 'kind' | 'hostId' | 'uuid'>> & { outcome: RevertOutcome };

const endings: Record<RevertOutcome['result'], (told: Told) => string> = {
  done: ({ domainName, snapshotName }) => `${domainName} reverted to “${snapshotName}”`,
  refused: ({ domainName, snapshotName }) => `${domainName} was not reverted to “${snapshotName}”: refused`,
  failed: ({ domainName, snapshotName }) => `Reverting ${domainName} to “${snapshotName}” failed`,
  cancelled: ({ domainName, snapshotName }) => `${domainName} was not reverted to “${snapshotName}”: cancelled`,
  unknown: ({ domainName, snapshotName }) => `It is not known whether ${domainName} was reverted to “${snapshotName}”`,
};

const undoEndings: typeof endings = {
  done: ({ domainName, snapshotName }) => `${domainName}: revert undone, back at “${snapshotName}”`,
  refused: ({ domainName }) => `${domainName}: the revert was not undone: refused`,
  failed: ({ domainName }) => `${domainName}: undoing the revert failed`,
  cancelled: ({ domainName }) => `${domainName}: the revert was not undone: cancelled`,
  unknown: ({ domainName }) => `It is not known whether the revert of ${domainName} was undone`,
};

/** The end of an operation in one line: `ci-runner-1 reverted to “clean”, verified running`. */
export function outcomeSentence(told: Told): string {
  const { result, found, differences } = told.outcome;
  const ending = (told.kind === 'undo' ? undoEndings : endings)[result](told);
  if (result !== 'done') return ending;
  if (!found) return `${ending}, not verified`;
  return differences.length > 0
    ? `${ending}, but not all is as planned`
    : `${ending}, verified ${stateLabel(found.state)}`;
}

/** What libvirt answered when asked after an operation: `libvirt says: running (from snapshot), current snapshot is “clean”`. */
export function foundSentence(outcome: Pick<RevertOutcome, 'found'>): string {
  const { found } = outcome;
  if (!found) return 'libvirt could not be asked for the state afterwards.';
  const current = found.current === null ? 'no current snapshot' : `current snapshot is “${found.current}”`;
  const reason = found.reason ? ` (${found.reason})` : '';
  return `libvirt says: ${stateLabel(found.state)}${reason}, ${current}.`;
}

const safetySentences: Record<SafetyReport['result'], (name: string) => string> = {
  taken: (name) => `The safety snapshot “${name}” was taken first.`,
  failed: (name) => `The safety snapshot “${name}” could not be taken.`,
  cancelled: (name) => `The safety snapshot “${name}” was cancelled.`,
  unknown: (name) => `It is not known whether the safety snapshot “${name}” was taken.`,
};

const processSentences: Record<Verification['process'], string | null> = {
  new: 'A new hypervisor process runs, so open consoles were disconnected.',
  reused: 'The hypervisor process is the same as before, so consoles stay connected.',
  none: null,
};

/** What was done around the revert and what was looked at afterwards, a sentence each. */
export function outcomeDetails(outcome: RevertOutcome): string[] {
  const disks = outcome.verification ? disksSentence(outcome.verification) : null;
  return [...doneAround(outcome), ...(disks ? [disks] : [])];
}

function doneAround({ safety, managedSaveRemoved, verification, tidied }: RevertOutcome): string[] {
  const process = verification && processSentences[verification.process];
  return [
    ...(safety ? [safetySentences[safety.result](safety.name)] : []),
    ...(managedSaveRemoved ? ['The managed save image was removed first.'] : []),
    ...(process ? [process] : []),
    ...(tidied && tidied.removed.length > 0
      ? [`Older safety snapshots removed: ${tidied.removed.map((name) => `“${name}”`).join(', ')}.`]
      : []),
    ...(tidied?.kept ?? []).map(({ name, reason }) => `“${name}” is kept: ${reason}`),
  ];
}

/** The message about an ended operation. Only an end that is wholly as planned may go away by itself. */
export function outcomeNotice(told: Told): Omit<Notice, 'id'> {
  const { hostId, uuid, domainName } = told;
  const { result, problem, differences, safety } = told.outcome;
  const tone = result !== 'done' ? 'failed' : differences.length > 0 ? 'differs' : 'done';
  const said = problem ? [problem.what, problem.effect, problem.next] : [];
  const canUndo = safety?.result === 'taken' && (result === 'done' || result === 'failed');
  return {
    tone,
    title: outcomeSentence(told),
    lines: [...said, ...differences, ...doneAround(told.outcome), foundSentence(told.outcome)].filter(Boolean),
    ...(problem?.detail ? { detail: problem.detail } : {}),
    ...(canUndo && hostId !== undefined && uuid !== undefined ? { undo: { hostId, uuid, domainName } } : {}),
  };
}

/** The end of any operation in one line; null while it goes on. */
export function endSentence(operation: Operation): string | null {
  if (!operation.outcome) return null;
  return isRevert(operation)
    ? outcomeSentence({ ...operation, outcome: operation.outcome as RevertOutcome })
    : deedEnded(operation, operation.outcome as Outcome);
}

/** The message about the end of any operation; null while it goes on. */
export function endNotice(operation: Operation): Omit<Notice, 'id'> | null {
  if (!operation.outcome) return null;
  return isRevert(operation)
    ? outcomeNotice({ ...operation, outcome: operation.outcome as RevertOutcome })
    : deedNotice(operation, operation.outcome as Outcome);
}

/** The message about the end of a deed; only one that went wholly as planned may go away by itself. */
export function deedNotice(
  deed: Pick<DeedOperation, 'kind' | 'domainName' | 'subject'>,
  outcome: Outcome,
): Omit<Notice, 'id'> {
  const { result, problem, notes, differences } = outcome;
  const said = problem && result !== 'cancelled' ? [problem.what, problem.effect, problem.next] : [];
  return {
    tone: result !== 'done' ? 'failed' : differences.length > 0 ? 'differs' : 'done',
    title: deedEnded(deed, outcome),
    lines: [...said, ...differences, ...notes],
    ...(problem?.detail ? { detail: problem.detail } : {}),
  };
}

export function isRevert(operation: Operation): operation is RevertOperation {
  return operation.kind === 'revert' || operation.kind === 'undo';
}

function disksSentence({ disks }: Verification): string | null {
  const asExpected = disks.filter(({ file, expected }) => file !== null && file === expected);
  if (asExpected.length === 0 || asExpected.length < disks.length) return null;
  const targets = asExpected.map(({ target }) => target).join(', ');
  return `${targets} ${asExpected.length === 1 ? 'writes' : 'write'} to the expected ${asExpected.length === 1 ? 'image' : 'images'}.`;
}
