import { pointsOf } from '../../../shared/chain.ts';
import { problemOf } from '../../../shared/errors.ts';
import type { StoredDisks } from '../../../shared/libvirt/disks.ts';
import type { DeleteFacts, Found } from '../../../shared/schema.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { lookAfterwards } from '../../operations/engine/look.ts';
import type { Ended } from '../deeds/run-deed.ts';
import { ProblemError } from '../problems.ts';
import { differencesAfter, type SeenAfter, stillMarked } from './differences.ts';
import { gatherDeleteFacts } from './facts.ts';
import type { AskedStep, DeleteWork } from './run.ts';

const list = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');

/** Asks libvirt what came of a deletion, writes that down, and says it. `gone`: what libvirt has no longer. */
export async function lookAfterDelete(
  work: DeleteWork,
  asked: readonly AskedStep[],
): Promise<{ outcome: Ended; gone: string[] }> {
  const { checked, operation, ground } = work;
  const seen = await look(work);
  const last = asked.at(-1)?.answer;
  const problem = last && 'problem' in last ? last.problem : undefined;
  const gone = seen ? checked.assessment.goes.filter((name) => !has(seen, name)) : [];
  const complete = asked.length === checked.assessment.steps.length && last?.result === 'done';
  const differences = seen && complete ? differencesAfter(checked, seen) : [];
  await writeDown(asked, seen, differences, ground);
  const result = complete ? 'done' : operation.signal.aborted ? 'cancelled' : (last?.result ?? 'cancelled');
  const notes = [
    ...(seen
      ? goneSentences(gone, checked.assessment.goes)
      : ['libvirt could not be asked for the snapshots afterwards.']),
    ...mergeSentences(work, asked),
    ...(seen ? stillMarked(checked.facts, seen.facts) : []),
  ];
  // With some of several gone, “refused” would be untrue.
  const partly = result === 'refused' && gone.length > 0 ? 'failed' : result;
  const shown = problem ?? (seen ? undefined : problemOf('NOT_CONFIRMED'));
  return { outcome: { result: partly, notes, differences, ...(shown ? { problem: shown } : {}) }, gone };
}

/** Everything that was promised is looked at again; null where libvirt cannot be asked, or has no such domain. */
async function look({ request: { session }, checked, ground }: DeleteWork): Promise<SeenAfter | null> {
  const { uuid } = checked.facts.domain;
  const goes = new Set(checked.assessment.goes);
  const held = checked.facts.snapshots.filter(({ name }) => goes.has(name)).flatMap(({ stored }) => insideOf(stored));
  return lookAfterwards(session, async (reads) => {
    const facts = await gatherDeleteFacts(session, uuid, ground.marks, undefined, held).catch((error: unknown) => {
      if (error instanceof ProblemError && error.problem.code === 'NO_DOMAIN') return null;
      throw error;
    });
    if (!facts) return null;
    const left: string[] = [];
    for (const path of checked.assessment.after.gone) if (await fileExists(reads, path)) left.push(path);
    return { facts, left };
  });
}

/** The images that a snapshot is inside of. */
const insideOf = (stored: StoredDisks) =>
  pointsOf(stored).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : []));

function foundOf({ domain: { state, reason }, current }: DeleteFacts): Found {
  return { state, reason, current };
}

function has({ facts }: SeenAfter, name: string): boolean {
  return facts.snapshots.some((snapshot) => snapshot.name === name);
}

function goneSentences(gone: readonly string[], goes: readonly string[]): string[] {
  const left = goes.filter((name) => !gone.includes(name));
  if (left.length === 0) return goes.length > 1 ? [`${gone.length} snapshots are gone.`] : [];
  return [
    ...(gone.length > 0 ? [`Gone: ${list(gone)}.`] : []),
    `Still there: ${left.length > 10 ? `${list(left.slice(0, 10))} and ${left.length - 10} more` : list(left)}.`,
  ];
}

/** Sentences about a merge that did not end: its snapshot is remembered as damaged, or could not be cancelled. */
function mergeSentences({ request, checked, ground, operation }: DeleteWork, asked: readonly AskedStep[]): string[] {
  const last = asked.at(-1);
  if (!last?.merging || last.answer.result === 'done') {
    const stubborn = operation.signal.aborted ? (last?.merging?.notCancelled ?? null) : null;
    return stubborn === null ? [] : [`The merge could not be cancelled: ${stubborn}.`];
  }
  const { name } = last.step;
  if (!ground.marks.isInterrupted(request.session.host, checked.facts.domain.uuid, name)) return [];
  return [
    `The image of “${name}” was partly written to: the domain has lost nothing, but “${name}” must not be reverted to any more. Delete it again.`,
  ];
}

async function writeDown(
  asked: readonly AskedStep[],
  seen: SeenAfter | null,
  differences: readonly string[],
  ground: DeleteWork['ground'],
) {
  const found = seen ? foundOf(seen.facts) : null;
  for (const [index, { answer }] of asked.entries()) {
    const { requestId, result } = answer;
    if (requestId === null) continue;
    const lines = index === asked.length - 1 ? differences : [];
    if (result !== 'unknown') await ground.journal.found(requestId, found, lines);
    else if (found) await ground.journal.resolved(requestId, 'unknown', found, lines);
    else ground.journal.abandon(requestId); // it is found out when the host is back
  }
}
