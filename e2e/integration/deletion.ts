import { engineOn } from '../../electron/testing.ts';
import { deleteType } from '../../shared/operations/delete/type.ts';
import { consentsOfButton } from '../../shared/operations/operation.ts';
import type { DeleteMode } from '../../shared/schema.ts';
import type { Connected } from './connected.ts';

/** A deletion as the window has it: planned, and carried out by somebody who has read it. */
export async function planDelete(place: Connected, uuid: string, names: readonly string[]) {
  const engine = engineOn(place, place.services);
  const plan = await engine.plan('delete', place.session.host.id, uuid, { names: [...names] });
  const run = (mode: DeleteMode = 'this') => {
    const acknowledged = consentsOfButton(deleteType.assess(plan, plan.facts, { mode }));
    return engine.run('delete', { planId: plan.planId, choice: { mode }, acknowledged });
  };
  return { plan, run };
}
