import { startFlag } from '../../../shared/libvirt/flags.ts';
import { powerChanges, powerLosses, powerRefusal, startHindrance } from '../../../shared/power.ts';
import type { DeedOutcome, PowerFacts, PowerPlan } from '../../../shared/schema.ts';
import { changePower } from '../../libvirt/power.ts';
import { askLibvirt } from '../deeds/ask.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import type { Request } from '../journal/journal.ts';
import { ProblemError } from '../problems.ts';
import { endOfPower, powerPlanWords } from './end.ts';
import { gatherPower } from './plan.ts';
import { whenOff } from './when-off.ts';

/** How long a guest may take to shut down before it is said that it has not, milliseconds. */
export const SHUTDOWN_PATIENCE_MS = 30_000;

export interface PowerConsent {
  readonly confirmed: boolean;
  readonly discardSave?: boolean;
  readonly typedName?: string | undefined;
}

/**
 * Does to the domain what was planned, if it is still as the person read it, and looks at what came of it.
 * @param patienceMs how long a guest that was asked to shut down is waited for; ends early when something else is to be
 * done with the domain.
 * @throws StalePlanError, ProblemError NO_PLAN, NO_DOMAIN, POWER_REFUSED, LOSS_NOT_CONFIRMED, NAME_NOT_TYPED: nothing was done.
 */
export async function runPower(
  session: HostSession,
  plan: PowerPlan,
  given: PowerConsent,
  ground: Ground,
  patienceMs = SHUTDOWN_PATIENCE_MS,
): Promise<DeedOutcome> {
  const { uuid, planId, domainName, action } = plan;
  return runDeed<PowerFacts>(
    {
      session,
      uuid,
      about: { kind: 'power', domainName, subject: action },
      claim: ground.power.claim(planId),
      check: () => check(session, plan, given, ground),
      carryOut: (facts, operation) => carryOut({ session, plan, given, facts, operation, ground, patienceMs }),
    },
    ground,
  );
}

async function check(
  session: HostSession,
  { uuid, action, facts: read, domainName }: PowerPlan,
  { confirmed, typedName, discardSave = false }: PowerConsent,
  { marks }: Ground,
): Promise<PowerFacts> {
  const facts = await gatherPower(session, uuid, action, marks);
  const changes = powerChanges(read, facts);
  if (changes.length > 0) throw new StalePlanError(changes);
  const refusal = powerRefusal(action, facts.state) ?? startHindrance(facts, discardSave);
  if (refusal !== null) throw new ProblemError('POWER_REFUSED', { reason: refusal });
  const [loss] = powerLosses(action, facts, Date.now());
  if (loss && !confirmed) throw new ProblemError('LOSS_NOT_CONFIRMED', { reason: loss.text });
  if (loss && marks.isProtected(session.host, uuid) && typedName !== domainName)
    throw new ProblemError('NAME_NOT_TYPED', { domain: domainName });
  return facts;
}

interface Errand {
  readonly session: HostSession;
  readonly plan: PowerPlan;
  readonly given: PowerConsent;
  readonly facts: PowerFacts;
  readonly operation: DeedHandle;
  readonly ground: Ground;
  readonly patienceMs: number;
}

async function carryOut({ session, plan, given, facts, operation, ground, patienceMs }: Errand): Promise<Ended> {
  const { uuid, action, domainName } = plan;
  const discards = action === 'start' && facts.managedSave && given.discardSave === true;
  const flags = discards ? startFlag.forceBoot : 0;
  const request: Request = {
    operationId: operation.id,
    kind: 'power',
    host: session.host,
    domain: { uuid, name: domainName },
    snapshot: action,
    flags,
    plan: [powerPlanWords(action, discards)],
    currentBefore: null,
  };
  const answer = await session.holding(uuid, () =>
    askLibvirt(request, () => changePower(session.writes, uuid, action, flags), ground),
  );
  const since = Date.now();
  const waits = action === 'shutdown' && answer.result === 'done';
  if (waits) {
    operation.phase('working', 'abortable');
    await whenOff(session, uuid, { turns: ground.operations.turns, signal: operation.signal, patienceMs });
  }
  operation.phase('verifying');
  return endOfPower(session, { plan, answer, facts, waitedMs: Date.now() - since }, ground);
}
