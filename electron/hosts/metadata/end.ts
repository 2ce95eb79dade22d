import type { Ended } from '../deeds/run-deed.ts';
import type { MetadataAsker } from './asker.ts';
import { type KeptMetadata, restoreMetadata } from './restore.ts';
import { type SeenTree, seeTree } from './tree.ts';

interface End {
  readonly kept: KeptMetadata;
  /** Sentences where the tree is not as planned. */
  look(seen: SeenTree): Promise<readonly string[]>;
  /** What to say when all is as planned. */
  readonly notes: readonly string[];
}

const restored =
  'Everything is as it was before: libvirt was asked, and its snapshots, their parents and the current one are the same.';

/**
 * Looks at what came of a change of metadata. One whose answer was lost may have been done after all; one that failed
 * half way is put back.
 */
export async function endOf(asker: MetadataAsker, { kept, look, notes }: End): Promise<Ended> {
  const { last } = asker;
  const { session, domain, operation } = asker.errand;
  operation.phase('verifying');
  const seen = await seeTree(session, domain.uuid);
  const differences = seen && (await look(seen).catch(() => null));
  const failure = last && last.result !== 'done' ? last : null;
  if (!seen || differences === null) {
    await writeDown(asker, null, []);
    const notes = ['libvirt could not be asked how the snapshots are now.'];
    return failure
      ? { result: failure.result, notes, differences: [], problem: failure.problem }
      : { result: 'done', notes, differences: [] };
  }
  if (!failure || (failure.result === 'unknown' && differences.length === 0)) {
    await writeDown(asker, seen, differences);
    return { result: 'done', notes: differences.length > 0 ? [] : [...notes], differences: [...differences] };
  }
  const back = await restoreMetadata(kept, asker);
  await writeDown(asker, back?.seen ?? seen, back?.differences ?? []);
  const { problem } = failure;
  if (!back)
    return { result: 'unknown', notes: ['It is not known whether everything was put back.'], differences: [], problem };
  const first = asker.asked.length === 1 && failure.result === 'refused';
  return {
    result: first ? 'refused' : 'failed',
    notes: back.differences.length > 0 ? [keptInHistory] : [restored],
    differences: [...back.differences],
    problem,
  };
}

/** A redefinition that cannot be written takes the snapshot off libvirt's list, its old file left (seen on 9.0 and 11.3). */
const keptInHistory =
  'What libvirt had before is kept in the history, without passwords: it can be imported again once libvirt can write. Its old file is often still on the host, and then restarting libvirtd brings it back.';

/** What was found, on the last request; and that those without an answer were looked into. */
async function writeDown(asker: MetadataAsker, seen: SeenTree | null, differences: readonly string[]): Promise<void> {
  const { journal } = asker.errand.ground;
  for (const requestId of asker.unanswered) {
    if (seen) await journal.resolved(requestId, 'unknown', seen.found, [lost, ...differences]);
    else journal.abandon(requestId); // it is found out when the host is back
  }
  const last = asker.asked.filter((requestId) => !asker.unanswered.includes(requestId)).at(-1);
  if (last !== undefined) await journal.found(last, seen?.found ?? null, differences);
}

const lost = 'Snapkeel did not see libvirt’s answer, and looked at the snapshots afterwards.';
