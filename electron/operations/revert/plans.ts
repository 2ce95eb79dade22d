import { randomUUID } from 'node:crypto';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import { assessRevert, staleness } from '../../../shared/operations/revert/risk.ts';
import type { RevertAim, RevertFacts, RevertPlan, Snapshot } from '../../../shared/schema.ts';
import type { Memory } from '../../hosts/health/remembered.ts';
import { HeldPlans, StalePlanError } from '../../hosts/held-plans.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { MarkStore } from '../../hosts/marks.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { gatherSafety } from './safety/facts.ts';
import type { SettingsStore } from '../../hosts/settings.ts';
import { undoOffer } from './undo.ts';
import { choiceIn } from './choice.ts';
import { gatherRevertFacts } from './facts.ts';

/** The reverts that were shown to somebody. */
export class RevertPlans extends HeldPlans<RevertPlan> {
  constructor(
    private readonly marks: MarkStore,
    private readonly settings: SettingsStore,
    kept?: number,
  ) {
    super(kept);
  }

  /**
   * Gathers facts and says what each choice would mean.
   * @param riskReported libvirt's words, when it has just refused this revert as risky.
   * @throws as gatherRevertFacts; ProblemError NO_UNDO, NO_SNAPSHOT
   */
  async make(
    session: HostSession,
    uuid: string,
    aim: RevertAim,
    riskReported: string | null = null,
    kind: RevertPlan['kind'] = aim.kind === 'undo' ? 'undo' : 'revert',
  ): Promise<RevertPlan> {
    const target = await resolveAim(session, uuid, aim, this.marks);
    const facts = await gatherRevertFacts(session, uuid, target, riskReported, this.marks);
    const plan: RevertPlan = {
      planId: randomUUID(),
      hostId: session.host.id,
      hostName: session.host.name,
      virsh: virshTarget(session.host, facts.domain),
      target,
      gatheredAt: Date.now(),
      facts,
      choices: {
        'as-saved': assessRevert(facts, choiceIn({ startState: 'as-saved' })),
        running: assessRevert(facts, choiceIn({ startState: 'running' })),
        paused: assessRevert(facts, choiceIn({ startState: 'paused' })),
      },
      kind,
      safety: (await gatherSafety(session, facts, this.settings.get().safetyNamePattern)).offer,
      protected: this.marks.isProtected(session.host, uuid),
    };
    return this.keep(plan);
  }
}

/**
 * Gathers the facts of a plan anew.
 * @throws StalePlanError when anything that the person read is no longer so; else as gatherRevertFacts.
 */
export async function factsOf(
  session: HostSession,
  { facts, target }: RevertPlan,
  marks: Memory,
): Promise<RevertFacts> {
  let now: RevertFacts;
  try {
    now = await gatherRevertFacts(session, facts.domain.uuid, target, facts.riskReported, marks);
  } catch (error) {
    const gone = ['NO_DOMAIN', 'SNAPSHOT_GONE', 'NO_CURRENT_SNAPSHOT'];
    if (error instanceof ProblemError && gone.includes(error.problem.code))
      throw new StalePlanError([error.problem.what]);
    throw error;
  }
  const changes = staleness(facts, now);
  if (changes.length > 0) throw new StalePlanError(changes);
  return now;
}

/** Which snapshot is meant. @throws ProblemError NO_UNDO, NO_SNAPSHOT, NO_TAGGED_SNAPSHOT, NOT_CONNECTED */
async function resolveAim(
  session: HostSession,
  uuid: string,
  aim: RevertAim,
  marks: MarkStore,
): Promise<RevertPlan['target']> {
  if (aim.kind === 'undo') {
    const { snapshotName, reason } = await undoOffer(session, uuid, marks);
    if (snapshotName === null) throw new ProblemError('NO_UNDO', { reason: reason ?? '' });
    return { kind: 'named', name: snapshotName };
  }
  if (aim.kind === 'newest' || aim.kind === 'tagged') {
    const { snapshots } = (await session.readSnapshots(uuid)).list;
    // A tag does not pass to a snapshot that was taken anew under the same name.
    if (aim.kind === 'tagged') await marks.recognise(session.host, uuid, snapshots);
    const names = aim.kind === 'tagged' ? marks.taggedWith(session.host, uuid, aim.tag) : null;
    const meant = snapshots.filter(({ name }) => names === null || names.includes(name));
    const newest = meant.reduce<Snapshot | null>((a, b) => (a && a.createdAt > b.createdAt ? a : b), null);
    const domain = session.domains.find((each) => each.uuid === uuid)?.name ?? uuid;
    if (!newest && aim.kind === 'tagged') throw new ProblemError('NO_TAGGED_SNAPSHOT', { domain, tag: aim.tag });
    if (!newest) throw new ProblemError('NO_SNAPSHOT', { domain });
    return { kind: 'named', name: newest.name };
  }
  return aim;
}
