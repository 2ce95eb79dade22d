import type { EditPlan, MakeCurrentPlan } from '../../../shared/schema.ts';
import { HeldPlans } from '../held-plans.ts';
import type { HeldImport } from './import-plan.ts';

/** The texts of imports are long, so that few are kept. */
const IMPORTS_KEPT = 4;

/** The changes of metadata that were shown to somebody. */
export class MetadataPlans {
  readonly edits = new HeldPlans<EditPlan>();
  readonly makeCurrents = new HeldPlans<MakeCurrentPlan>();
  readonly imports = new HeldPlans<HeldImport>(IMPORTS_KEPT);
}
