import type { AimOf, AnyType, Order, PlanOf } from '../../shared/operations/operation.ts';
import type { Batch, LeftOut, Outcome, PlanRow } from '../../shared/schema.ts';
import type { App } from '../store/store.ts';

interface OnDomain {
  readonly hostId: string;
  readonly uuid: string;
}

/** The calls of one kind. */
export interface Calls<T extends AnyType> {
  plan(input: OnDomain & { aim: AimOf<T> }): Promise<PlanOf<T>>;
  held(input: { planId: string }): Promise<PlanOf<T>>;
  run(order: Order<T>): Promise<Outcome>;
  planEach(input: { items: OnDomain[]; aim: AimOf<T> }): Promise<readonly PlanRow<PlanOf<T>>[]>;
  runEach(input: {
    orders: Order<T>[];
    parallelPerHost: number;
    onFailure: Batch['onFailure'];
    leftOut: LeftOut[];
  }): Promise<Batch>;
}

/** The contract types them; the compiler can’t follow that through a variable. */
export function callsOf<T extends AnyType>({ client }: App, { kind }: T): Calls<T> {
  return (client.changes as unknown as Record<string, Calls<T>>)[kind] as Calls<T>;
}
