import type { Assessment, LabPlanRow, RevertAim, RevertPlan, StartState } from '../../../shared/schema.ts';
import type { HostPool } from '../host-pool.ts';
import { toProblem } from '../problems.ts';
import type { RevertPlans } from '../../operations/revert/plans.ts';

export interface LabItem {
  readonly hostId: string;
  readonly uuid: string;
}

/** Plans a revert for each domain, in the order asked. A domain that cannot be planned for says why. */
export function planLabReset(
  items: readonly LabItem[],
  aim: RevertAim,
  pool: HostPool,
  plans: RevertPlans,
): Promise<LabPlanRow[]> {
  return Promise.all(items.map((item) => planRow(item, aim, pool, plans)));
}

async function planRow(
  { hostId, uuid }: LabItem,
  aim: RevertAim,
  pool: HostPool,
  plans: RevertPlans,
): Promise<LabPlanRow> {
  const hostName = pool.hosts.find((host) => host.id === hostId)?.name ?? hostId;
  const known = pool.domains.find((domain) => domain.hostId === hostId && domain.uuid === uuid)?.name ?? uuid;
  const row = { hostId, hostName, uuid };
  try {
    const plan = await plans.make(pool.session(hostId), uuid, aim);
    return { ...row, domainName: plan.facts.domain.name, plan, ...perChoice(plan) };
  } catch (error) {
    const problem = toProblem(error, hostName);
    const never = { 'as-saved': problem.what, running: problem.what, paused: problem.what };
    const needsForce = { 'as-saved': false, running: false, paused: false };
    return { ...row, domainName: known, plan: null, problem, excluded: never, needsForce };
  }
}

function perChoice({ choices }: RevertPlan): Pick<LabPlanRow, 'excluded' | 'needsForce'> {
  const each = <T>(of: (assessment: Assessment) => T): Record<StartState, T> => ({
    'as-saved': of(choices['as-saved']),
    running: of(choices.running),
    paused: of(choices.paused),
  });
  return {
    excluded: each(({ blockers }) => blockers[0]?.text ?? null),
    needsForce: each(({ requirements }) =>
      requirements.some(({ grants, certainty }) => grants === 'force' && certainty === 'needed'),
    ),
  };
}
