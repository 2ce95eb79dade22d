import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../shared/schema.ts';
import type { Hub } from '../hosts/hub.ts';

/** What is wrong with Snapkeel's own files, for the window to show as long as it is so. */
export class Notices {
  #told = new Map<string, Problem>();

  constructor(private readonly hub: Hub) {}

  list(): Problem[] {
    return [...this.#told.values()];
  }

  /** Tells every window what is wrong; null takes back what was told of the same thing. */
  readonly tell = (about: string, problem: Problem | null): void => {
    if (isDeepStrictEqual(this.#told.get(about) ?? null, problem)) return;
    if (problem) this.#told.set(about, problem);
    else this.#told.delete(about);
    this.hub.publish({ type: 'notices', notices: this.list() });
  };
}
