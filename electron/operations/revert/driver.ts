import { assessRevert } from '../../../shared/operations/revert/risk.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type { RevertTarget, StartState } from '../../../shared/schema.ts';
import type { Driver, Gathered, Gathering, Work } from '../engine/driver.ts';
import { resolveAim } from './aim.ts';
import { askToRevert } from './ask.ts';
import { gatherRevert } from './facts.ts';
import { judgeRevert, type RevertDone } from './judge.ts';
import { prepare } from './prepare.ts';
import { gatherSafety } from './safety/facts.ts';
import { removeOldSafety } from './safety/retention.ts';
import { imagesToLookInto, lookAtRevert, processBefore, type RevertSeen } from './verify.ts';

type Type = typeof revertType;
interface GatheredRevert extends Gathered<Type> {
  /** What it goes back to: `current` and the like mean that one from then on. */
  readonly target: RevertTarget;
  /** The configuration of the next start, which goes with the revert: XML without secrets. */
  readonly config: string;
}

export const revertDriver: Driver<Type, RevertDone, RevertSeen, GatheredRevert> = {
  type: revertType,
  sparesSnapshots: true,
  firstPhase: ({ safetySnapshot }) => (safetySnapshot ? 'snapshotting' : 'reverting'),
  async gather({ session, uuid, aim, services, ordered, refusal }: Gathering<Type>) {
    const target = ordered?.plan.target ?? (await resolveAim(session, uuid, aim, services.marks));
    const reported = refusal ?? ordered?.plan.facts.riskReported ?? null;
    const { facts, config } = await gatherRevert(session, uuid, target, reported, services.marks);
    return { domainName: facts.domain.name, facts, target, config };
  },
  async complete({ facts, target }, { session, aim, services, ordered }) {
    const { safetyNamePattern } = services.settings.get();
    const { offer: safety } = await gatherSafety(session, facts, safetyNamePattern);
    const assess = (startState: StartState) =>
      assessRevert(facts, { startState, safetySnapshot: false, removeManagedSave: false, resetNvram: false });
    return {
      target,
      choices: { 'as-saved': assess('as-saved'), running: assess('running'), paused: assess('paused') },
      undo: ordered?.plan.undo ?? aim.kind === 'undo',
      safety,
    };
  },
  async carryOut(work, { config }) {
    const prepared = await prepare(work);
    const { report, safetyRequestId, next } = prepared;
    const bare = { report, safetyRequestId, forced: false, answer: null, retryPlanId: null, idBefore: null };
    if ('stop' in next) return { ...bare, go: { facts: work.facts, assessment: work.assessment }, stop: next.stop };
    work.operation.phase('reverting');
    const idBefore = await processBefore(work.session, work.plan);
    return { ...bare, go: next.go, stop: null, idBefore, ...(await askToRevert(work, next.go, config)) };
  },
  look: (reads, { plan }, { stop }) => lookAtRevert(reads, plan.uuid, stop ? [] : imagesToLookInto(plan)),
  judge: judgeRevert,
  async settle(work, { answer, safetyRequestId }, { result }) {
    const { session, services, plan } = work;
    if (answer && result !== 'refused')
      await services.marks
        .noteRevert(session.host, plan.uuid, { revertedTo: plan.facts.snapshot.name, safetyRequestId })
        .catch((error: unknown) => services.log(`marks: ${error}`));
    const tidied = result === 'done' ? await tidy(work) : null;
    return tidied ? { tidied } : undefined;
  },
};

async function tidy({ session, plan, operation, services }: Work<Type>) {
  try {
    const { uuid } = plan;
    if (services.marks.safety(session.host, uuid).length <= services.settings.get().safetySnapshotsKept) return null;
    operation.phase('tidying');
    return await session.holding(uuid, () => removeOldSafety(session, plan, operation.id, services));
  } catch (error) {
    services.log(`older safety snapshots were left: ${error}`);
    return null;
  }
}
