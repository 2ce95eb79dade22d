import { randomUUID } from 'node:crypto';
import type { Operation, RevertOutcome } from '../../shared/schema.ts';
import type { Hub } from './hub.ts';

/** Ended operations that are kept for the windows to show. */
const ENDED_KEPT = 50;

/** Everything that changes a domain, from its start to what came of it. */
export class Operations {
  #all = new Map<string, Operation>();

  constructor(private readonly hub: Hub) {}

  list(): Operation[] {
    return [...this.#all.values()];
  }

  start(of: Pick<Operation, 'hostId' | 'uuid' | 'domainName' | 'snapshotName'>): Operation {
    const operation: Operation = {
      ...of,
      id: randomUUID(),
      kind: 'revert',
      phase: 'reverting',
      startedAt: Date.now(),
      endedAt: null,
      outcome: null,
    };
    this.#put(operation);
    return operation;
  }

  verifying(id: string): void {
    this.#update(id, { phase: 'verifying' });
  }

  end(id: string, outcome: RevertOutcome): void {
    this.#update(id, { phase: 'ended', endedAt: Date.now(), outcome });
    const ended = this.list().filter((each) => each.phase === 'ended');
    for (const old of ended.slice(0, -ENDED_KEPT)) this.#all.delete(old.id);
  }

  #update(id: string, change: Partial<Operation>): void {
    const operation = this.#all.get(id);
    if (operation) this.#put({ ...operation, ...change });
  }

  #put(operation: Operation): void {
    this.#all.set(operation.id, operation);
    this.hub.publish({ type: 'operation', operation });
  }
}
