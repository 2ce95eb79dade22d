import { median } from './statistics.ts';

/** One thing that was measured, a value a round. */
export interface Measurement {
  /** What it is, without its unit; unique among all. */
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What the median should not pass. */
  readonly target?: number;
  /** What the median should reach. */
  readonly atLeast?: number;
  /** What has to be known of how it was measured, as `extrapolated from 20 of 5,000`. */
  readonly note?: string;
}

/** A measurement as it is kept in a file. */
export interface Verdict {
  readonly name: string;
  readonly unit: string;
  /** The median; null where there was nothing to measure. */
  readonly measured: number | null;
  readonly target: number | null;
  /** null without a target. */
  readonly met: boolean | null;
}

/** What comes of a measurement. Where nothing was measured, a target is missed. */
export function verdictOf({ name, unit, values, target, atLeast }: Measurement): Verdict {
  const middle = median(values);
  const measured = Number.isNaN(middle) ? null : middle;
  const wanted = target ?? atLeast ?? null;
  const isMet = () => {
    if (measured === null) return false;
    return measured <= (target ?? Number.POSITIVE_INFINITY) && measured >= (atLeast ?? Number.NEGATIVE_INFINITY);
  };
  return { name, unit, measured, target: wanted, met: wanted === null ? null : isMet() };
}
