import type { Journal } from './journal/journal.ts';
import type { MarkStore } from './marks.ts';
import type { Operations } from './operations.ts';
import type { SettingsStore } from './settings.ts';
import type { Thumbnails } from './thumbnails/store.ts';

/** What every change stands on. */
export interface Ground {
  readonly operations: Operations;
  readonly journal: Journal;
  readonly marks: MarkStore;
  readonly settings: SettingsStore;
  readonly thumbnails: Thumbnails;
  readonly log: (line: string) => void;
}
