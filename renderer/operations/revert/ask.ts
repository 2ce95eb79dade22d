import type { RevertAim } from '../../../shared/schema.ts';
import { freshId, openDialog } from '../../store/actions.ts';
import type { App, HeldPlan } from '../../store/store.ts';

interface RevertRequest {
  readonly hostId: string;
  readonly uuid: string;
  readonly domainName: string;
  readonly aim: RevertAim;
  /** Read first, instead of a plan that is made anew. */
  readonly held?: HeldPlan;
}

/** Opens the confirmation, which asks for a plan. Nothing is reverted before its Revert button is pressed. */
export function askRevert({ store }: App, { hostId, uuid, domainName, aim, held }: RevertRequest): void {
  openDialog(store, { kind: 'revert', id: freshId(), hostId, uuid, domainName, aim, held });
}
