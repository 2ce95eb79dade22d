import type { Generation } from '../../lab/lab.ts';
import type { Trial } from './trial.ts';

/** Something that happened to people who work with snapshots, and what is so. */
export interface FieldCase {
  readonly name: string;
  /** The libvirts to which it happens; 'host' is 9.0 here. */
  readonly on: readonly Generation[];
  /** Where it is tried each time. */
  readonly short: readonly Generation[];
  /** The daemon dies of it, so it gets one of its own. */
  readonly alone?: true;
  /** Only a system daemon takes its configuration. */
  readonly system?: true;
  run(trial: Trial): Promise<void>;
}

export const everywhere = ['7.0', 'host', '11.3', '12.8'] as const;
export const withBranches = ['11.3', '12.8'] as const;
