import type { AnyType } from '../../../shared/operations/operation.ts';
import type { Outcome, SnapshotList } from '../../../shared/schema.ts';
import type { Gate } from '../../hosts/gate.ts';
import { type SeenTree, seeTree } from '../../inspect/tree.ts';
import type { Answer } from '../engine/ask.ts';
import type { Judged, Seen, Work } from '../engine/driver.ts';
import { lookAtWork } from '../engine/look.ts';
import { lost } from '../engine/settle.ts';
import { Redefining } from './redefinition.ts';
import { type KeptMetadata, restoreMetadata, treeDifferences } from './restore.ts';

/** A change of metadata alone. */
export interface Change {
  readonly kept: KeptMetadata;
  /** Asks for one step after the other, and ends at the first that does not succeed. */
  steps(redefining: Redefining): Promise<void>;
  /** Sentences where the tree is not as planned. @throws LibvirtError, ConnectionError */
  differences(seen: SnapshotList): Promise<readonly string[]>;
  /** What to say when all is as planned. */
  readonly notes: readonly string[];
}

export interface Changed {
  readonly change: Change;
  /** The step that did not succeed; null where all did, or an answer that was lost was seen to be a yes. */
  readonly failure: Exclude<Answer<void>, { result: 'done' }> | null;
  readonly wasLost: boolean;
  /** Nothing but the failing step was asked for, and that was refused. */
  readonly untouched: boolean;
  /** What could not be put back after a failure; null where it is not known. */
  readonly notRestored: readonly string[] | null;
}
export interface SeenMetadata extends Seen {
  readonly tree: SeenTree | null;
  /** Null: they could not be compared. */
  readonly differences: readonly string[] | null;
}

/** Carries a change out. One whose answer was lost may have been done after all; one that failed half way is put back. */
export async function changeMetadata(work: Work<AnyType>, change: Change): Promise<Changed> {
  const { session, plan, asked } = work;
  return session.holding(plan.uuid, async () => {
    const redefining = new Redefining(work, change.kept.list.current);
    await change.steps(redefining);
    const { last } = redefining;
    const failure = last && last.result !== 'done' ? last : null;
    const wasLost = failure?.result === 'unknown';
    const fine = { change, failure: null, wasLost, untouched: false, notRestored: [] };
    if (!failure) return fine;
    const isProven = wasLost && (await isAsPlanned(work, change));
    if (isProven) return fine;
    const untouched = asked.length === 1 && failure.result === 'refused';
    return { change, failure, wasLost, untouched, notRestored: await restoreMetadata(change.kept, redefining) };
  });
}

async function isAsPlanned(work: Work<AnyType>, change: Change): Promise<boolean> {
  const seen = await lookAtWork(work, (reads) => seeTree(reads, work.session, work.plan.uuid));
  const differences = seen && (await change.differences(seen).catch(() => null));
  return differences?.length === 0;
}

/** How the tree is, held against what was planned or, after a failure, against what was there before. */
export async function lookAtMetadata(
  reads: Gate,
  { session, plan }: Work<AnyType>,
  { change, failure }: Changed,
): Promise<SeenMetadata> {
  const tree = await seeTree(reads, session, plan.uuid);
  if (!tree) return { found: null, tree, differences: null };
  const differences = failure
    ? treeDifferences(change.kept.list, tree)
    : await change.differences(tree).catch(() => null);
  return { found: tree.found, tree, differences };
}

const restored = 'Everything is as it was before: libvirt lists the same snapshots, parents and current snapshot.';
/** A redefinition that cannot be written takes the snapshot off libvirt's list, its old file left (seen on 9.0 and 11.3). */
const keptInHistory =
  'The previous XML is kept in Activity, without passwords. It can be imported again once libvirt can write. Often the old file is still on the host; restarting libvirtd then brings it back.';

export function judgeMetadata(
  { change, failure, wasLost, untouched, notRestored }: Changed,
  seen: SeenMetadata | null,
): Judged {
  const problem = failure?.problem;
  const said = (result: Outcome['result'], notes: readonly string[], differences: readonly string[] = []): Judged => ({
    result,
    notes,
    differences,
    ...(problem ? { problem } : {}),
  });
  const { differences = null } = seen ?? {};
  if (!differences) return said(failure?.result ?? 'done', ['libvirt could not be asked for the snapshots now.']);
  if (!failure)
    return said('done', [...(wasLost ? [lost] : []), ...(differences.length > 0 ? [] : change.notes)], differences);
  if (notRestored === null) return said('unknown', ['It is not known whether everything was restored.']);
  const left = [...notRestored, ...differences];
  const ended = wasLost ? 'unknown' : untouched ? 'refused' : 'failed'; // what was lost may still be done
  return said(ended, left.length > 0 ? [keptInHistory] : [restored], left);
}
