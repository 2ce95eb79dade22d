import { randomUUID } from 'node:crypto';
import { groupedBy } from '../../../shared/grouped-by.ts';
import type { AimOf, BasePlan, Order, PlanOf } from '../../../shared/operations/operation.ts';
import { type Kind, type OperationTypes, operationTypes } from '../../../shared/operations/registry.ts';
import type { Batch, BatchRow, LeftOut, PlanRow } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { Hub } from '../../hosts/hub.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import type { Engine } from './engine.ts';
import { StalePlanError } from './plans.ts';

export interface OnDomain {
  readonly hostId: string;
  readonly uuid: string;
}
export interface BatchOrder<K extends Kind> {
  readonly orders: readonly Order<OperationTypes[K]>[];
  /** By host. */
  readonly parallelPerHost: number;
  readonly onFailure: Batch['onFailure'];
  /** For the report alone. */
  readonly leftOut: readonly LeftOut[];
}
interface Task {
  readonly order: Order;
  readonly plan: BasePlan;
}
interface Live {
  run: Batch;
  stopped: boolean;
}

/** Batches that have ended and are kept for the windows to show. */
const KEPT = 10;

/** The same kind of change on many domains, so many at a time on each host. */
export class Batches {
  readonly #all = new Map<string, Live>();

  constructor(
    private readonly hub: Hub,
    private readonly engine: Engine,
    private readonly sessionOf: (hostId: string) => HostSession,
  ) {}

  list(): Batch[] {
    return [...this.#all.values()].map(({ run }) => run);
  }

  /** Plans for each domain, in the order asked. A domain that cannot be planned for says why. */
  plan<K extends Kind>(
    kind: K,
    items: readonly OnDomain[],
    aim: AimOf<OperationTypes[K]>,
  ): Promise<PlanRow<PlanOf<OperationTypes[K]>>[]> {
    return Promise.all(
      items.map(async ({ hostId, uuid }) => {
        let session: HostSession | null = null;
        try {
          session = this.sessionOf(hostId);
          const plan = await this.engine.plan(kind, hostId, uuid, aim);
          return { hostId, hostName: plan.hostName, uuid, domainName: plan.domainName, plan };
        } catch (error) {
          const hostName = session?.host.name ?? hostId;
          const domainName = session?.domains.find((domain) => domain.uuid === uuid)?.name ?? uuid;
          return { hostId, hostName, uuid, domainName, plan: null, problem: toProblem(error, hostName) };
        }
      }),
    );
  }

  /** Begins no further rows. @throws ProblemError NO_BATCH */
  stop(id: string): void {
    const live = this.#all.get(id);
    if (!live || live.run.endedAt !== null) throw new ProblemError('NO_BATCH');
    live.stopped = true;
    this.#put(live, { stopRequested: true });
  }

  /**
   * Resolves when the last row has ended.
   * @throws ProblemError NO_PLAN when one of the plans is no longer held; then nothing was begun.
   */
  async run<K extends Kind>(kind: K, { orders, parallelPerHost, onFailure, leftOut }: BatchOrder<K>): Promise<Batch> {
    const unique = new Map(orders.map((order) => [order.planId, order]));
    const tasks = [...unique.values()].map((order): Task => ({ order, plan: this.engine.held(kind, order.planId) }));
    const live: Live = {
      stopped: false,
      run: {
        id: randomUUID(),
        kind,
        startedAt: Date.now(),
        endedAt: null,
        onFailure,
        stopRequested: false,
        rows: tasks.map(waiting),
        leftOut: [...leftOut],
      },
    };
    this.#put(live, {});
    const hosts = groupedBy(tasks, ({ plan }) => plan.hostId);
    await Promise.all(
      [...hosts.values()].flatMap((queue) => {
        const left = [...queue];
        return Array.from({ length: Math.min(parallelPerHost, queue.length) }, () => this.#work(live, left));
      }),
    );
    this.#put(live, { endedAt: Date.now() });
    for (const old of [...this.#all.values()].filter(({ run }) => run.endedAt !== null).slice(0, -KEPT))
      this.#all.delete(old.run.id);
    return live.run;
  }

  async #work(live: Live, tasks: Task[]): Promise<void> {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      const { planId } = task.order;
      if (live.stopped) this.#row(live, planId, { status: 'skipped' });
      else {
        this.#row(live, planId, { status: 'running', startedAt: Date.now() });
        const end = await this.#run(task, live.run);
        this.#row(live, planId, { ...end, status: 'ended', endedAt: Date.now() });
        if (end.outcome?.result !== 'done' && live.run.onFailure === 'stop') live.stopped = true;
      }
    }
  }

  async #run(
    { order, plan }: Task,
    { id, kind, rows }: Batch,
  ): Promise<Pick<BatchRow, 'outcome' | 'problem' | 'changes'>> {
    try {
      return { outcome: await this.engine.run(kind as Kind, order, { id, domains: rows.length }), changes: [] };
    } catch (error) {
      if (error instanceof StalePlanError)
        return { outcome: null, problem: new ProblemError('PLAN_STALE').problem, changes: [...error.changes] };
      return { outcome: null, problem: toProblem(error, plan.hostName), changes: [] };
    }
  }

  #row(live: Live, planId: string, change: Partial<BatchRow>): void {
    this.#put(live, { rows: live.run.rows.map((row) => (row.planId === planId ? { ...row, ...change } : row)) });
  }

  #put(live: Live, change: Partial<Batch>): void {
    live.run = { ...live.run, ...change };
    this.#all.set(live.run.id, live);
    this.hub.publish({ type: 'batch', run: live.run });
  }
}

function waiting({ plan, order }: Task): BatchRow {
  const { planId, hostId, hostName, uuid, domainName, kind } = plan;
  const subject = (operationTypes[kind as Kind] as { subject(plan: BasePlan, choice: unknown): string }).subject(
    plan,
    order.choice,
  );
  return {
    planId,
    hostId,
    hostName,
    uuid,
    domainName,
    subject,
    status: 'waiting',
    startedAt: null,
    endedAt: null,
    outcome: null,
    changes: [],
  };
}
