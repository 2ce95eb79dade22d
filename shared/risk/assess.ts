import { errorCode } from '../libvirt/flags.ts';
import type { Assessment, DomainState, Requirement, RevertFacts, StartState, Statement } from '../schema.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { outcomeOf } from './outcome.ts';
import { type Answer, blockerRules, forceRules, refusalRules } from './refusals.ts';
import {
  type Case,
  flagsOf,
  holds,
  isActive,
  isQemu,
  type RevertFlags,
  type Rule,
  replacesProcess,
  unlinks,
} from './rule.ts';
import { warningRules } from './warnings.ts';

/** What libvirt will say and do, so that it can be compared with what it says and does. */
export interface Prediction {
  verdict: Assessment['verdict'];
  /** The answer without force; null is a yes. */
  answer: Answer | null;
  /** The answer with force, which is asked for after code 77 only; undefined when it is not. */
  forced: Answer | null | undefined;
  /** `crash`, `harm`: why Snapkeel does not ask at all. */
  hazard: 'crash' | 'harm' | null;
  /** Afterwards; as before when libvirt refuses. */
  state: DomainState;
  reason: string | null;
  current: string | null;
  /** The hypervisor process afterwards, where the domain was active and stays so; null otherwise. */
  process: 'new' | 'reused' | null;
  /** Files that libvirt deletes. */
  unlinked: readonly string[];
}

/** What the rules say libvirt will answer, and how the domain is left. */
export function predictRevert(facts: RevertFacts, flags: RevertFlags): Prediction {
  const c: Case = { facts, flags };
  const refusals = refusalRules.filter((rule) => holds(rule, c));
  const hazard = hazardRules.find((rule) => holds(rule, c)) ?? null;
  const answer = refusals[0]?.answer ?? null;
  const lasting = refusals.find((rule) => !rule.forceHelps)?.answer ?? null;
  const asksForForce = answer?.code === errorCode.SNAPSHOT_REVERT_RISKY;
  const last = asksForForce ? lasting : answer;
  const before = { state: facts.domain.state, reason: facts.domain.reason, current: facts.current };
  const after = { ...outcomeOf(c), current: facts.snapshot.name };
  return {
    verdict: verdictOf(c, hazard !== null || lasting !== null, asksForForce),
    answer,
    forced: asksForForce ? lasting : undefined,
    hazard: hazard?.effect ?? null,
    ...(last === null ? after : last.leaves ? { ...before, state: last.leaves, reason: null } : before),
    process: isActive(facts) && last === null && after.state !== 'shutoff' ? processAfter(facts) : null,
    unlinked: last === null && unlinks(facts) ? facts.overlays.map(({ file }) => file) : [],
  };
}

/** Everything the rules say of one choice. */
export function assessRevert(facts: RevertFacts, choice: StartState | RevertFlags): Assessment {
  const c: Case = { facts, flags: typeof choice === 'string' ? flagsOf(choice) : choice };
  const matching = (...tables: (readonly Rule[])[]): Statement[] =>
    tables.flatMap((rules) =>
      rules.filter((rule) => holds(rule, c)).map(({ code, text }) => ({ code, text: text(c) })),
    );
  const requirements: Requirement[] = [...reported(facts), ...matching(forceRules)].map((statement) => ({
    ...statement,
    certainty: 'needed',
    consent: 'Revert with --force',
    grants: 'force',
  }));
  const { state, reason } = outcomeOf(c);
  const { verdict } = predictRevert(facts, c.flags);
  return {
    verdict: verdict === 'willFail' || requirements.length === 0 ? verdict : 'needsForce',
    outcome: state,
    outcomeReason: reason,
    losses: matching(lossRules),
    warnings: matching(warningRules),
    requirements,
    blockers: matching(blockerRules, hazardRules),
  };
}

/** libvirt asked for force for a reason that the rules had not foreseen. */
function reported({ riskReported }: RevertFacts): Statement[] {
  if (riskReported === null) return [];
  return [{ code: 'LIBVIRT_SAID_RISKY', text: `libvirt refused this revert as risky: ${riskReported}` }];
}

function processAfter(facts: RevertFacts): 'new' | 'reused' | null {
  if (!isQemu(facts)) return null;
  return replacesProcess(facts) ? 'new' : 'reused';
}

function verdictOf(c: Case, fails: boolean, asksForForce: boolean): Assessment['verdict'] {
  if (fails) return 'willFail';
  if (asksForForce) return 'needsForce';
  return warningRules.some((rule) => rule.risk && holds(rule, c)) ? 'risky' : 'safe';
}
