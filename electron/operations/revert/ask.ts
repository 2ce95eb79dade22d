import { setTimeout as sleep } from 'node:timers/promises';
import { revertFlag } from '../../../shared/libvirt/flags.ts';
import { can } from '../../../shared/libvirt/versions.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import type { Assessment, RevertChoice, RevertOutcome, RevertPlan, StartState } from '../../../shared/schema.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { revertToSnapshot } from '../../libvirt/snapshots.ts';
import type { Ground } from '../../hosts/ground.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { nothingDone, ProblemError, toProblem } from '../../hosts/problems.ts';

export type Answer = Pick<RevertOutcome, 'result' | 'forced' | 'problem' | 'retryWith'> & {
  /** The request whose answer this is; null when libvirt was not asked. */
  readonly requestId: string | null;
};
export interface Ask {
  readonly session: HostSession;
  readonly plan: RevertPlan;
  readonly operationId: string;
  readonly choice: Pick<RevertChoice, 'startState' | 'resetNvram'>;
  readonly mayForce: boolean;
  readonly assessment: Assessment;
  /** The current snapshot at this moment. */
  readonly current: string | null;
}

export const startFlag: Readonly<Record<StartState, number>> = {
  'as-saved': 0,
  running: revertFlag.running,
  paused: revertFlag.paused,
};
/** External reverts name their overlays by the second, so that two within one collide. */
const NEXT_SECOND_MS = 1_100;

/** Asks libvirt to revert; by force only after it has answered SNAPSHOT_REVERT_RISKY, as virsh does. */
export async function askToRevert(ask: Ask, ground: Ground): Promise<Answer> {
  const { session, plan, operationId, choice, mayForce, assessment } = ask;
  const { domain, snapshot } = plan.facts;
  const { host } = session;
  let requestId: string | null = null;
  let forced = false;
  const revert = async (extra: number) => {
    const flags = startFlag[choice.startState] | (choice.resetNvram ? revertFlag.resetNvram : 0) | extra;
    requestId = null;
    requestId = await ground.journal.begin({
      operationId,
      kind: 'revert',
      host,
      domain: { uuid: domain.uuid, name: domain.name },
      snapshot: snapshot.name,
      flags,
      plan: planLines(plan, choice, assessment),
      currentBefore: ask.current,
    });
    await ground.journal.answer(requestId, host.name, () =>
      revertToSnapshot(session.writes, domain.uuid, snapshot.name, flags),
    );
  };
  const twice = (extra: number) =>
    revert(extra).catch(async (error: unknown) => {
      if (!isCollision(error, plan)) throw error;
      await sleep(NEXT_SECOND_MS);
      return revert(extra);
    });
  const byForce = (error: unknown) => {
    if (!isRisky(error) || !mayForce) throw error;
    forced = true;
    return twice(revertFlag.force);
  };
  try {
    await twice(0).catch(byForce);
    return { requestId, result: 'done', forced };
  } catch (error) {
    if (error instanceof ConnectionError) {
      const { problem } = new ProblemError('OUTCOME_UNKNOWN', { host: host.name }, error.message);
      return { requestId, result: 'unknown', forced, problem };
    }
    const problem = toProblem(error, host.name);
    const refused: Answer = { requestId, result: nothingDone(error) ? 'refused' : 'failed', forced, problem };
    if (forced || !isRisky(error)) return refused;
    const retryWith = await ground.plans
      .make(session, domain.uuid, plan.target, error.message, plan.kind)
      .catch(() => undefined);
    return retryWith ? { ...refused, retryWith } : refused;
  }
}

function isRisky(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && error.is('SNAPSHOT_REVERT_RISKY');
}

/** qemuSnapshotRevertExternalPrepare: CONFIG_UNSUPPORTED, "already exists", when an overlay of this second is there. */
function isCollision(error: unknown, { facts }: RevertPlan): boolean {
  return (
    error instanceof LibvirtError &&
    error.is('CONFIG_UNSUPPORTED') &&
    facts.snapshot.kind === 'external' &&
    can(facts.libvirtVersion, 'revertsExternal')
  );
}

/** Every sentence of the plan that was read, as it was chosen. */
function planLines(
  plan: RevertPlan,
  { startState, resetNvram }: Ask['choice'],
  { losses, warnings, requirements }: Assessment,
): string[] {
  const { kind, facts } = plan;
  return [
    kind === 'undo' ? `Undo: back to “${facts.snapshot.name}”` : `Revert to “${facts.snapshot.name}”`,
    virshRevert(plan, { startState, force: requirements.length > 0, resetNvram }),
    ...losses.map(({ text, kept }) => `${kept ? 'Kept in the safety snapshot' : 'Lost'}: ${text}`),
    ...requirements.map(({ text }) => `By force: ${text}`),
    ...warnings.map(({ text }) => text),
  ];
}
