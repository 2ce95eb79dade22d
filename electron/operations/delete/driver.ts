import type { StepEffect } from '../../../shared/operations/delete/assess.ts';
import type { DeleteStep } from '../../../shared/operations/delete/steps.ts';
import { deleteType } from '../../../shared/operations/delete/type.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import type { Answer } from '../engine/ask.ts';
import type { Driver, Work } from '../engine/driver.ts';
import { gatherDeleteFacts } from './gather.ts';
import { goneOf, isWritten, judgeDelete } from './judge.ts';
import { type DeleteSeen, lookAfterDelete } from './look.ts';
import { followMerge, type Merging } from './merging.ts';
import { deleteStep, remember } from './step.ts';

export type DeleteWork = Work<typeof deleteType>;

/** One call, what libvirt answered, and what was seen of its merge. */
export interface AskedStep {
  readonly step: DeleteStep;
  readonly effect: StepEffect;
  readonly answer: Answer<void>;
  readonly merging: Pick<Merging, 'began' | 'notCancelled'> | null;
}

/** Deletes as planned, one call after the other, and ends at the first that does not succeed. */
export const deleteDriver: Driver<typeof deleteType, readonly AskedStep[], DeleteSeen> = {
  type: deleteType,
  /** Plans hold the whole tree. */
  plansKept: 8,
  async gather({ session, uuid, aim, services, ordered }) {
    const facts = await gatherDeleteFacts(session, uuid, services.marks);
    const there = new Set(facts.snapshots.map(({ name }) => name));
    const missing = aim.names.find((name) => !there.has(name));
    // Of a plan that was read, it is told with everything else that has changed.
    if (missing !== undefined && !ordered) throw new ProblemError('SNAPSHOT_GONE', { snapshot: missing });
    return { domainName: facts.domain.name, facts };
  },
  complete: async (_facts, { aim }) => aim,
  async carryOut(work) {
    const asked: AskedStep[] = [];
    for (const [index, step] of work.assessment.steps.entries()) {
      if (work.operation.signal.aborted) break; // between two calls nothing is half done
      const effect = work.assessment.effects[index] ?? { merges: [], unlinks: [] };
      const taken = await takeStep(step, effect, work);
      asked.push(taken);
      if (taken.answer.result !== 'done') break;
    }
    return asked;
  },
  look: lookAfterDelete,
  judge: judgeDelete,
  async settle(work, asked, { seen }) {
    const { session, services, plan, facts } = work;
    const last = asked.at(-1);
    const wasInterrupted = facts.snapshots.some(({ name, interrupted }) => name === last?.step.name && interrupted);
    const isUntouched = last && last.answer.result !== 'done' && !wasInterrupted && isWritten(last, seen) === false;
    const untouched = isUntouched ? [last.step.name] : [];
    await remember(services, session, plan.uuid, { gone: goneOf(work, seen), untouched });
  },
};

async function takeStep(step: DeleteStep, effect: StepEffect, work: DeleteWork): Promise<AskedStep> {
  const { session, services, plan, operation, facts, assessment } = work;
  const { uuid } = plan;
  const merges = effect.merges.length > 0;
  operation.phase('working', merges || assessment.steps.length > 1 ? 'abortable' : undefined);
  const targets = effect.merges.map(({ target }) => target);
  const merging = merges ? followMerge(session, uuid, targets, operation, services.log) : null;
  try {
    const about = {
      kind: 'delete',
      currentBefore: facts.current,
      words: `Deleted: “${step.name}”`,
      ...effect,
    } as const;
    return { step, effect, merging, answer: await deleteStep({ ...work, uuid }, step, about) };
  } catch (error) {
    if (work.asked.length === 0) throw error;
    const problem = toProblem(error, session.host.name, 'delete');
    return { step, effect, merging, answer: { result: 'refused', requestId: null, problem, error } };
  } finally {
    merging?.stop();
  }
}
