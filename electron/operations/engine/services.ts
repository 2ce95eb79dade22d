import type { Journal } from '../../kept/journal/journal.ts';
import type { MarkStore } from '../../kept/marks.ts';
import type { SettingsStore } from '../../kept/settings.ts';
import type { Thumbnails } from '../../kept/thumbnails/store.ts';
import type { Operations } from './operations.ts';

/** What every change stands on. */
export interface Services {
  readonly operations: Operations;
  readonly journal: Journal;
  readonly marks: MarkStore;
  readonly settings: SettingsStore;
  readonly thumbnails: Thumbnails;
  readonly log: (line: string) => void;
}
