import { deleteType } from './delete/type.ts';
import { powerType } from './power/type.ts';

/** Every kind of change that goes through the one mechanism. */
export const operationTypes = {
  delete: deleteType,
  power: powerType,
} as const;
export type OperationTypes = typeof operationTypes;
export type Kind = keyof OperationTypes;
