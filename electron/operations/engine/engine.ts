import { randomUUID } from 'node:crypto';
import { isProblemCode, problemOf } from '../../../shared/errors.ts';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import {
  type AimOf,
  type AnyType,
  missingConsent,
  type Order,
  type PlanOf,
} from '../../../shared/operations/operation.ts';
import type { Kind, OperationTypes } from '../../../shared/operations/registry.ts';
import type { Host, OperationPhase, Outcome } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError, toProblem } from '../../hosts/problems.ts';
import type { Request } from '../../kept/journal/journal.ts';
import { type Answer, askLibvirt } from './ask.ts';
import type { AnyDriver, Gathered, Gathering, Work } from './driver.ts';
import { lookAtWork } from './look.ts';
import type { OperationHandle } from './operations.ts';
import { type Claim, Plans, StalePlanError } from './plans.ts';
import type { Services } from './services.ts';
import { settle } from './settle.ts';

// biome-ignore lint/suspicious/noExplicitAny: of any kind; who calls the engine sees each one's own types
type Any = any;
type End = Omit<Outcome, 'operationId'>;

/** Lines of virsh that are kept in the journal, characters; what is longer is not kept in part. */
const VIRSH_KEPT = 8_000;

interface Ordered {
  readonly driver: AnyDriver;
  readonly session: HostSession;
  readonly plan: Any;
  readonly aim: Any;
  readonly order: Order;
  readonly batch: Batch | undefined;
}
/** The batch that an operation is part of, and of how many domains. */
type Batch = Request['batch'];
interface Checked {
  readonly gathered: Gathered<AnyType>;
  readonly assessment: Any;
}

/** The one mechanism for everything that changes something: a kind is a driver in its table. */
export class Engine {
  readonly #plans = new Plans<Any>();
  #ending = false;

  constructor(
    private readonly drivers: Readonly<Record<Kind, AnyDriver>>,
    private readonly services: Services,
    private readonly sessionOf: (hostId: string) => HostSession,
  ) {}

  /**
   * Gathers facts, and keeps what was read under an id.
   * @throws ProblemError NOT_CONNECTED, NO_DOMAIN and those of the kind; LibvirtError; ConnectionError
   */
  async plan<K extends Kind>(
    kind: K,
    hostId: string,
    uuid: string,
    aim: AimOf<OperationTypes[K]>,
  ): Promise<PlanOf<OperationTypes[K]>> {
    const session = this.sessionOf(hostId);
    return this.#make(kind, { session, uuid, aim, services: this.services, ordered: null, refusal: null });
  }

