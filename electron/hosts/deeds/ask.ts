import type { Deed } from '../../../shared/deed-problems.ts';
import { problemOf } from '../../../shared/errors.ts';
import type { Outcome, Problem } from '../../../shared/schema.ts';
import { ConnectionError } from '../../libvirt/errors.ts';
import type { Ground } from '../ground.ts';
import type { Request } from '../journal/journal.ts';
import { nothingDone, toProblem } from '../problems.ts';

/** What libvirt answered. `unknown`: the connection was lost on the way; the request stays open in the journal. */
export type Answer<T> =
  | { readonly result: 'done'; readonly requestId: string; readonly value: T }
  | {
      readonly result: Exclude<Outcome['result'], 'done' | 'cancelled'>;
      /** null when libvirt was not asked. */
      readonly requestId: string | null;
      readonly problem: Problem;
      readonly error: unknown;
    };

/**
 * Asks libvirt for one change, written down before and after. Nothing is thrown.
 * @param before done once the request is written down and before libvirt is asked, as keeping XML.
 */
export async function askLibvirt<T>(
  request: Request,
  ask: () => Promise<T>,
  { journal }: Pick<Ground, 'journal'>,
  before: (requestId: string) => Promise<void> = async () => {},
): Promise<Answer<T>> {
  const { name } = request.host;
  let requestId: string | null = null;
  let asked = false;
  try {
    const id = await journal.begin(request);
    requestId = id;
    await before(id);
    const value = await journal.answer(id, name, () => {
      asked = true;
      return ask();
    });
    return { result: 'done', requestId: id, value };
  } catch (error) {
    if (error instanceof ConnectionError && asked) {
      const problem = problemOf('OUTCOME_UNKNOWN', { host: name }, error.message, deedOf(request));
      return { result: 'unknown', requestId, problem, error };
    }
    const problem = toProblem(error, name, deedOf(request));
    const result = asked && !nothingDone(error) ? 'failed' : 'refused';
    if (requestId !== null && !asked) await journal.answered(requestId, result, problem);
    return { result, requestId, problem, error };
  }
}

const deeds: Readonly<Partial<Record<Request['kind'], Deed>>> = {
  create: 'take',
  delete: 'delete',
  redefine: 'redefine',
  power: 'power',
};

function deedOf({ kind }: Request): Deed | undefined {
  return deeds[kind];
}
