import type { Operation } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import type { App } from '../store/store.ts';

/** Asks for an operation to be called off. Whether it was, its end tells. */
export function cancelOperation(app: App, { id }: Operation): void {
  app.client.operations.cancel({ id }).catch((error) => tellCallFailed(app, error));
}
