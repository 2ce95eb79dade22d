import type { Claim } from './held-plans.ts';
import type { OperationHandle } from './operations.ts';
import type { Turns } from './turns.ts';

/** Something to do with a domain when its turn has come. */
export interface Work<O, T> {
  /** Of the domain: `hostId/uuid`. */
  readonly key: string;
  /** @param queued something else is done with the domain first. */
  start(queued: boolean): OperationHandle<O>;
  /** The plan that the person read. */
  readonly claim: Claim;
  /** Looks again at what was planned. Whatever is thrown here means that nothing was done. */
  check(): Promise<T>;
  /** From here on libvirt may be asked for something, so that whatever happens is an outcome: nothing is thrown. */
  carryOut(checked: T, operation: OperationHandle<O>): Promise<O>;
  /** The outcome of what was taken out of the queue, or did not pass the check behind it. */
  notBegun(error: unknown, operation: OperationHandle<O>): O;
}

/**
 * Waits for the domain's turn, checks, carries out, and ends the operation. What did not have to wait and does not pass
 * the check never becomes an operation.
 * @throws whatever the check throws, unless the operation was cancelled meanwhile.
 */
export async function inTurn<O, T>(work: Work<O, T>, turns: Turns): Promise<O> {
  const queued = turns.isTaken(work.key) ? work.start(true) : null;
  try {
    return await turns.take(work.key, queued?.signal ?? new AbortController().signal, async () => {
      const checked = await work.check();
      work.claim.use();
      const operation = queued ?? work.start(false);
      const outcome = await work.carryOut(checked, operation);
      operation.end(outcome);
      return outcome;
    });
  } catch (error) {
    if (!queued) throw error;
    const outcome = work.notBegun(error, queued);
    queued.end(outcome);
    if (queued.signal.aborted) return outcome;
    throw error;
  } finally {
    work.claim.end();
  }
}
