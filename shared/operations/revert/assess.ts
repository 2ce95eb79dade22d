import { expectedAfterSafety } from '../../after-safety.ts';
import { errorCode } from '../../libvirt/flags.ts';
import { stated, unknowns } from '../../rule.ts';
import type {
  Assessment,
  DomainState,
  Requirement,
  RevertChoice,
  RevertFacts,
  SafetyOffer,
  Statement,
} from '../../schema.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { revertNeeds } from './needs.ts';
import { outcomeOf } from './outcome.ts';
import { type Answer, blockerRules, forceRules, type RefusalRule, refusalRules } from './refusals.ts';
import { type Case, flagsOf, holds, isActive, isQemu, type RevertFlags, replacesProcess, unlinks } from './rule.ts';
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
  /** Afterwards; as before when libvirt refuses; `gone` is a transient domain that libvirt has forgotten. */
  state: DomainState | 'gone' | 'perhaps-gone';
  reason: string | null;
  current: string | null;
  /** The hypervisor process afterwards, where the domain was active and stays so; null otherwise. */
  process: 'new' | 'reused' | null;
  /** Files that libvirt deletes. */
  unlinked: readonly string[];
  /** Other snapshots whose data is lost. */
  destroyed: readonly string[];
}

/** What the rules say libvirt will answer, and how the domain is left. */
export function predictRevert(facts: RevertFacts, flags: RevertFlags): Prediction {
  return predict({ facts, flags });
}

function predict(c: Case): Prediction {
  const { facts } = c;
  const refusals = refusalRules.filter((rule) => holds(rule, c));
  const hazard = hazardRules.find((rule) => holds(rule, c)) ?? null;
  const answerOf = (rule: RefusalRule | undefined) =>
    rule === undefined ? null : typeof rule.answer === 'function' ? rule.answer(c) : rule.answer;
  const answer = answerOf(refusals[0]);
  const lasting = answerOf(refusals.find((rule) => !rule.forceHelps));
  const asksForForce = answer?.code === errorCode.SNAPSHOT_REVERT_RISKY;
  const last = asksForForce ? lasting : answer;
  const before = { state: facts.domain.state, reason: facts.domain.reason, current: facts.current };
  const after = { ...outcomeOf(c), current: facts.snapshot.name };
  return {
    verdict: verdictOf(c, hazard !== null || lasting !== null, asksForForce),
    answer,
    forced: asksForForce ? lasting : undefined,
    hazard: hazard?.effect ?? null,
    ...(last === null ? after : afterFailure(before, last)),
    process: isActive(facts) && last === null && after.state !== 'shutoff' ? processAfter(facts) : null,
    unlinked: last === null && unlinks(facts) ? facts.overlays.map(({ file }) => file) : [],
    destroyed: last === null ? facts.history.destroyed.names : [],
  };
}

function afterFailure<T extends { current: string | null }>(before: T, { leaves }: Answer) {
  if (leaves === undefined) return before;
  return { state: leaves, reason: null, current: leaves === 'gone' ? null : before.current };
}

/**
 * Everything the rules say of one choice; what a safety snapshot or the removal of a managed save image changes is taken
 * into account.
 */
export function assessRevert(facts: RevertFacts, choice: RevertChoice, safety: SafetyOffer | null = null): Assessment {
  const kept = choice.safetySnapshot && safety?.available ? safety : null;
  const c: Case = {
    facts: factsBefore(facts, kept, choice.removeManagedSave),
    flags: flagsOf(choice.startState, choice.resetNvram),
    kept,
  };
  const requirements: Requirement[] = [...reported(facts), ...stated(forceRules, c)].map((statement) => ({
    ...statement,
    certainty: 'needed',
    consent: 'Revert with --force',
    grants: 'force',
  }));
  const { state, reason } = outcomeOf(c);
  const { verdict } = predict(c);
  return {
    verdict: verdict === 'willFail' || requirements.length === 0 ? verdict : 'needsForce',
    outcome: state,
    outcomeReason: reason,
    losses: lossRules
      .filter((rule) => holds(rule, c))
      .map((rule) => ({ code: rule.code, text: rule.text(c), ...(kept && rule.keepable ? { kept: true } : {}) })),
    warnings: [...unknowns(revertNeeds, c), ...stated(warningRules, c)],
    requirements,
    blockers: stated([...blockerRules, ...hazardRules], c),
  };
}

/** The facts as they will be when libvirt is asked to revert. */
function factsBefore(facts: RevertFacts, kept: SafetyOffer | null, withoutSave: boolean): RevertFacts {
  const saved = kept ? expectedAfterSafety(facts, kept) : facts;
  return withoutSave ? { ...saved, domain: { ...saved.domain, managedSave: false } } : saved;
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
  const risky =
    unknowns(revertNeeds, c).length > 0 || [...lossRules, ...warningRules].some((rule) => rule.risk && holds(rule, c));
  return risky ? 'risky' : 'safe';
}
