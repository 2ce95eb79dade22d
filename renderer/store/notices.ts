import { stateLabel } from '../../shared/format.ts';
import { operationEnded } from '../../shared/operations/words.ts';
import type { Operation, Outcome, RevertDetail, SafetyReport, Verification } from '../../shared/schema.ts';
import type { Notice } from './store.ts';

type Told = Pick<Operation, 'kind' | 'domainName' | 'subject' | 'undo'> & Partial<Pick<Operation, 'hostId' | 'uuid'>>;

/** What libvirt answered when asked after an operation: `libvirt reports: running (from snapshot), current snapshot is “clean”`. */
export function foundSentence({ found }: Pick<Outcome, 'found'>): string {
  if (!found) return 'libvirt could not be asked for the state.';
  const current = found.current === null ? 'no current snapshot' : `current snapshot is “${found.current}”`;
  const reason = found.reason ? ` (${found.reason})` : '';
  return `libvirt reports: ${stateLabel(found.state)}${reason}, ${current}.`;
}

const safetySentences: Record<SafetyReport['result'], (name: string) => string> = {
  taken: (name) => `The safety snapshot “${name}” was taken first.`,
  failed: (name) => `The safety snapshot “${name}” could not be taken.`,
  cancelled: (name) => `The safety snapshot “${name}” was cancelled.`,
  unknown: (name) => `It is not known whether the safety snapshot “${name}” was taken.`,
};

const processSentences: Record<Verification['process'], string | null> = {
  new: 'The hypervisor process is new, so open consoles were disconnected.',
  reused: 'The hypervisor process is the same, so consoles stay connected.',
  none: null,
};

/** What was done around a revert and what was looked at afterwards, a sentence each. */
export function revertDetails(detail: RevertDetail): string[] {
  const disks = detail.verification ? disksSentence(detail.verification) : null;
  return [...doneAround(detail), ...(disks ? [disks] : [])];
}

function doneAround({ safety, managedSaveRemoved, verification, tidied }: RevertDetail): string[] {
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

/** The message about the end of a change. Only an end that is wholly as planned may go away by itself. */
export function outcomeNotice(told: Told, outcome: Outcome): Omit<Notice, 'id'> {
  const { hostId, uuid, domainName, kind } = told;
  const { result, problem, notes, differences, detail } = outcome;
  const isRevert = kind === 'revert';
  const said = problem && (isRevert || result !== 'cancelled') ? [problem.what, problem.effect, problem.next] : [];
  const around = isRevert ? [...(detail ? doneAround(detail) : []), foundSentence(outcome)] : notes;
  const canUndo = detail?.safety?.result === 'taken' && (result === 'done' || result === 'failed');
  return {
    tone: result !== 'done' ? 'failed' : differences.length > 0 ? 'differs' : 'done',
    title: operationEnded(told, outcome),
    lines: [...said, ...differences, ...around].filter(Boolean),
    ...(problem?.detail ? { detail: problem.detail } : {}),
    ...(canUndo && hostId !== undefined && uuid !== undefined ? { undo: { hostId, uuid, domainName } } : {}),
  };
}

/** The end of an operation in one line; null while it goes on. */
export function endSentence(operation: Operation): string | null {
  return operation.outcome && operationEnded(operation, operation.outcome);
}

/** The message about the end of an operation; null while it goes on. */
export function endNotice(operation: Operation): Omit<Notice, 'id'> | null {
  return operation.outcome && outcomeNotice(operation, operation.outcome);
}

function disksSentence({ disks }: Verification): string | null {
  const asExpected = disks.filter(({ file, expected }) => file !== null && file === expected);
  if (asExpected.length === 0 || asExpected.length < disks.length) return null;
  const targets = asExpected.map(({ target }) => target).join(', ');
  return `${targets} ${asExpected.length === 1 ? 'writes' : 'write'} to the expected ${asExpected.length === 1 ? 'image' : 'images'}.`;
}
