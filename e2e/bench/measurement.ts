export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What the median should not pass. */
  readonly target?: number;
}
