import { createType } from './create/type.ts';
import { deleteType } from './delete/type.ts';
import { editType, importType, makeCurrentType } from './metadata/types.ts';
import { powerType } from './power/type.ts';
import { revertType } from './revert/type.ts';

/** Every kind of change that goes through the one mechanism. */
export const operationTypes = {
  create: createType,
  delete: deleteType,
  edit: editType,
  'make-current': makeCurrentType,
  import: importType,
  power: powerType,
  revert: revertType,
} as const;
export type OperationTypes = typeof operationTypes;
export type Kind = keyof OperationTypes;
export const kinds = Object.keys(operationTypes) as Kind[];
