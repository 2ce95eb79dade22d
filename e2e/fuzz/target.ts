import type { Random } from '../explore/random.ts';

/** Something that reads what comes from outside. */
export interface Target {
  readonly name: string;
  /** What is counted, and how many of them a full run has at least. */
  readonly unit: string;
  readonly full: number;
  /** How long one may take, milliseconds; 50 unless said. */
  readonly longest?: number;
  /** An input, as its seed has it. */
  draw(random: Random): Input;
  /**
   * Reads an input. @returns how many units were in it, and of these how many were refused.
   * @throws whatever it should not have thrown, and `Broken`
   */
  read(input: Input): Result | Promise<Result>;
}
export type Input = Buffer | string;
export interface Result {
  readonly units: number;
  readonly refused: number;
  /** Milliseconds that it took, without what came before it; all of it unless said. */
  readonly ms?: number;
}

export const taken: Result = { units: 1, refused: 0 };
export const refused: Result = { units: 1, refused: 1 };

/** Something that has to hold for every input did not. */
export class Broken extends Error {
  override name = 'Broken';
}

/** @throws Broken */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** Whether this is done, or was refused as it may be. @throws any other error */
export async function mayRefuse(errors: readonly ErrorClass[], act: () => unknown): Promise<Result> {
  try {
    await act();
    return taken;
  } catch (error) {
    if (errors.some((each) => error instanceof each)) return refused;
    throw error;
  }
}
