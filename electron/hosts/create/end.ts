import { problemOf } from '../../../shared/errors.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { Answer } from '../deeds/ask.ts';
import type { Ended } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { differencesOfTaken, isUseless, leftBehind, movedDisks, notCompared } from './promises.ts';
import { type Thawed, thaw } from './thaw.ts';
import { type CreateExpected, type CreateSeen, lookAtCreate } from './verify.ts';

type Failure = Exclude<Answer<string>, { result: 'done' }>;

const notAsked = 'libvirt could not be asked how things are afterwards.';

/**
 * What came of a snapshot that libvirt was asked for, found out by asking. A guest that may have been frozen is thawed,
 * unless libvirt said that all went well.
 */
export async function endOfCreate(
  session: HostSession,
  answer: Answer<string>,
  expected: CreateExpected,
  cancelled: boolean,
  { journal }: Pick<Ground, 'journal'>,
): Promise<Ended> {
  const { before, row } = expected;
  const freezes = (row.flags & createFlag.quiesce) !== 0;
  const lost = answer.result === 'unknown';
  // What libvirt goes on with by itself must not be thawed in the middle of it.
  const early = lost ? await lookAtCreate(session, expected, true) : null;
  const thawed = freezes && mayBeFrozen(answer) ? await thaw(session, before.uuid) : null;
  const seen = lost ? early : await lookAtCreate(session, expected, false);
  const ended =
    answer.result === 'done' ? taken(seen, expected, cancelled) : notTaken(answer, seen, expected, cancelled);
  const whole = thawed ? withThaw(ended, thawed) : ended;
  await writeDown(answer, seen, whole, journal);
  return whole;
}

/** libvirt sends the freeze after it has checked everything else; `null` was never asked for. */
function mayBeFrozen(answer: Answer<string>): boolean {
  return answer.result !== 'done' && answer.requestId !== null;
}

function taken(seen: CreateSeen | null, expected: CreateExpected, cancelled: boolean): Ended {
  if (!seen) return { result: 'done', notes: [notAsked], differences: [] };
  const differences = differencesOfTaken(seen, expected);
  const late = cancelled ? ['It was finished before it could be cancelled.'] : [];
  const notes = [...late, ...(differences.length > 0 ? [] : [asPlanned(expected)]), ...notCompared(seen)];
  if (!isUseless(seen, expected)) return { result: 'done', notes, differences };
  return { result: 'failed', notes, differences, problem: problemOf('CREATE_NOT_KEPT', { snapshot: expected.name }) };
}

function asPlanned({ files, row }: CreateExpected): string {
  const targets = files.overlays.map(({ target }) => target).join(', ');
  const moved =
    row.disks === 'external' && targets !== ''
      ? ` ${targets} ${files.overlays.length === 1 ? 'writes' : 'write'} to the new ${files.overlays.length === 1 ? 'file' : 'files'}.`
      : '';
  return `libvirt lists it as the current snapshot.${moved}`;
}

function notTaken(failure: Failure, seen: CreateSeen | null, expected: CreateExpected, cancelled: boolean): Ended {
  const { result, problem, error } = failure;
  if (!seen) return { result, notes: [notAsked], differences: [], problem };
  if (result === 'unknown') return found(failure, seen, expected);
  const aborted = cancelled && error instanceof LibvirtError && error.is('OPERATION_ABORTED');
  const left = leftBehind(seen, expected);
  const moved = !seen.snapshot && movedDisks(seen, expected.files).length > 0;
  return {
    result: aborted ? 'cancelled' : result === 'refused' && left.length > 0 ? 'failed' : result,
    notes:
      left.length > 0 ? [] : ['No snapshot is listed, nothing was left behind, and the disks are those of before.'],
    differences: left,
    problem: moved ? problemOf('CREATE_HALF_DONE', {}, problem.detail) : problem,
  };
}

/** The answer was lost on the way; what libvirt shows later is notes, and not taken for the answer. */
function found({ result, problem }: Failure, seen: CreateSeen, expected: CreateExpected): Ended {
  const { name } = expected;
  if (!seen.snapshot)
    return {
      result,
      notes: [`libvirt lists no snapshot “${name}”.`],
      differences: leftBehind(seen, expected),
      problem,
    };
  const differences = differencesOfTaken(seen, expected);
  const notes = [`libvirt lists “${name}”${differences.length > 0 ? '' : ', as planned'}.`];
  return { result, notes, differences, problem };
}

function withThaw(ended: Ended, { sentence, certain }: Thawed): Ended {
  return certain
    ? { ...ended, notes: [...ended.notes, sentence] }
    : { ...ended, differences: [...ended.differences, sentence] };
}

async function writeDown(
  { requestId, result }: Answer<string>,
  seen: CreateSeen | null,
  ended: Ended,
  journal: Ground['journal'],
): Promise<void> {
  if (requestId === null) return;
  const at = seen && { state: seen.state, reason: seen.reason, current: seen.current };
  if (result !== 'unknown') return journal.found(requestId, at, ended.differences);
  if (!at) return journal.abandon(requestId);
  await journal.resolved(requestId, 'unknown', at, [...ended.notes, ...ended.differences]);
}
