import { formatBytes, formatDuration, formatMoment } from '../../shared/format.ts';
import { operationUnderWay } from '../../shared/operations/words.ts';
import type { Operation, OperationPhase, Progress } from '../../shared/schema.ts';

const sentences: Record<OperationPhase, (operation: Operation) => string> = {
  queued: ({ domainName }) => `Waiting for another operation on ${domainName}…`,
  snapshotting: ({ domainName }) => `Taking a safety snapshot of ${domainName}…`,
  'removing-managed-save': ({ domainName }) => `Removing the managed save image of ${domainName}…`,
  reverting: ({ domainName, subject }) => `Reverting ${domainName} to ${subject}…`,
  working: ({ domainName }) => `Working on ${domainName}…`,
  verifying: ({ domainName }) => `Verifying ${domainName}…`,
  tidying: ({ domainName }) => `Removing old safety snapshots of ${domainName}…`,
  ended: ({ domainName }) => `${domainName}: ended`,
};

/** What an operation does now, in a line that names its domain. */
export function phaseSentence(operation: Operation): string {
  if (operation.cancelRequested) return `Cancelling: ${operation.domainName}…`;
  return operation.kind === 'revert' ? sentences[operation.phase](operation) : `${operationUnderWay(operation)}…`;
}

/** What an operation does now, where its domain is named already. */
export const phaseWords: Record<OperationPhase, string> = {
  queued: 'Waiting',
  snapshotting: 'Taking the safety snapshot',
  'removing-managed-save': 'Removing the managed save image',
  reverting: 'Reverting',
  working: 'libvirt is working',
  verifying: 'Checking the result',
  tidying: 'Removing old safety snapshots',
  ended: 'Ended',
};

/** `today 12:14, after 9 s`: when something ended. */
export function endedWhen({ since, at }: { since: number; at: number }, now: number): string {
  const took = at - since;
  return took < 1000 ? formatMoment(at, now) : `${formatMoment(at, now)}, after ${formatDuration(took)}`;
}

/** `1.3 of 2.1 GiB`, as far as libvirt tells; null while it tells nothing. */
export function progressText(progress: Progress | null): string | null {
  if (!progress || progress.doneBytes === null) return null;
  const { doneBytes, totalBytes } = progress;
  if (!totalBytes) return formatBytes(doneBytes);
  const [done, total] = [formatBytes(doneBytes), formatBytes(totalBytes)];
  const [, unit] = total.split(' ');
  return done.endsWith(` ${unit}`) ? `${done.split(' ')[0]} of ${total}` : `${done} of ${total}`;
}

/** How much of the work is done, 0 to 1; null where that is not known. */
export function progressShare(progress: Progress | null): number | null {
  if (!progress?.totalBytes || progress.doneBytes === null) return null;
  return Math.min(progress.doneBytes / progress.totalBytes, 1);
}

/** The phases that one revert goes through, in their order. A queue and tidying show only once they are there. */
export function expectedPhases(
  asked: { safetySnapshot: boolean; removeManagedSave: boolean },
  now: OperationPhase,
): OperationPhase[] {
  return [
    ...(now === 'queued' ? (['queued'] as const) : []),
    ...(asked.safetySnapshot ? (['snapshotting'] as const) : []),
    ...(asked.removeManagedSave ? (['removing-managed-save'] as const) : []),
    'reverting',
    'verifying',
    ...(now === 'tidying' ? (['tidying'] as const) : []),
  ];
}
