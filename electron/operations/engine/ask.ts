import { problemOf } from '../../../shared/errors.ts';
import { requested } from '../../../shared/request-problems.ts';
import type { Outcome, Problem } from '../../../shared/schema.ts';
import { nothingDone, toProblem } from '../../hosts/problems.ts';
import type { Journal, Request } from '../../kept/journal/journal.ts';
import { ConnectionError } from '../../libvirt/errors.ts';

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

/** One request, besides who asks and of which domain. */
export interface Asking extends Pick<Request, 'kind' | 'snapshot' | 'flags' | 'plan' | 'currentBefore'> {
  /** The metadata or the configuration that goes or is replaced, without secrets: it is kept in the journal before libvirt is asked. */
  readonly keepXml?: string | undefined;
  /** Where its id has to be known before, as in a snapshot’s description. */
  readonly requestId?: string | undefined;
}

/** Asks libvirt for one change, written down before and after. Nothing is thrown. */
export async function askLibvirt<T>(
  request: Request,
  { keepXml, requestId: given }: Pick<Asking, 'keepXml' | 'requestId'>,
  call: () => Promise<T>,
  journal: Journal,
): Promise<Answer<T>> {
  const { name } = request.host;
  let requestId: string | null = null;
  let asked = false;
  try {
    const id = await journal.begin(request, { requestId: given, xml: keepXml });
    requestId = id;
    const value = await journal.answer(id, name, () => {
      asked = true;
      return call();
    });
    return { result: 'done', requestId: id, value };
  } catch (error) {
    if (error instanceof ConnectionError && asked) {
      const problem = problemOf('OUTCOME_UNKNOWN', { host: name }, error.message, requested[request.kind]);
      return { result: 'unknown', requestId, problem, error };
    }
    const problem = toProblem(error, name, requested[request.kind]);
    const result = asked && !nothingDone(error) ? 'failed' : 'refused';
    if (requestId !== null && !asked) await journal.answered(requestId, result, problem);
    return { result, requestId, problem, error };
  }
}
