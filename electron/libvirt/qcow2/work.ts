import { Qcow2Error } from './error.ts';

/**
 * Entries that are looked into, of all figures of an image together: some 0.2 s of a processor. Of clusters of 64 KiB they
 * are 160 GiB, in whichever snapshots; entries of nothing, and those that are the same in two states, are not counted.
 */
const MOST = 2.5 * 1024 * 1024;

/** How much work an image makes: metadata that are made to cost more than any honest ones end with `too-much`. */
export class Work {
  #left: number;

  constructor(most = MOST) {
    this.#left = most;
  }

  /** @throws Qcow2Error `too-much`, and from then on always */
  spend(entries: number): void {
    this.#left -= entries;
    if (this.#left < 0) throw new Qcow2Error('too-much', 'more entries than are looked into');
  }
}