  async #make(kind: Kind, gathering: Gathering<Any>): Promise<Any> {
    const { session, uuid, aim } = gathering;
    const { host } = session;
    refuseReadOnly(host);
    const driver = this.drivers[kind];
    const gathered = await driver.gather(gathering);
    const { domainName, facts } = gathered;
    const plan = {
      planId: randomUUID(),
      kind,
      hostId: host.id,
      hostName: host.name,
      uuid,
      domainName,
      virsh: virshTarget(host, { name: domainName, uuid }),
      gatheredAt: Date.now(),
      protected: this.#isProtected(host, uuid),
      facts,
      ...(await driver.complete(gathered, gathering)),
    };
    this.#plans.keep(plan, aim, driver.plansKept);
    return plan;
  }

  /** A protected host protects all its domains. */
  #isProtected(host: Host, uuid: string): boolean {
    return host.protected || this.services.marks.isProtected(host, uuid);
  }

  /** A plan that was made and not carried out yet. @throws ProblemError NO_PLAN */
  held<K extends Kind>(kind: K, planId: string): PlanOf<OperationTypes[K]> {
    return this.#plans.find(kind, planId).plan;
  }

  /**
   * Waits for the domain's turn, checks the plan against the present, carries it out, and asks libvirt what came of it.
   * What did not have to wait and does not pass the check never becomes an operation.
   * @throws StalePlanError, ProblemError NO_PLAN, NAME_NOT_TYPED, NOT_ACKNOWLEDGED and the kind's refusal: nothing was done.
   */
  async run<K extends Kind>(kind: K, order: Order<OperationTypes[K]>, batch?: Batch): Promise<Outcome> {
    if (this.#ending) throw new ProblemError('ENDING');
    const { plan, aim } = this.#plans.find(kind, order.planId);
    const session = this.sessionOf(plan.hostId);
    return this.#inTurn(
      { driver: this.drivers[kind], session, plan, aim, order, batch },
      this.#plans.claim(order.planId),
    );
  }

  /** Begins nothing any more, and waits for libvirt’s answers until the signal is aborted. */
  async end(signal: AbortSignal): Promise<void> {
    this.#ending = true;
    await this.services.operations.whenIdle(signal);
  }

  async #inTurn(ordered: Ordered, claim: Claim): Promise<Outcome> {
    const { plan } = ordered;
    const { turns } = this.services.operations;
    const key = `${plan.hostId}/${plan.uuid}`;
    const first = ordered.driver.firstPhase?.(ordered.order.choice) ?? 'working';
    const queued = turns.isTaken(key) ? this.#start(ordered, 'queued') : null;
    try {
      return await turns.take(key, queued?.signal ?? new AbortController().signal, async () => {
        const checked = await this.#check(ordered);
        claim.use();
        const operation = queued ?? this.#start(ordered, first);
        operation.phase(first);
        return ended(operation, await this.#carryOut(ordered, checked, operation));
      });
    } catch (error) {
      if (!queued) throw error;
      const cancelled = queued.signal.aborted;
      const outcome = ended(queued, {
        ...refused(error, plan.hostName),
        ...(cancelled ? { result: 'cancelled' } : {}),
      });
      if (cancelled) return outcome;
      throw error;
    } finally {
      claim.end();
    }
  }

  #start({ driver: { type }, plan, order }: Ordered, phase: OperationPhase) {
    const { kind, hostId, uuid, domainName } = plan;
    const subject = type.subject(plan, order.choice);
    const undo = type.isUndo?.(plan) ? { undo: true } : {};
    return this.services.operations.start({ kind, hostId, uuid, domainName, subject, ...undo }, phase);
  }

  async #check({ driver, session, plan, aim, order }: Ordered): Promise<Checked> {
    const { type } = driver;
    const { choice, acknowledged, typedName } = order;
    const { uuid, domainName } = plan;
    refuseReadOnly(session.host);
    const gathering = { session, uuid, aim, services: this.services, ordered: { plan, choice }, refusal: null };
    const gathered = await session.holding(uuid, () => driver.gather(gathering)).catch(staleIfGone);
    const { facts } = gathered;
    const changes = type.changed(plan, facts, choice);
    if (changes.length > 0) throw new StalePlanError(changes);
    const assessment = type.assess(plan, facts, choice);
    const [blocker] = assessment.blockers;
    if (blocker)
      throw new ProblemError(isProblemCode(blocker.code) ? blocker.code : type.refusal, { reason: blocker.text });
    const missing = missingConsent(assessment, acknowledged);
    if (missing) throw new ProblemError('NOT_ACKNOWLEDGED', { reason: missing.text });
    const mustType = type.isProtected(assessment) && this.#isProtected(session.host, uuid);
    if (mustType && typedName !== domainName) throw new ProblemError('NAME_NOT_TYPED', { domain: domainName });
    return { gathered, assessment };
  }

  /** From here on libvirt may be asked for something, so that whatever happens is an outcome: nothing is thrown. */
  async #carryOut(ordered: Ordered, checked: Checked, operation: OperationHandle<Outcome>): Promise<End> {
    const { driver, session, plan } = ordered;
    const asked: Answer<unknown>[] = [];
    const work = this.#work(ordered, checked, operation, asked);
    try {
      const done = await driver.carryOut(work, checked.gathered);
      operation.phase('verifying');
      const seen = await lookAtWork(work, (reads) => driver.look(reads, work, done));
      const judged = driver.judge(work, done, seen);
      const last = asked.at(-1);
      const result = judged.result ?? last?.result ?? 'cancelled';
      if (result === 'done' && last?.result === 'unknown' && last.requestId !== null) work.proven.add(last.requestId);
      const answered = result !== 'done' && last && 'problem' in last ? last.problem : undefined;
      const problem = judged.problem ?? answered;
      const end: End = {
        result,
        notes: [...judged.notes],
        differences: [...judged.differences],
        found: seen?.found ?? null,
        ...(problem ? { problem } : seen || result !== 'done' ? {} : { problem: problemOf('NOT_CONFIRMED') }),
      };
      const lines = last?.result === 'unknown' ? [...end.differences, ...end.notes] : end.differences;
      await settle(work, seen?.found, lines);
      const more = await driver.settle?.(work, done, { seen, result });
      const detail = (judged.detail ?? more) ? { detail: { ...judged.detail, ...more } as Outcome['detail'] } : {};
      return { ...end, ...detail };
    } catch (error) {
      this.services.log(`${session.host.name}: ${plan.kind} of ${plan.domainName}: ${error}`);
      const end = refused(error, session.host.name);
      const touched = asked.some(({ result }) => result === 'done' || result === 'unknown');
      return touched ? { ...end, result: 'unknown' } : end;
    }
  }

  #work(
    { driver: { type, sparesSnapshots }, session, plan, aim, order, batch }: Ordered,
    { gathered: { facts }, assessment }: Checked,
    operation: OperationHandle<Outcome>,
    asked: Answer<unknown>[],
  ): Work<Any> {
    const { services } = this;
    const { choice, acknowledged } = order;
    const { losses, virsh } = type.shown(plan, assessment, choice, acknowledged);
    const shown = { losses, batch, virsh: virsh !== null && virsh.length <= VIRSH_KEPT ? virsh : undefined };
    return {
      session,
      services,
      plan,
      aim,
      choice,
      acknowledged,
      facts,
      assessment,
      operation,
      asked,
      proven: new Set(),
      async ask({ keepXml, requestId, ...asking }, call) {
        const { uuid, domainName: name } = plan;
        const request: Request = {
          ...asking,
          ...(asked.length === 0 ? shown : {}),
          operationId: operation.id,
          host: session.host,
          domain: { uuid, name },
        };
        const answer = await session.holding(uuid, async () => {
          try {
            return await askLibvirt(request, { keepXml, requestId }, call, services.journal);
          } finally {
            if (!sparesSnapshots) session.doubtSnapshots(uuid);
          }
        });
        asked.push(answer);
        return answer;
      },
      planAgain: (refusal) =>
        this.#make(plan.kind, { session, uuid: plan.uuid, aim, services, ordered: { plan, choice }, refusal }).then(
          ({ planId }) => planId,
          () => null,
        ),
    };
  }
}

function ended(operation: OperationHandle<Outcome>, end: End): Outcome {
  const outcome = { operationId: operation.id, ...end };
  operation.end(outcome);
  return outcome;
}

function refused(error: unknown, hostName: string): End {
  const isStale = error instanceof StalePlanError;
  return {
    result: 'refused',
    notes: [],
    differences: isStale ? [...error.changes] : [],
    found: null,
    problem: isStale ? problemOf('PLAN_STALE') : toProblem(error, hostName),
  };
}

/** A domain that vanished is told the same way everywhere. */
function staleIfGone(error: unknown): never {
  const gone = ['NO_DOMAIN', 'SNAPSHOT_GONE', 'NO_CURRENT_SNAPSHOT'];
  if (error instanceof ProblemError && gone.includes(error.problem.code))
    throw new StalePlanError([error.problem.what]);
  throw error;
}

/** @throws ProblemError READ_ONLY_HOST */
function refuseReadOnly({ readOnly, name }: Host): void {
  if (readOnly) throw new ProblemError('READ_ONLY_HOST', { host: name });
}
