import type { Backend, Hostile } from './backend.ts';

/** Something that is done to the backend. */
export interface Attack {
  readonly name: string;
  /** What is done, for whoever reads the figures. */
  readonly does: string;
  /** Does it to a backend of its own, which `end` takes away again. @throws Error where what came of it is not what should */
  run(): Promise<Attacked>;
}
export interface Attacked {
  readonly verdict: string;
  readonly backend: Backend;
  end(): Promise<void>;
}

/** MB of the whole backend. */
export const MOST_MEMORY = 300;
/** Milliseconds that a window waits for an answer. */
export const LONGEST_WAIT = 100;

/** @throws Error with what should have been */
export function assert(holds: boolean, should: string): asserts holds {
  if (!holds) throw new Error(`it should be so: ${should}`);
}

/**
 * Carries an attack out on a backend that has started, beside those that mean harm.
 * @param act what came of it. When it throws, all of them are ended, and what it threw is thrown
 */
export async function attacked(
  backend: Backend,
  hostiles: readonly Hostile[],
  act: () => Promise<string>,
): Promise<Attacked> {
  const end = () =>
    backend.stop().finally(() => {
      for (const each of hostiles) each.stop();
    });
  try {
    return { verdict: await act(), backend, end };
  } catch (error) {
    await end().catch(() => {});
    throw error;
  }
}

/** What a call that failed tells a person. */
export function toldBy(error: unknown): string {
  const { data } = Object(error) as { data?: { code?: string } };
  return `told: ${data?.code ?? error}`;
}
