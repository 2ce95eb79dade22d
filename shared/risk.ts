export { assessRevert, type Prediction, predictRevert } from './risk/assess.ts';
export { failureFound, isAsBefore } from './risk/failed.ts';
export { hazardRules } from './risk/hazards.ts';
export { lossRules } from './risk/losses.ts';
export { revertNeeds } from './risk/needs.ts';
export { type Outcome, outcomeOf } from './risk/outcome.ts';
export { type Answer, blockerRules, forceRules, refusalRules } from './risk/refusals.ts';
export {
  type Case,
  flagsOf,
  holds,
  isExternal,
  isLive,
  type RevertFlags,
  type Rule,
  writtenBack,
} from './risk/rule.ts';
export { staleness } from './risk/staleness.ts';
export { warningRules } from './risk/warnings.ts';
export { type Weight, weightOf } from './risk/weight.ts';
