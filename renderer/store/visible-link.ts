import { type ClientContext, type ClientLink, mapEventIterator, ORPCError } from '@orpc/client';
import { exactIn, visibleIn } from '../../shared/visible.ts';

/** A link by which the window sees texts as a person may read them, and the backend has them as they are. */
export function visibleLink<C extends ClientContext>(link: ClientLink<C>): ClientLink<C> {
  return {
    async call(path, input, options) {
      const answer = await link.call(path, exactIn(input), options).catch((error: unknown) => {
        throw visibleError(error);
      });
      if (!isIterator(answer)) return visibleIn(answer);
      return mapEventIterator(answer, {
        value: async (value) => visibleIn(value),
        error: async (error) => visibleError(error),
      });
    },
  };
}

function visibleError(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error;
  const { code, defined, status, message, data, cause } = error;
  return new ORPCError(code, { defined, status, message: visibleIn(message), data: visibleIn(data), cause });
}

function isIterator(answer: unknown): answer is AsyncIterator<unknown, unknown, void> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
