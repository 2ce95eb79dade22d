import { problemOf } from '../../../shared/errors.ts';
import { Present } from '../../../shared/operations/delete/present.ts';
import type { DeleteFacts, Outcome, Problem } from '../../../shared/schema.ts';
import type { Judged } from '../engine/driver.ts';
import { lost } from '../engine/settle.ts';
import { differencesAfter, stillMarked } from './differences.ts';
import type { AskedStep, DeleteWork } from './driver.ts';
import type { DeleteSeen } from './look.ts';

const list = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');
const has = ({ snapshots }: DeleteFacts, name: string) => snapshots.some((snapshot) => snapshot.name === name);

/** What is gone of what was to go. */
export function goneOf({ assessment: { goes } }: DeleteWork, seen: DeleteSeen | null): string[] {
  const now = seen?.facts;
  if (!now) return [];
  const there = new Set(now.snapshots.map(({ name }) => name));
  return goes.filter((name) => !there.has(name));
}

/**
 * Whether the image was written to that a snapshot's data is in, where its deletion did not come to its end; null: it is
 * not known. libvirt notes a merge before it begins, with the next snapshot above that has the disk, and takes that back
 * at its end (qemuSnapshotSetInvalid).
 */
export function isWritten(
  { step: { name }, effect, answer, merging }: AskedStep,
  seen: DeleteSeen | null,
): boolean | null {
  if (answer.result === 'refused') return false;
  if (merging?.began) return true;
  if (!seen?.facts) return null;
  const present = new Present(seen.facts);
  const records = effect.merges.map(({ target }) => {
    const above = present.ownerAbove(name, target);
    return above && present.disksOf(above.name).find((disk) => disk.target === target);
  });
  if (records.some((record) => record?.deleteInProgress)) return true;
  return records.includes(undefined) ? null : false;
}

/** A call whose answer was lost was carried out where its snapshot is gone. */
export function isProven(last: AskedStep | undefined, now: DeleteFacts | null): boolean {
  return last?.answer.result === 'unknown' && now !== null && !has(now, last.step.name);
}

export function judgeDelete(work: DeleteWork, asked: readonly AskedStep[], seen: DeleteSeen | null): Judged {
  const { facts, assessment, operation } = work;
  const now = seen?.facts ?? null;
  const last = asked.at(-1);
  const proven = isProven(last, now);
  const gone = goneOf(work, seen);
  const result = resultOf(work, asked, { gone, proven });
  const problem = problemWith(result, work, last, now);
  return {
    result,
    ...(problem ? { problem } : {}),
    notes: [
      ...(proven && result === 'done' ? [lost] : []),
      ...(now ? goneSentences(gone, assessment.goes) : [unseen(seen)]),
      ...(last ? mergeSentences(last, seen, operation.signal.aborted) : []),
      ...(now ? stillMarked(facts, now) : []),
    ],
    differences: now && result === 'done' ? differencesAfter(work, { facts: now, left: seen?.left ?? [] }) : [],
  };
}

function resultOf(
  { assessment: { steps }, operation: { signal } }: DeleteWork,
  asked: readonly AskedStep[],
  { gone, proven }: { gone: readonly string[]; proven: boolean },
): Outcome['result'] {
  const answer = asked.at(-1)?.answer.result;
  if (asked.length === steps.length && (answer === 'done' || proven)) return 'done';
  if (answer === 'unknown' && !proven) return 'unknown';
  if (answer === undefined || signal.aborted) return 'cancelled';
  // With some of several gone, “refused” would be untrue.
  return answer === 'refused' && gone.length === 0 ? 'refused' : 'failed';
}

function problemWith(
  result: Outcome['result'],
  { session: { host } }: DeleteWork,
  last: AskedStep | undefined,
  now: DeleteFacts | null,
): Problem | undefined {
  if (result === 'done') return now ? undefined : problemOf('NOT_CONFIRMED');
  if (last?.answer.result === 'unknown' && now) return problemOf('ANSWER_LOST', { host: host.name });
  return last && 'problem' in last.answer ? last.answer.problem : undefined;
}

function unseen(seen: DeleteSeen | null): string {
  return seen ? 'libvirt no longer lists the domain.' : 'libvirt could not be asked for the snapshots after this.';
}

function goneSentences(gone: readonly string[], goes: readonly string[]): string[] {
  const isGone = new Set(gone);
  const left = goes.filter((name) => !isGone.has(name));
  if (left.length === 0) return goes.length > 1 ? [`${gone.length} snapshots are gone.`] : [];
  return [
    ...(gone.length > 0 ? [`Gone: ${list(gone)}.`] : []),
    `Still there: ${left.length > 10 ? `${list(left.slice(0, 10))} and ${left.length - 10} more` : list(left)}.`,
  ];
}

/** Sentences about a merge that did not end, or that could not be cancelled. */
function mergeSentences(last: AskedStep, seen: DeleteSeen | null, wasCancelled: boolean): string[] {
  const { step, effect, answer, merging } = last;
  const { name } = step;
  if (effect.merges.length === 0) return [];
  if (answer.result === 'done' || (seen?.facts && !has(seen.facts, name)))
    return wasCancelled && merging?.notCancelled ? [`The merge could not be cancelled: ${merging.notCancelled}.`] : [];
  const written = isWritten(last, seen);
  if (written === false) return [];
  if (written === null)
    return [
      `It is not known whether the image of “${name}” was written to. If “${name}” is still there, do not revert to it; delete it again.`,
    ];
  const jobs = seen?.facts?.domain.blockJobs ?? [];
  const left = effect.merges.flatMap(({ target }) => (jobs.includes(target) ? [target] : []));
  return [
    `The image of “${name}” was partly written to. The domain has lost nothing, but do not revert to “${name}” any more. Delete it again.`,
    ...left.map(
      (target) => `A block job is still running on disk ${target} and has to end first. “virsh blockjob” shows it.`,
    ),
  ];
}
