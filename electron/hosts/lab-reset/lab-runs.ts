import { randomUUID } from 'node:crypto';
import type { LabRun, LabRunRow, RevertPlan, StartState } from '../../../shared/schema.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import type { Hub } from '../hub.ts';
import { ProblemError, toProblem } from '../problems.ts';
import { runRevert } from '../../operations/revert/run.ts';

export interface LabRequest {
  readonly planIds: readonly string[];
  readonly startState: StartState;
  readonly acknowledged: readonly string[];
  readonly forceAcknowledged: boolean;
  readonly parallelPerHost?: number | undefined;
  readonly onFailure: 'stop' | 'continue';
  readonly safetySnapshot: boolean;
  readonly removeManagedSave: boolean;
  /** By plan. */
  readonly typedNames: Readonly<Record<string, string>>;
}
interface Live {
  run: LabRun;
  stopped: boolean;
}

/** Runs that have ended and are kept for the windows to show. */
const KEPT = 10;

/** Many reverts at once, each an operation of its own, so many at a time on each host. */
export class LabRuns {
  #all = new Map<string, Live>();

  constructor(
    private readonly hub: Hub,
    private readonly ground: Ground,
    private readonly session: (hostId: string) => HostSession,
  ) {}

  list(): LabRun[] {
    return [...this.#all.values()].map(({ run }) => run);
  }

  /** Begins no further rows. @throws ProblemError NO_LAB_RUN */
  stop(runId: string): void {
    const live = this.#all.get(runId);
    if (!live || live.run.endedAt !== null) throw new ProblemError('NO_LAB_RUN');
    live.stopped = true;
    this.#put(live, { stopRequested: true });
  }

  /**
   * Resolves when the last row has ended.
   * @throws ProblemError NO_PLAN when one of the plans is no longer held; then nothing was begun.
   */
  async run(request: LabRequest): Promise<LabRun> {
    const plans = [...new Set(request.planIds)].map((planId) => this.ground.plans.find(planId));
    const { startState, onFailure, safetySnapshot } = request;
    const live: Live = {
      stopped: false,
      run: {
        id: randomUUID(),
        startedAt: Date.now(),
        endedAt: null,
        startState,
        onFailure,
        safetySnapshot,
        stopRequested: false,
        rows: plans.map(waiting),
      },
    };
    this.#put(live, {});
    const hosts = new Map<string, RevertPlan[]>();
    for (const plan of plans) hosts.set(plan.hostId, [...(hosts.get(plan.hostId) ?? []), plan]);
    const parallel = request.parallelPerHost ?? this.ground.settings.get().labParallelPerHost;
    await Promise.all(
      [...hosts.values()].flatMap((queue) => {
        const waitingPlans = [...queue];
        return Array.from({ length: Math.min(parallel, queue.length) }, () => this.#work(live, waitingPlans, request));
      }),
    );
    this.#put(live, { endedAt: Date.now() });
    for (const old of [...this.#all.values()].filter(({ run }) => run.endedAt !== null).slice(0, -KEPT))
      this.#all.delete(old.run.id);
    return live.run;
  }

  async #work(live: Live, plans: RevertPlan[], request: LabRequest): Promise<void> {
    for (let plan = plans.shift(); plan; plan = plans.shift()) {
      if (live.stopped) this.#row(live, plan.planId, { status: 'skipped' });
      else {
        this.#row(live, plan.planId, { status: 'running', startedAt: Date.now() });
        const end = await this.#revert(plan, request);
        this.#row(live, plan.planId, { ...end, status: 'ended', endedAt: Date.now() });
        if (end.outcome?.result !== 'done' && request.onFailure === 'stop') live.stopped = true;
      }
    }
  }

  async #revert(plan: RevertPlan, request: LabRequest): Promise<Pick<LabRunRow, 'outcome' | 'problem' | 'changes'>> {
    const { startState, removeManagedSave, typedNames } = request;
    const force = plan.choices[startState].requirements.filter(
      ({ grants, certainty }) => grants === 'force' && certainty === 'needed',
    );
    try {
      const outcome = await runRevert(
        {
          session: this.session(plan.hostId),
          plan,
          startState,
          acknowledged: [...request.acknowledged, ...(request.forceAcknowledged ? force.map(({ code }) => code) : [])],
          safetySnapshot: request.safetySnapshot && plan.safety.available,
          removeManagedSave,
          typedName: typedNames[plan.planId],
        },
        this.ground,
      );
      return { outcome, changes: [] };
    } catch (error) {
      if (error instanceof StalePlanError)
        return { outcome: null, problem: new ProblemError('PLAN_STALE').problem, changes: [...error.changes] };
      return { outcome: null, problem: toProblem(error, plan.hostName), changes: [] };
    }
  }

  #row(live: Live, planId: string, change: Partial<LabRunRow>): void {
    this.#put(live, { rows: live.run.rows.map((row) => (row.planId === planId ? { ...row, ...change } : row)) });
  }

  #put(live: Live, change: Partial<LabRun>): void {
    live.run = { ...live.run, ...change };
    this.#all.set(live.run.id, live);
    this.hub.publish({ type: 'lab-run', run: live.run });
  }
}

function waiting({ planId, hostId, hostName, facts }: RevertPlan): LabRunRow {
  return {
    planId,
    hostId,
    hostName,
    uuid: facts.domain.uuid,
    domainName: facts.domain.name,
    snapshotName: facts.snapshot.name,
    status: 'waiting',
    startedAt: null,
    endedAt: null,
    outcome: null,
    changes: [],
  };
}
