import { pointsOf } from '../../../shared/chain.ts';
import type { DeleteFacts } from '../../../shared/schema.ts';
import type { Gate } from '../../hosts/gate.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import type { Seen } from '../engine/driver.ts';
import type { AskedStep, DeleteWork } from './driver.ts';
import { gatherDeleteFacts } from './gather.ts';
import { isProven } from './judge.ts';
import { whenMerged } from './merging.ts';

/** What there is after a deletion. */
export interface DeleteSeen extends Seen {
  /** null where libvirt no longer lists the domain. */
  readonly facts: DeleteFacts | null;
  /** Files that were to be gone and can still be opened. */
  readonly left: readonly string[];
}

/** Looks again at everything that was promised, once a merge whose answer was lost is over. */
export async function lookAfterDelete(reads: Gate, work: DeleteWork, asked: readonly AskedStep[]): Promise<DeleteSeen> {
  const { session, services, assessment } = work;
  const { uuid } = work.plan;
  const last = asked.at(-1);
  if (last?.answer.result === 'unknown')
    await whenMerged(
      reads,
      uuid,
      last.effect.merges.map(({ target }) => target),
    );
  const facts = await gatherDeleteFacts(session, uuid, services.marks, undefined, heldBy(work)).catch(
    (error: unknown) => {
      if (error instanceof ProblemError && error.problem.code === 'NO_DOMAIN') return null;
      throw error;
    },
  );
  if (!facts) return { found: null, facts, left: [] };
  const left: string[] = [];
  for (const path of assessment.after.gone) if (await fileExists(reads, path)) left.push(path);
  if (last?.answer.requestId && isProven(last, facts)) work.proven.add(last.answer.requestId);
  const { state, reason } = facts.domain;
  return { found: { state, reason, current: facts.current }, facts, left };
}

/** The images that hold what was to go. */
function heldBy({ facts, assessment }: DeleteWork): string[] {
  const goes = new Set(assessment.goes);
  const stored = facts.snapshots.flatMap((snapshot) => (goes.has(snapshot.name) ? [snapshot.stored] : []));
  return stored.flatMap(pointsOf).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : []));
}
