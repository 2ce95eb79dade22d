export { assessRevert, type Prediction, predictRevert } from './assess.ts';
export { failureFound, imagesAfter, isAsBefore } from './failed.ts';
export { hazardRules } from './hazards.ts';
export { lossRules } from './losses.ts';
export { revertNeeds } from './needs.ts';
export { type Outcome, outcomeOf } from './outcome.ts';
export { type Answer, blockerRules, forceRules, refusalRules } from './refusals.ts';
export {
  type Case,
  flagsOf,
  holds,
  isExternal,
  isLive,
  type RevertFlags,
  type Rule,
  writtenBack,
} from './rule.ts';
export { staleness } from './staleness.ts';
export { warningRules } from './warnings.ts';
export { type Weight, weightOf } from './weight.ts';
