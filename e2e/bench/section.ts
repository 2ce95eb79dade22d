import type { Measurement } from './measurement.ts';
import type { World } from './world/world.ts';

/** A row of the table of what is measured. */
export interface Section {
  /** What it is asked for by. */
  readonly name: string;
  readonly title: string;
  /** Its part of the time that there is for all; what others leave of theirs it may use, too. About its seconds. */
  readonly share: number;
  readonly measure: (bench: Bench) => AsyncIterable<Measurement>;
}

/** What sections are measured with. */
export interface Bench {
  /** The libvirtd that all are measured on, started when it is first asked for. @throws LeftOut */
  world(): Promise<World>;
  /** How long hosts change at `scale`, seconds. */
  readonly churnSeconds: number;
  /** How long may still be measured before others go short; milliseconds, less than none where it is over. */
  left(): number;
  /** Tells what is going on. */
  say(line: string): void;
}

/** Something that cannot be measured on this machine, which is no failure. */
export class LeftOut extends Error {
  override name = 'LeftOut';
}
