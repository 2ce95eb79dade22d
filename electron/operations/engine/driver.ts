import type { AimOf, AnyType, AssessmentOf, ChoiceOf, PlanOf } from '../../../shared/operations/operation.ts';
import type { Found, OperationPhase, Outcome } from '../../../shared/schema.ts';
import type { Gate } from '../../hosts/gate.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { Answer, Asking } from './ask.ts';
import type { OperationHandle } from './operations.ts';
import type { Services } from './services.ts';

/** For whom facts are gathered. */
export interface Gathering<T extends AnyType> {
  readonly session: HostSession;
  readonly uuid: string;
  readonly aim: AimOf<T>;
  readonly services: Services;
  /** What the person has read and chosen; null while a plan is made. */
  readonly ordered: { readonly plan: PlanOf<T>; readonly choice: ChoiceOf<T> } | null;
  /** libvirt’s words, where it has just refused what was ordered. */
  readonly refusal: string | null;
}

/** A change under way. */
export interface Work<T extends AnyType> {
  readonly session: HostSession;
  readonly services: Services;
  readonly plan: PlanOf<T>;
  readonly aim: AimOf<T>;
  readonly choice: ChoiceOf<T>;
  readonly acknowledged: readonly string[];
  /** Of this moment, and what the rules say of them. */
  readonly facts: PlanOf<T>['facts'];
  readonly assessment: AssessmentOf<T>;
  readonly operation: OperationHandle<Outcome>;
  /** Everything that libvirt was asked for, in order. */
  readonly asked: readonly Answer<unknown>[];
  /** Of requests whose answer was lost those that were seen to be done. */
  readonly proven: Set<string>;
  /** Asks libvirt for one change, written down before and after. Nothing is thrown. */
  ask<V>(asking: Asking, call: () => Promise<V>): Promise<Answer<V>>;
  /** Plans the same again after libvirt has refused it, for the person to read. @returns its id; null: there is none */
  planAgain(refusal: string): Promise<string | null>;
}

/** What was found of a domain. A kind may add what its facts were read from, and only the backend needs. */
export interface Gathered<T extends AnyType> {
  readonly domainName: string;
  readonly facts: PlanOf<T>['facts'];
}

/** What libvirt showed afterwards; `found` is null where it does not list the domain any more. */
export interface Seen {
  readonly found: Found | null;
}

/** What is said of the end. What is left out follows from libvirt's last answer. */
export interface Judged {
  readonly result?: Outcome['result'];
  readonly problem?: Outcome['problem'];
  readonly notes: readonly string[];
  readonly differences: readonly string[];
  readonly detail?: Outcome['detail'];
}

/** The effects of a kind, and nothing that all kinds share. @typeParam Done what carrying out tells the rest */
export interface Driver<T extends AnyType, Done = void, S extends Seen = Seen, G extends Gathered<T> = Gathered<T>> {
  readonly type: T;
  /** Where it begins, if that is not plain work. */
  firstPhase?(choice: ChoiceOf<T>): OperationPhase;
  /** What libvirt keeps of snapshots stays, but for those that come, go, or are current before or after. */
  readonly sparesSnapshots?: true;
  /** How many of its plans are kept; fewer where they are large. */
  readonly plansKept?: number;
  /** Asks libvirt for everything that the rules look at. Only reads. @throws ProblemError, LibvirtError, ConnectionError */
  gather(gathering: Gathering<T>): Promise<G>;
  /** What the plan of this kind says besides. */
  complete(
    gathered: G,
    gathering: Gathering<T>,
  ): Promise<
    Omit<
      PlanOf<T>,
      'planId' | 'kind' | 'hostId' | 'hostName' | 'uuid' | 'domainName' | 'virsh' | 'gatheredAt' | 'protected' | 'facts'
    >
  >;
  /** Asks libvirt for the change, by what was gathered just now. What is thrown before libvirt was asked means that nothing was done. */
  carryOut(work: Work<T>, gathered: G): Promise<Done>;
  /** Asks libvirt how things are, once it is at nothing any more. */
  look(reads: Gate, work: Work<T>, done: Done): Promise<S>;
  /** Holds what came against what was promised. @param seen null: libvirt could not be asked */
  judge(work: Work<T>, done: Done, seen: S | null): Judged;
  /** What is remembered, put back or cleared away afterwards. */
  settle?(
    work: Work<T>,
    done: Done,
    end: { readonly seen: S | null; readonly result: Outcome['result'] },
    // biome-ignore lint/suspicious/noConfusingVoidType: most have nothing to tell
  ): Promise<Partial<NonNullable<Outcome['detail']>> | void>;
}

// biome-ignore lint/suspicious/noExplicitAny: of any kind; each driver keeps its own types
export type AnyDriver = Driver<any, any, any, any>;
