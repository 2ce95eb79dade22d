import { z } from 'zod';
import {
  CreateDraft,
  CreatePlan,
  DeleteChoice,
  DeletePlan,
  EditChoice,
  EditPlan,
  ImportFile,
  ImportPlan,
  MakeCurrentPlan,
  PowerAction,
  PowerChoice,
  PowerPlan,
  RevertAim,
  RevertChoice,
  RevertPlan,
} from '../schema.ts';
import type { AimOf, AnyType, ChoiceOf, PlanOf } from './operation.ts';
import type { Kind, OperationTypes } from './registry.ts';

/** What comes over the contract for a kind of change. The window knows the types of it alone. */
export interface Models<T extends AnyType> {
  readonly aim: z.ZodType<AimOf<T>, AimOf<T>>;
  readonly plan: z.ZodType<PlanOf<T>, PlanOf<T>>;
  readonly choice: z.ZodType<ChoiceOf<T>, ChoiceOf<T>>;
}

const nothing = z.object({}).strict();
const ofSnapshot = z.object({ name: z.string().min(1) });

export const operationModels: { readonly [K in Kind]: Models<OperationTypes[K]> } = {
  create: { aim: nothing, plan: CreatePlan, choice: CreateDraft },
  delete: {
    aim: z.object({ names: z.array(z.string().min(1)).min(1).max(16_384) }),
    plan: DeletePlan,
    choice: DeleteChoice,
  },
  edit: { aim: ofSnapshot, plan: EditPlan, choice: EditChoice },
  'make-current': { aim: ofSnapshot, plan: MakeCurrentPlan, choice: nothing },
  import: { aim: z.object({ files: z.array(ImportFile).min(1).max(5_000) }), plan: ImportPlan, choice: nothing },
  power: { aim: z.object({ action: PowerAction }), plan: PowerPlan, choice: PowerChoice },
  revert: { aim: RevertAim, plan: RevertPlan, choice: RevertChoice },
};
