import { randomUUID } from 'node:crypto';
import type { Operation, OperationPhase, Outcome, Progress } from '../../../shared/schema.ts';
import type { Hub } from '../../hosts/hub.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { Turns } from './domain-queue.ts';

/** Ended operations that are kept for the windows to show. */
const ENDED_KEPT = 50;

export type About = Pick<Operation, 'hostId' | 'uuid' | 'domainName' | 'kind' | 'subject' | 'undo'>;

/** Why an operation cannot be cancelled in a phase; a phase without a reason can be. */
const cannotCancel: Readonly<Partial<Record<OperationPhase, string>>> = {
  'removing-managed-save': 'the managed save image is being removed, which takes a moment.',
  reverting: 'libvirt cannot cancel a revert once it has started.',
  working: 'libvirt cannot cancel what it is doing.',
  verifying: 'libvirt is done, and Snapkeel is checking the result.',
  tidying: 'the revert is done, and only older safety snapshots are being removed.',
  ended: 'it has ended.',
};

/** One operation, in the hands of whoever carries it out. */
export interface OperationHandle<O = Outcome> {
  readonly id: string;
  /** Aborted when the person wants it cancelled, which is possible in some phases only. */
  readonly signal: AbortSignal;
  /** @param abortable whoever carries out this `working` phase listens to `signal`. */
  phase(phase: OperationPhase, abortable?: 'abortable'): void;
  progress(progress: Progress | null): void;
  end(outcome: O): void;
}

/** Everything that changes a domain, from its start to what came of it. Those on one domain wait for each other. */
export class Operations {
  readonly turns = new Turns();
  #all = new Map<string, Operation>();
  #cancels = new Map<string, AbortController>();

  #waiting = new Set<() => void>();

  constructor(private readonly hub: Hub) {}

  list(): Operation[] {
    return [...this.#all.values()];
  }

  underWay(): Operation[] {
    return this.list().filter(({ phase }) => phase !== 'ended');
  }

  /** Resolves when nothing is under way, or when the signal is aborted. What only waits for its turn is called off. */
  async whenIdle(signal: AbortSignal): Promise<void> {
    for (const { id, phase } of this.underWay()) if (phase === 'queued') this.cancel(id);
    while (this.underWay().length > 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
  }

  start(about: About, phase: OperationPhase): OperationHandle {
    const id = randomUUID();
    const cancel = new AbortController();
    this.#cancels.set(id, cancel);
    this.#put({
      ...about,
      id,
      phase,
      startedAt: Date.now(),
      endedAt: null,
      outcome: null,
      progress: null,
      cancellable: cannotCancel[phase] === undefined,
      cancelRequested: false,
    });
    return {
      id,
      signal: cancel.signal,
      phase: (next, abortable) => this.#enter(id, next, abortable !== undefined),
      progress: (progress) => this.#change(id, { progress }),
      end: (outcome) => this.#end(id, outcome),
    };
  }

  /**
   * Asks for an operation to be cancelled; its end tells whether it was.
   * @throws ProblemError NO_OPERATION, CANNOT_CANCEL
   */
  cancel(id: string): void {
    const operation = this.#all.get(id);
    if (!operation || operation.phase === 'ended') throw new ProblemError('NO_OPERATION');
    if (!operation.cancellable)
      throw new ProblemError('CANNOT_CANCEL', { reason: cannotCancel[operation.phase] ?? cannotCancel.working ?? '' });
    if (operation.cancelRequested) return;
    this.#change(id, { cancelRequested: true });
    this.#cancels.get(id)?.abort(new ProblemError('OPERATION_CANCELLED'));
  }

  #enter(id: string, phase: OperationPhase, abortable: boolean): void {
    const cancellable = abortable || cannotCancel[phase] === undefined;
    const now = this.#all.get(id);
    if (now?.phase === phase && now.cancellable === cancellable) return;
    this.#change(id, { phase, progress: null, cancellable });
  }

  #end(id: string, outcome: Outcome): void {
    this.#cancels.delete(id);
    this.#change(id, { phase: 'ended', endedAt: Date.now(), outcome, progress: null, cancellable: false });
    const ended = this.list().filter((each) => each.phase === 'ended');
    for (const old of ended.slice(0, -ENDED_KEPT)) this.#all.delete(old.id);
    for (const tell of [...this.#waiting]) tell();
  }

  #change(id: string, change: Partial<Operation>): void {
    const operation = this.#all.get(id);
    if (operation) this.#put({ ...operation, ...change });
  }

  #put(operation: Operation): void {
    this.#all.set(operation.id, operation);
    this.hub.publish({ type: 'operation', operation });
  }
}
