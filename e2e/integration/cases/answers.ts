import { ProblemError } from '../../../electron/hosts/problems.ts';
import { LibvirtError } from '../../../electron/libvirt/errors.ts';
import type { Outcome, RevertPlan, StartState, Statement } from '../../../shared/schema.ts';

/** What the product says before something is done: a verdict and every sentence with it. */
export interface Said {
  readonly verdict: string;
  readonly text: string;
}

export function said({ choices }: RevertPlan, start: StartState = 'as-saved'): Said {
  const { verdict, losses, warnings, requirements, blockers } = choices[start];
  return { verdict, text: texts(losses, warnings, requirements, blockers) };
}

export function texts(...lists: readonly (readonly Statement[])[]): string {
  return lists
    .flat()
    .map(({ code, text }) => `${code}: ${text}`)
    .join('\n');
}

export async function code(call: Promise<unknown>): Promise<number | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof LibvirtError) return error.code;
    throw error;
  }
}

/** What the product did not do at all. */
export function refusal(error: unknown): Pick<Outcome, 'result' | 'differences' | 'problem'> {
  if (error instanceof ProblemError) return { result: 'refused', differences: [], problem: error.problem };
  throw error;
}
