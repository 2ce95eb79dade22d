import { powerType } from './power/type.ts';

/** Every kind of change that goes through the one mechanism. */
export const operationTypes = {
  power: powerType,
} as const;
export type OperationTypes = typeof operationTypes;
export type Kind = keyof OperationTypes;
