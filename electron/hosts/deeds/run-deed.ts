import { problemOf } from '../../../shared/errors.ts';
import type { Operation, Outcome } from '../../../shared/schema.ts';
import type { Ground } from '../ground.ts';
import { type Claim, StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import type { OperationHandle } from '../operations.ts';
import { toProblem } from '../problems.ts';
import { inTurn } from '../turn.ts';

/** How a deed ended, before it has an operation's id. */
export type Ended = Omit<Outcome, 'operationId'>;
export type DeedHandle = OperationHandle<Outcome>;

/** A change of a domain or its snapshots that is not a revert. */
export interface Deed<T> {
  readonly session: HostSession;
  readonly uuid: string;
  readonly about: Pick<Operation, 'kind' | 'domainName' | 'subject'>;
  readonly claim: Claim;
  /** Looks again at what the person read. Whatever is thrown means that nothing was done. */
  check(): Promise<T>;
  carryOut(checked: T, operation: DeedHandle): Promise<Ended>;
}

/**
 * Waits for its turn on the domain, checks, and carries out; what the deed throws then counts as refused.
 * @throws whatever its check throws: nothing was done.
 */
export function runDeed<T>(deed: Deed<T>, { operations, log }: Ground): Promise<Outcome> {
  const { session, uuid, about, claim } = deed;
  const { host } = session;
  const refused = (error: unknown): Ended => ({
    result: 'refused',
    notes: [],
    differences: error instanceof StalePlanError ? [...error.changes] : [],
    problem: error instanceof StalePlanError ? problemOf('PLAN_STALE') : toProblem(error, host.name),
  });
  return inTurn<Outcome, T>(
    {
      key: `${host.id}/${uuid}`,
      claim,
      start: (queued) => operations.start({ ...about, hostId: host.id, uuid }, queued ? 'queued' : 'working'),
      check: () => deed.check(),
      async carryOut(checked, operation) {
        operation.phase('working');
        try {
          return { operationId: operation.id, ...(await deed.carryOut(checked, operation)) };
        } catch (error) {
          log(`${host.name}: ${about.kind} of ${about.domainName}: ${error}`);
          return { operationId: operation.id, ...refused(error) };
        }
      },
      notBegun: (error, operation) => ({
        operationId: operation.id,
        ...refused(error),
        ...(operation.signal.aborted ? { result: 'cancelled' } : {}),
      }),
    },
    operations.turns,
  );
}
