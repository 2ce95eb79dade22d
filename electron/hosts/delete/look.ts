import { problemOf } from '../../../shared/errors.ts';
import { imagesOf } from '../../../shared/libvirt/disks.ts';
import type { Found, SnapshotList } from '../../../shared/schema.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { domainXml, readDomain } from '../../libvirt/domains.ts';
import { parseXml } from '../../libvirt/xml.ts';
import type { Ended } from '../deeds/run-deed.ts';
import { lookAfterwards } from '../look-afterwards.ts';
import type { AskedStep, DeleteWork } from './run.ts';

interface Seen extends SnapshotList {
  readonly found: Found;
  /** By disk, what is written to. */
  readonly images: ReadonlyMap<string, string>;
}

const list = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');

/** Asks libvirt what came of a deletion, writes that down, and says it. `gone`: what libvirt has no longer. */
export async function lookAfterDelete(
  work: DeleteWork,
  asked: readonly AskedStep[],
): Promise<{ outcome: Ended; gone: string[] }> {
  const { request, checked, operation, ground } = work;
  const { uuid } = checked.facts.domain;
  const seen = await lookAfterwards(request.session, async (reads): Promise<Seen | null> => {
    const [domain, { list }, xml] = await Promise.all([
      readDomain(reads, uuid),
      request.session.readSnapshots(uuid),
      domainXml(reads, uuid, false),
    ]);
    if (!domain) return null;
    const { state, reason } = domain;
    const images = new Map(imagesOf(readDisks(parseXml(xml, 'domain'))).map(({ target, path }) => [target, path]));
    return { ...list, found: { state, reason, current: list.current }, images };
  });
  const last = asked.at(-1)?.answer;
  const problem = last && 'problem' in last ? last.problem : undefined;
  const gone = seen ? checked.assessment.goes.filter((name) => !has(seen, name)) : [];
  const complete = asked.length === checked.assessment.steps.length && last?.result === 'done';
  const differences = seen && complete ? differ(seen, work) : [];
  await writeDown(asked, seen, differences, ground);
  const result = complete ? 'done' : operation.signal.aborted ? 'cancelled' : (last?.result ?? 'cancelled');
  const told = [
    ...(seen
      ? goneSentences(gone, checked.assessment.goes)
      : ['libvirt could not be asked for the snapshots afterwards.']),
    ...mergeSentences(work, asked),
  ];
  // With some of several gone, “refused” would be untrue.
  const partly = result === 'refused' && gone.length > 0 ? 'failed' : result;
  const shown = problem ?? (seen ? undefined : problemOf('NOT_CONFIRMED'));
  return { outcome: { result: partly, told, differences, ...(shown ? { problem: shown } : {}) }, gone };
}

function has({ snapshots }: SnapshotList, name: string): boolean {
  return snapshots.some((snapshot) => snapshot.name === name);
}

function goneSentences(gone: readonly string[], goes: readonly string[]): string[] {
  const left = goes.filter((name) => !gone.includes(name));
  if (left.length === 0) return goes.length > 1 ? [`${gone.length} snapshots are gone.`] : [];
  return [
    ...(gone.length > 0 ? [`Gone: ${list(gone)}.`] : []),
    `Still there: ${left.length > 10 ? `${list(left.slice(0, 10))} and ${left.length - 10} more` : list(left)}.`,
  ];
}

/** Sentences where the tree or the disks are not as the assessment said. */
function differ(seen: Seen, { checked: { facts, assessment } }: DeleteWork): string[] {
  const moved = new Map(assessment.moves.map(({ name, to }) => [name, to]));
  const left = assessment.goes.filter((name) => has(seen, name));
  const astray = facts.snapshots
    .filter(({ name }) => !assessment.goes.includes(name))
    .flatMap(({ name, parent }) => {
      const now = seen.snapshots.find((snapshot) => snapshot.name === name);
      const expected = moved.has(name) ? (moved.get(name) ?? null) : parent;
      if (!now) return [`“${name}” is gone; it was to stay.`];
      return now.parent === expected
        ? []
        : [`“${name}” is ${now.parent === null ? 'at the top' : `under “${now.parent}”`} now, which was not expected.`];
    });
  const writes = new Map(facts.domain.images.map(({ target, path }) => [target, path]));
  for (const { target, into, active } of assessment.merges) if (active) writes.set(target, into);
  const disks = [...writes].flatMap(([target, expected]) => {
    const now = seen.images.get(target);
    return now === undefined || now === expected ? [] : [`Disk ${target} writes to ${now}; ${expected} was expected.`];
  });
  return [
    ...(left.length > 0 ? [`${list(left)} ${left.length === 1 ? 'is' : 'are'} still there.`] : []),
    ...astray,
    ...(seen.current === assessment.current
      ? []
      : [`The current snapshot is ${seen.current === null ? 'none' : `“${seen.current}”`}, which was not expected.`]),
    ...disks,
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
  seen: Seen | null,
  differences: readonly string[],
  ground: DeleteWork['ground'],
) {
  for (const [index, { answer }] of asked.entries()) {
    const { requestId, result } = answer;
    if (requestId === null) continue;
    const told = index === asked.length - 1 ? differences : [];
    if (result !== 'unknown') await ground.journal.found(requestId, seen?.found ?? null, told);
    else if (seen) await ground.journal.resolved(requestId, 'unknown', seen.found, told);
    else ground.journal.abandon(requestId); // it is found out when the host is back
  }
}
