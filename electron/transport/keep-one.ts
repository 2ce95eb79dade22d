import { settle } from './abort.ts';

/** How `keepOne` makes, watches and discards its value. */
export interface Keeping<T> {
  readonly open: (signal: AbortSignal) => Promise<T>;
  readonly isAlive: (value: T) => boolean;
  readonly discard: (value: T) => void;
}

interface Opening<T> {
  readonly controller: AbortController;
  readonly result: Promise<T>;
  value?: { readonly it: T };
  waiting: number;
}

/**
 * One live value for many callers: the first call opens it, calls meanwhile wait for the same opening, later calls get it
 * as long as it is alive, and a call after that opens a new one. An opening is cancelled, and what it opens discarded,
 * only when every caller waiting for it has given up. A failed one is forgotten, so the next call tries again.
 */
export function keepOne<T>({ open, isAlive, discard }: Keeping<T>): (signal: AbortSignal) => Promise<T> {
  let current: Opening<T> | undefined;

  const forget = (opening: Opening<T>) => {
    if (current === opening) current = undefined;
  };

  const start = (): Opening<T> => {
    const controller = new AbortController();
    const opening: Opening<T> = { controller, result: open(controller.signal), waiting: 0 };
    opening.result.then(
      (it) => {
        opening.value = { it };
        if (controller.signal.aborted) discard(it);
      },
      () => forget(opening),
    );
    return opening;
  };

  return async (signal) => {
    if (current?.value !== undefined && !isAlive(current.value.it)) current = undefined;
    current ??= start();
    const mine = current;
    mine.waiting += 1;
    try {
      return await settle<T>(signal, (resolve, reject) => void mine.result.then(resolve, reject));
    } finally {
      mine.waiting -= 1;
      if (mine.waiting === 0 && mine.value === undefined) {
        forget(mine);
        mine.controller.abort();
      }
    }
  };
}
