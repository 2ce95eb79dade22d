import { powerLabel, powerNeedsConfirming } from '../../shared/operations/power/rules.ts';
import { powerType } from '../../shared/operations/power/type.ts';
import type { PowerAction } from '../../shared/operations/words.ts';
import type { Domain } from '../../shared/schema.ts';
import { openDialog, pushNotice } from '../store/actions.ts';
import { staleChangesOf } from '../store/api.ts';
import { tellCallFailed } from '../store/effects.ts';
import type { App } from '../store/store.ts';

/** Does at once what loses nothing, and opens the dialog for everything else. The main process decides which is which. */
export function askPower(app: App, domain: Domain, action: PowerAction): void {
  if (powerNeedsConfirming(action, domain)) openPower(app, domain, action);
  else void runAtOnce(app, domain, action);
}

export function openPower({ store }: App, { hostId, uuid, name }: Domain, action: PowerAction): void {
  openDialog(store, { kind: 'power', hostId, uuid, domainName: name, action });
}

/** How it ended is told by the operation's own event. */
async function runAtOnce(app: App, domain: Domain, action: PowerAction): Promise<void> {
  const { hostId, uuid, name } = domain;
  try {
    const { power } = app.client.changes;
    const plan = await power.plan({ hostId, uuid, aim: { action } });
    const choice = { discardSave: false };
    const { blockers, losses } = powerType.assess(plan, plan.facts, choice);
    if (losses.length > 0) return openPower(app, domain, action);
    const [blocker] = blockers;
    if (blocker) return tellNothingDone(app, name, action, [blocker.text]);
    await power.run({ planId: plan.planId, choice, acknowledged: [] });
  } catch (error) {
    const changes = staleChangesOf(error);
    if (changes) tellNothingDone(app, name, action, changes);
    else tellCallFailed(app, error);
  }
}

function tellNothingDone({ store }: App, name: string, action: PowerAction, lines: readonly string[]): void {
  pushNotice(store, { tone: 'failed', title: `${name}: ${powerLabel(action)}: nothing was done`, lines });
}
