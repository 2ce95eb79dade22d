import { setTimeout as sleep } from 'node:timers/promises';
import { revertFlag } from '../../../shared/libvirt/flags.ts';
import { can } from '../../../shared/libvirt/versions.ts';
import type { revertType } from '../../../shared/operations/revert/type.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import type { RevertPlan, StartState } from '../../../shared/schema.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { revertToSnapshot } from '../../libvirt/snapshots.ts';
import type { Answer } from '../engine/ask.ts';
import type { Work } from '../engine/driver.ts';
import type { Ready, RevertDone } from './judge.ts';

const startFlag: Readonly<Record<StartState, number>> = {
  'as-saved': 0,
  running: revertFlag.running,
  paused: revertFlag.paused,
};
/** External reverts name their overlays by the second, so that two within one collide. */
const NEXT_SECOND_MS = 1_100;

/** Asks libvirt to revert; by force only after it has answered SNAPSHOT_REVERT_RISKY, as virsh does. */
export async function askToRevert(
  work: Work<typeof revertType>,
  { facts, assessment }: Ready,
  config: string,
): Promise<Pick<RevertDone, 'answer' | 'forced' | 'retryPlanId'>> {
  const { session, plan, choice, acknowledged } = work;
  const snapshot = plan.facts.snapshot.name;
  const mayForce = assessment.consents.some(({ code, by }) => by === 'tick' && acknowledged.includes(code));
  const once = (extra: number) => {
    const flags = startFlag[choice.startState] | (choice.resetNvram ? revertFlag.resetNvram : 0) | extra;
    return work.ask(
      {
        kind: plan.undo ? 'undo' : 'revert',
        snapshot,
        flags,
        plan: planLines(work),
        currentBefore: facts.current,
        keepXml: extra === 0 ? config : undefined,
      },
      () => revertToSnapshot(session.writes, plan.uuid, snapshot, flags),
    );
  };
  const twice = async (extra: number) => {
    const answer = await once(extra);
    if (!isCollision(answer, plan)) return answer;
    await sleep(NEXT_SECOND_MS);
    return once(extra);
  };
  const answer = await twice(0);
  if (!isRisky(answer)) return { answer, forced: false, retryPlanId: null };
  if (mayForce) return { answer: await twice(revertFlag.force), forced: true, retryPlanId: null };
  return { answer, forced: false, retryPlanId: await work.planAgain(messageOf(answer)) };
}

function isRisky(answer: Answer<void>): boolean {
  return 'error' in answer && answer.error instanceof LibvirtError && answer.error.is('SNAPSHOT_REVERT_RISKY');
}

function messageOf(answer: Answer<void>): string {
  return 'error' in answer && answer.error instanceof Error ? answer.error.message : '';
}

/** qemuSnapshotRevertExternalPrepare: CONFIG_UNSUPPORTED, "already exists", when an overlay of this second is there. */
function isCollision(answer: Answer<void>, { facts }: RevertPlan): boolean {
  return (
    'error' in answer &&
    answer.error instanceof LibvirtError &&
    answer.error.is('CONFIG_UNSUPPORTED') &&
    facts.snapshot.kind === 'external' &&
    can(facts.libvirtVersion, 'revertsExternal')
  );
}

/** Every sentence of the plan that was read, as it was chosen. */
function planLines({ plan, choice, assessment }: Work<typeof revertType>): string[] {
  const { losses, warnings, requirements } = assessment;
  const { startState, resetNvram } = choice;
  const { name } = plan.facts.snapshot;
  return [
    plan.undo ? `Undo: back to “${name}”` : `Revert to “${name}”`,
    virshRevert(plan, { startState, force: requirements.length > 0, resetNvram }),
    ...losses.map(({ text, kept }) => `${kept ? 'Kept in the safety snapshot' : 'Lost'}: ${text}`),
    ...requirements.map(({ text }) => `With force: ${text}`),
    ...warnings.map(({ text }) => text),
  ];
}
