import { TransportError } from './transport.ts';

/** The error every stage rejects with when its signal is aborted. */
export function cancelled(): TransportError {
  return new TransportError('CANCELLED', 'The connection attempt was cancelled.');
}

/** Throws CANCELLED if the signal is already aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/**
 * A promise settled by callbacks, an abort (`CANCELLED`) or a deadline, whichever is first. `undo` runs if it was one of
 * the latter two (for a signal already aborted, without `start`); it must let go of what `start` began, because a late resolve is ignored.
 * A deadline that is reached while `unless` holds begins anew.
 */
export function settle<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  undo: () => void = () => undefined,
  deadline?: { readonly ms: number; readonly error: () => TransportError; readonly unless?: () => boolean },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled());
      undo();
      return;
    }
    const finish = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      act();
    };
    const giveUp = (error: TransportError) =>
      finish(() => {
        reject(error);
        undo();
      });
    const onAbort = () => giveUp(cancelled());
    const late = () => {
      if (deadline?.unless?.()) timer = setTimeout(late, deadline.ms);
      else if (deadline) giveUp(deadline.error());
    };
    let timer = deadline && setTimeout(late, deadline.ms);
    signal.addEventListener('abort', onAbort);
    try {
      start(
        (value) => finish(() => resolve(value)),
        (error) => finish(() => reject(error)),
      );
    } catch (error) {
      finish(() => reject(error));
    }
  });
}
