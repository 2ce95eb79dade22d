import type { RevertPlans } from '../operations/revert/plans.ts';
import type { CreatePlans } from './create/plans.ts';
import type { Journal } from './journal/journal.ts';
import type { MarkStore } from './marks.ts';
import type { MetadataPlans } from './metadata/plans.ts';
import type { Operations } from './operations.ts';
import type { SettingsStore } from './settings.ts';
import type { Thumbnails } from './thumbnails/store.ts';

/** What every change stands on. */
export interface Ground {
  readonly operations: Operations;
  readonly plans: RevertPlans;
  readonly creates: CreatePlans;
  readonly metadata: MetadataPlans;
  readonly journal: Journal;
  readonly marks: MarkStore;
  readonly settings: SettingsStore;
  readonly thumbnails: Thumbnails;
  readonly log: (line: string) => void;
}
