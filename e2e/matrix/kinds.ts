import type { Prediction, RevertFlags } from '../../shared/operations/revert/risk.ts';
import type { RevertFacts } from '../../shared/schema.ts';

export type Ask = 'as-saved' | 'running' | 'paused' | 'both' | 'reset-nvram';
export const flagsOf: Readonly<Record<Ask, RevertFlags>> = {
  'as-saved': { running: false, paused: false, resetNvram: false },
  running: { running: true, paused: false, resetNvram: false },
  paused: { running: false, paused: true, resetNvram: false },
  both: { running: true, paused: true, resetNvram: false },
  'reset-nvram': { running: false, paused: false, resetNvram: true },
};

export type DomainState = 'running' | 'paused' | 'off' | 'panicked';
/** How the domain's configuration differs from the snapshots'. */
export type Change = 'memory' | 'disk' | 'cpu';

/** One revert: what it starts from, where it goes, what is asked. */
export interface MatrixCase {
  readonly guest: string;
  readonly state: DomainState;
  readonly transient?: boolean;
  readonly managedSave?: boolean;
  readonly change?: Change;
  readonly target: string;
  readonly ask: Ask;
  /** Not worth the time, or not to be had, on an older libvirt than this, such as 9.9. */
  readonly since?: number;
  /** Nor on this one or a newer one. */
  readonly until?: number;
}

/** What libvirt answered and how the domain was found afterwards. */
export interface Reality {
  /** Without force, and with it where code 77 asked for it; null is a yes, undefined: not asked. */
  readonly answer: number | null;
  readonly forced: number | null | undefined;
  readonly state: string;
  readonly reason: string;
  readonly current: string | null;
  readonly process: 'new' | 'reused' | null;
  /** Of the files that were predicted to be deleted, those that are gone. */
  readonly gone: readonly string[];
  readonly words: string;
}

export interface Result {
  readonly case: MatrixCase;
  readonly facts: RevertFacts | null;
  readonly predicted: Prediction | null;
  /** Null when the revert was not asked for, because it would crash the daemon. */
  readonly real: Reality | null;
  /** Empty when everything agreed. */
  readonly disagreements: readonly string[];
  /** Codes of the refusals, hazards and warnings that spoke of this case. */
  readonly rules: readonly string[];
  readonly ms: number;
}

export const describeCase = ({ guest, state, transient, managedSave, change, target, ask }: MatrixCase): string =>
  [guest, transient && 'transient', state, managedSave && 'saved', change && `${change} changed`, '→', target, ask]
    .filter(Boolean)
    .join(' ');
