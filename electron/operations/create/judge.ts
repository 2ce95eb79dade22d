import { problemOf } from '../../../shared/errors.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { Shot } from '../../kept/thumbnails/capture.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { Answer } from '../engine/ask.ts';
import type { Judged, Seen } from '../engine/driver.ts';
import { lookAfterwards } from '../engine/look.ts';
import { notThawed, type Thawed, thaw } from '../engine/thaw.ts';
import { differencesOfTaken, isUseless, leftBehind, movedDisks, notCompared } from './promises.ts';
import { type CreateExpected, type CreateSeen, readCreated } from './verify.ts';

type Failure = Exclude<Answer<string>, { result: 'done' }>;

const notAsked = 'libvirt could not be asked for the result.';

export interface CreateDone {
  readonly answer: Answer<string>;
  readonly expected: CreateExpected;
  readonly shot: Shot;
}
export interface LookedAtCreate extends Seen {
  /** null: the domain is gone. */
  readonly seen: CreateSeen | null;
  readonly thawed: Thawed | null;
}

/**
 * Looks at what came of it. A guest that may have been frozen is thawed first, unless libvirt said that all went well;
 * where the answer was lost libvirt is at nothing any more by now, so that it is not thawed in the middle of it.
 */
export async function lookAfterCreate(
  session: HostSession,
  { answer, expected }: Pick<CreateDone, 'answer' | 'expected'>,
): Promise<LookedAtCreate> {
  const thawed = mayBeFrozen(answer, expected) ? await thaw(session, expected.before.uuid) : null;
  const seen = await lookAfterwards(session, (reads) => readCreated(reads, expected));
  const found = seen && { state: seen.state, reason: seen.reason, current: seen.current };
  return { found, seen, thawed };
}

/** What came of a snapshot that libvirt was asked for, by what was seen afterwards. */
export function judgeCreate(
  { answer, expected }: Pick<CreateDone, 'answer' | 'expected'>,
  looked: LookedAtCreate | null,
  cancelled: boolean,
): Judged {
  const seen = looked?.seen ?? null;
  const judged =
    answer.result === 'done' ? taken(seen, expected, cancelled) : notTaken(answer, seen, expected, cancelled);
  const thawed = looked ? looked.thawed : mayBeFrozen(answer, expected) ? notThawed() : null;
  return thawed ? withThaw(judged, thawed) : judged;
}

/** libvirt sends the freeze after it has checked everything else; `null` was never asked for. */
function mayBeFrozen(answer: Answer<string>, { row }: CreateExpected): boolean {
  return (row.flags & createFlag.quiesce) !== 0 && answer.result !== 'done' && answer.requestId !== null;
}

function taken(seen: CreateSeen | null, expected: CreateExpected, cancelled: boolean): Judged {
  if (!seen) return { result: 'done', notes: [notAsked], differences: [] };
  const differences = differencesOfTaken(seen, expected);
  const late = cancelled ? ['It finished before it could be cancelled.'] : [];
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

function notTaken(failure: Failure, seen: CreateSeen | null, expected: CreateExpected, cancelled: boolean): Judged {
  const { result, problem, error } = failure;
  if (!seen) return { result, notes: [notAsked], differences: [], problem };
  if (result === 'unknown') return found(failure, seen, expected);
  const aborted = cancelled && error instanceof LibvirtError && error.is('OPERATION_ABORTED');
  const left = leftBehind(seen, expected);
  const moved = !seen.snapshot && movedDisks(seen, expected.files).length > 0;
  return {
    result: aborted ? 'cancelled' : result === 'refused' && left.length > 0 ? 'failed' : result,
    notes:
      left.length > 0
        ? []
        : ['No snapshot is listed, nothing was left behind, and the disks use the same images as before.'],
    differences: left,
    problem: moved ? problemOf('CREATE_HALF_DONE', {}, problem.detail) : problem,
  };
}

/** The answer was lost on the way; what libvirt shows later is notes, and not taken for the answer. */
function found({ result, problem }: Failure, seen: CreateSeen, expected: CreateExpected): Judged {
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

function withThaw(ended: Judged, { sentence, certain }: Thawed): Judged {
  return certain
    ? { ...ended, notes: [...ended.notes, sentence] }
    : { ...ended, differences: [...ended.differences, sentence] };
}
